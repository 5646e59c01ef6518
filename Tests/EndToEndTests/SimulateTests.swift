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
}
