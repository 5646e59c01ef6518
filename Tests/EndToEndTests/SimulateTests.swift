import Foundation
import TestSupport
import Testing

/// `lotline simulate` as a process engineer runs it, read by mbpoll.
@Suite("lotline simulate")
struct SimulateTests {
  private static func simulate(_ arguments: String...) throws -> PeerProcess {
    try PeerProcess(
      Repository.root.appending(path: ".build/debug/lotline").path,
      ["simulate"] + arguments
        + ["--profiles", Repository.root.appending(path: "DeviceProfiles").path]
    )
  }

  /// The first register's value in mbpoll's output: `[1]: 	1084`.
  private static func firstValue(_ output: String) -> Int? {
    let line = output.split(separator: "\n").first { $0.hasPrefix("[") }
    return line?.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap { Int($0) }
  }

  @Test("mbpoll reads a zone near its setpoint over TCP")
  func tcp() async throws {
    let simulator = try Self.simulate("reflow-oven-10-zone@1", "--tcp", "127.0.0.1:0")
    let ready = try await simulator.line { $0.hasPrefix("Simulating") }
    let port = try #require(
      ready.firstMatch(of: /127\.0\.0\.1:(\d+)/).map { String($0.1) },
      "\(ready)"
    )
    let answer = try await PeerProcess(
      "mbpoll",
      [
        "-m", "tcp", "-p", port, "-a", "1", "-t", "4", "-0", "-r", "0", "-c", "1", "-1",
        "127.0.0.1",
      ]
    ).finish()
    let value = try #require(Self.firstValue(answer.output), "\(answer.output)")
    // Zone 1 is set to 110 °C, in tenths.
    #expect((1_000...1_200).contains(value), "\(answer.output)")
  }

  @Test("mbpoll reads two units of one RTU line")
  func rtu() async throws {
    let folder = try TemporaryFolder()
    let simulator = try Self.simulate(
      "gearbox-test-rig@12",
      "reflow-oven-10-zone@13",
      "--rtu",
      folder.path("line")
    )
    _ = try await simulator.line { $0.hasPrefix("Simulating") }
    // The rig's speeds are input registers (mbpoll's type 3), the oven's zones holding registers.
    for (unit, table) in [("12", "3"), ("13", "4")] {
      let answer = try await PeerProcess(
        "mbpoll",
        [
          "-m", "rtu", "-b", "19200", "-P", "none", "-a", unit, "-t", table, "-0", "-r", "0", "-c",
          "1", "-1", folder.path("line"),
        ]
      ).finish()
      #expect(Self.firstValue(answer.output) != nil, "\(answer.output)")
    }
  }

  @Test("mbpoll meets the faults of a script and of the command line, each where it is told to be")
  func faults() async throws {
    let folder = try TemporaryFolder()
    let script = try folder.write(
      """
      faults:
        - {fault: exception, code: 6, units: [1], addresses: 0}
        - {fault: stuck, signals: [zone2.top.temperature], value: 321.5}
      """,
      to: "faults.yaml"
    )
    let simulator = try Self.simulate(
      "reflow-oven-10-zone",
      "--tcp",
      "127.0.0.1:0",
      "--faults",
      script,
      "--fault",
      "silence@0s.., addresses: 1"
    )
    let ready = try await simulator.line { $0.hasPrefix("Simulating") }
    let port = try #require(ready.firstMatch(of: /127\.0\.0\.1:(\d+)/).map { String($0.1) })
    func poll(_ address: Int, limit: String) async throws -> String {
      let command = "mbpoll -m tcp -p \(port) -t 4 -0 -r \(address) -c 1 -o \(limit) -1 127.0.0.1"
      return try await PeerProcess("sh", ["-c", command + " 2>&1"]).finish().output
    }
    let refused = try await poll(0, limit: "10")
    #expect(refused.contains("Slave device or server is busy"), "\(refused)")
    let silent = try await poll(1, limit: "0.3")
    #expect(silent.contains("timed out"), "\(silent)")
    let forced = try await poll(2, limit: "10")
    #expect(Self.firstValue(forced) == 3_215, "\(forced)")
    let other = try await poll(4, limit: "10")
    let value = try #require(Self.firstValue(other), "\(other)")
    #expect((1_000...2_000).contains(value))
  }

  @Test("A script that is wrong is refused with every finding and the status of a check")
  func badScript() throws {
    let folder = try TemporaryFolder()
    let script = try folder.write(
      "faults:\n  - fault: silense\n  - {fault: exception, code: 0}\n",
      to: "bad.yaml"
    )
    let result = try Tool.run(
      built: "lotline",
      [
        "simulate", "oxygen-analyser", "--profiles",
        Repository.root.appending(path: "DeviceProfiles").path, "--serial", folder.path("port"),
        "--faults", script, "--fault", "silence@10s..5s",
      ]
    )
    #expect(result.status == 2)
    #expect(result.output.contains("\(script):2:12: "), "\(result.output)")
    #expect(result.output.contains("\(script):3:30: "))
    #expect(result.output.contains("--fault:1:8: "))
    #expect(!FileManager.default.fileExists(atPath: folder.path("port")))
  }
}
