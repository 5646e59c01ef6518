import Foundation
import TestSupport
import Testing

/// `lotline scan` as a technician runs it, on simulated devices.
@Suite("lotline scan", .serialized)
struct ScanTests {
  private static let program = Repository.root.appending(path: ".build/debug/lotline").path
  private static let profiles = Repository.root.appending(path: "DeviceProfiles").path

  private static func simulate(_ arguments: String...) throws -> PeerProcess {
    try PeerProcess(program, ["simulate"] + arguments + ["--profiles", profiles])
  }

  private static func scan(_ arguments: String...) throws -> PeerProcess {
    try PeerProcess(program, ["scan"] + arguments + ["--profiles", profiles], isQuiet: true)
  }

  private static func port(of simulator: PeerProcess) async throws -> String {
    let ready = try await simulator.line { $0.hasPrefix("Simulating") }
    return try #require(ready.firstMatch(of: /127\.0\.0\.1:\d+/).map { String($0.0) }, "\(ready)")
  }

  @Test("On TCP both devices are found, each with its profile, and the lines to copy are right")
  func tcp() async throws {
    let simulator = try Self.simulate(
      "reflow-oven-10-zone@3",
      "gearbox-test-rig@12",
      "--tcp",
      "127.0.0.1:0"
    )
    let address = try await Self.port(of: simulator)
    let answer = try await Self.scan(
      "--tcp",
      address,
      "--units",
      "1-14",
      "--timeout",
      "200ms"
    ).finish()
    #expect(answer.status == 0)
    #expect(answer.output.contains("unit 3 at \(address) answers: holding register 0"))
    #expect(answer.output.contains("unit 12 at \(address) answers with exception 2"))
    try await checkConfiguration(answer.output, devices: 2)
  }

  @Test(
    "On an RTU line the devices are found at the first setting, and the lines to copy are right"
  )
  func rtu() async throws {
    let folder = try TemporaryFolder()
    let simulator = try Self.simulate("servo-drive@4", "--rtu", folder.path("line"))
    _ = try await simulator.line { $0.hasPrefix("Simulating") }
    let answer = try await Self.scan(
      "--port",
      folder.path("line"),
      "--units",
      "1-10",
      "--timeout",
      "20ms",
      "--listen",
      "10ms"
    ).finish()
    #expect(answer.status == 0)
    #expect(answer.output.contains("unit 4 at 19200 8E1 answers: holding register 0"))
    #expect(answer.output.contains("servo-drive"))
    try await checkConfiguration(answer.output, devices: 1)
  }

  @Test("Programs get everything as JSON, and nothing else")
  func json() async throws {
    let simulator = try Self.simulate("servo-drive@4", "--tcp", "127.0.0.1:0")
    let address = try await Self.port(of: simulator)
    let answer = try await Self.scan(
      "--tcp",
      address,
      "--units",
      "3-5",
      "--timeout",
      "200ms",
      "--json"
    ).finish()
    let document = try #require(
      JSONSerialization.jsonObject(with: Data(answer.output.utf8)) as? [String: Any]
    )
    #expect(document["end"] as? String == "complete")
    let devices = try #require(document["devices"] as? [[String: Any]])
    #expect(devices.map { $0["unit"] as? Int } == [4])
    let fits = try #require(devices.first?["profiles"] as? [[String: Any]])
    #expect(fits.contains { $0["profile"] as? String == "servo-drive" })
  }

  @Test("Ctrl-C ends the search at once, with what was found until then")
  func interrupted() async throws {
    let folder = try TemporaryFolder()
    let simulator = try Self.simulate("servo-drive@2", "--rtu", folder.path("line"))
    _ = try await simulator.line { $0.hasPrefix("Simulating") }
    let search = try Self.scan(
      "--port",
      folder.path("line"),
      "--listen",
      "10ms",
      "--timeout",
      "900ms"
    )
    _ = try await search.line { $0.hasPrefix("unit 2 ") }
    kill(search.processIdentifier, SIGINT)
    let start = ContinuousClock.now
    let answer = try await search.finish()
    #expect(answer.status == 130)
    // One question takes one second at most; the whole search would take minutes.
    #expect(start.duration(to: .now) < .seconds(20))
    let stopped = try #require(
      answer.output.firstMatch(of: /Stopped after (\d+) of (\d+) questions/)
    )
    #expect(try #require(Int(stopped.1)) < (try #require(Int(stopped.2))))
    #expect(answer.output.contains("found 1 device."))
    #expect(answer.output.contains("unit: 2, station: STATION"))
  }

  @Test("Ctrl-C does not wait for a TCP device that keeps silent")
  func interruptedTCP() async throws {
    let script = Repository.root.appending(path: "Tests/Peers/modbus_server.py").path
    let server = try PeerProcess(Repository.python.path, [script, "tcp"])
    let ready = try await server.line { $0.hasPrefix("ready") }
    let port = try #require(ready.split(separator: " ").last)
    let search = try Self.scan("--tcp", "127.0.0.1:\(port)", "--units", "9", "--timeout", "10m")
    _ = try await search.line { $0.hasPrefix("At most 20 min") }
    kill(search.processIdentifier, SIGINT)
    let answer = try await search.finish()
    #expect(answer.status == 130)
    #expect(answer.output.contains("found 0 devices."), "\(answer.output)")
  }

  @Test("Nothing found, nothing there and wrong words each have their status and a sentence")
  func mistakes() async throws {
    let folder = try TemporaryFolder()
    let pair = try await PtyPair()
    let cases: [(arguments: [String], status: Int32, words: String)] = [
      (["--tcp", "127.0.0.1:1"], 69, "refused: is the device on"),
      (["--port", folder.path("none")], 69, "is the adapter plugged in?"),
      (["--tcp", "10.0.0.7"], 64, "is no address"),
      (["--tcp", "10.0.0.7:502", "--port", "/dev/ttyUSB0"], 64, "--port or --tcp"),
      (["--tcp", "10.0.0.7:502", "--baud", "9600"], 64, "go with --port"),
      (["--port", "x", "--units", "0-3"], 64, "'0-3' is not 1 to 247"),
      (["--port", "x", "--timeout", "200"], 64, "a duration with its unit"),
      (["--port", "x", "--units", "255"], 64, "nothing is left to search"),
      (
        [
          "--port", pair.left, "--units", "1", "--baud", "9600", "--parity", "none", "--timeout",
          "5ms", "--listen", "0s",
        ], 1, "Nothing answered."
      ),
    ]
    for (arguments, status, words) in cases {
      let answer = try Tool.run(
        built: "lotline",
        ["scan"] + arguments + ["--profiles", Self.profiles]
      )
      #expect(answer.status == status, "\(arguments): \(answer.output)")
      #expect(answer.output.contains(words), "\(arguments): \(answer.output)")
      #expect(!answer.output.contains("ExitCode"), "\(arguments): \(answer.output)")
    }
  }

  /// Puts the printed lines into a configuration, as the text says, and has it checked.
  private func checkConfiguration(_ output: String, devices: Int) async throws {
    let start = try #require(output.range(of: "\nbuses:\n"))
    let lines = output[start.lowerBound...].replacingOccurrences(of: "STATION", with: "line-1")
    let folder = try TemporaryFolder()
    let file = try folder.write(
      """
      agent: edge-test
      site: Test plant
      stations: [{id: line-1}]
      profiles: \(Self.profiles)
      journal: {path: journal.sqlite}
      \(lines)
      """,
      to: "agent.yaml"
    )
    let answer = try Tool.run(built: "lotline", ["config", "check", file])
    #expect(answer.status == 0, "\(answer.output)")
    #expect(answer.output.contains("\(devices) device"), "\(answer.output)")
  }
}
