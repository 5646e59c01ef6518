import Foundation
import TestSupport
import Testing

/// `lotline profile test`, `--record` and `lotline profile verify` as an engineer runs them.
@Suite("lotline profile test and verify")
struct ProfileTestTests {
  private let folder: TemporaryFolder
  private static let profiles = Repository.root.appending(path: "DeviceProfiles").path

  init() throws { folder = try TemporaryFolder() }

  private func simulate(_ profile: String, _ carrier: String...) async throws -> PeerProcess {
    let peer = try PeerProcess(
      Repository.root.appending(path: ".build/debug/lotline").path,
      ["simulate", profile, "--profiles", Self.profiles] + carrier
    )
    return peer
  }

  /// The address of a simulated device.
  private func address(_ peer: PeerProcess) async throws -> String {
    let ready = try await peer.line { $0.hasPrefix("Simulating") }
    return try #require(ready.firstMatch(of: /127\.0\.0\.1:\d+/).map { String($0.0) }, "\(ready)")
  }

  /// A copy of a shipped profile, changed.
  private func copy(_ profile: String, _ old: String = "", _ new: String = "") throws -> String {
    let text = try Repository.text(of: "DeviceProfiles/\(profile).yaml")
    return try folder.write(
      old.isEmpty ? text : text.replacingOccurrences(of: old, with: new),
      to: profile + ".yaml"
    )
  }

  private func lotline(_ arguments: String...) throws -> (status: Int32, output: String) {
    try Tool.run(built: "lotline", arguments)
  }

  @Test("A wrong word order is suggested; the right profile is recorded, verified, and held to")
  func wholeWay() async throws {
    let name = "temperature-humidity-transmitter"
    let simulator = try await simulate(name, "--tcp", "127.0.0.1:0")
    let address = try await address(simulator)
    let wrong = try copy(name, "order: CDAB", "order: ABCD")
    let first = try lotline("profile", "test", wrong, "--bus", "tcp://\(address)")
    #expect(first.output.contains("write order: CDAB in modbus:"), "\(first.output)")
    let refused = try lotline("profile", "test", wrong, "--tcp", address, "--record")
    #expect(refused.status == 2 && refused.output.contains("nothing was recorded"))
    #expect(!FileManager.default.fileExists(atPath: folder.path("Captures/\(name).yaml")))
    let right = try copy(name)
    let second = try lotline("profile", "test", right, "--tcp", address, "--record", "--simulated")
    #expect(second.status == 0 && second.output.contains("signals, all good.\nRecorded"))
    #expect(!second.output.contains("suggest"))
    let capture = folder.path("Captures/\(name).yaml")
    #expect(try String(contentsOfFile: capture, encoding: .utf8).contains("from: \"simulated\""))
    let clean = try lotline("profile", "verify", right, "--strict")
    #expect(clean.status == 0, "\(clean.output)")
    #expect(clean.output == "1 profile, 1 capture: all read as they were recorded.\n")
    _ = try copy(name, "order: CDAB", "order: ABCD")
    let broken = try lotline("profile", "verify", right)
    #expect(broken.status == 2 && broken.output.contains("[capture-differs]"), "\(broken.output)")
    #expect(broken.output.contains("Captures/\(name).yaml:"))
  }

  @Test("Watching ends after its time with a summary, and with Ctrl-C too")
  func watch() async throws {
    let link = folder.path("oxygen")
    let simulator = try await simulate("oxygen-analyser", "--serial", link)
    _ = try await simulator.line { $0.hasPrefix("Simulating") }
    let short = try lotline(
      "profile",
      "test",
      "oxygen-analyser",
      "--profiles",
      Self.profiles,
      "--serial",
      link,
      "--watch",
      "--for",
      "3s"
    )
    #expect(short.status == 0 && short.output.contains("always good"), "\(short.output)")
    let endless = try PeerProcess(
      Repository.root.appending(path: ".build/debug/lotline").path,
      [
        "profile", "test", "oxygen-analyser", "--profiles", Self.profiles, "--serial", link,
        "--watch",
      ]
    )
    _ = try await endless.line { $0.contains("Ctrl-C ends") }
    try await Plant.until("the port is in use") {
      let second = try lotline(
        "profile",
        "test",
        "oxygen-analyser",
        "--profiles",
        Self.profiles,
        "--serial",
        link
      )
      return second.status == 69 && second.output.contains("is used by")
    }
    endless.end(SIGINT)
    let (status, output) = try await endless.finish()
    #expect(status == 0 && output.contains("signal  least"), "\(output)")
  }

  @Test("A configuration gives bus, unit and profile")
  func configuration() async throws {
    let simulator = try await simulate("servo-drive@7", "--tcp", "127.0.0.1:0")
    let address = try await address(simulator)
    let file = try folder.write(
      """
      agent: edge-test
      site: Test plant
      stations: [{id: rig-1}]
      buses: [{id: drives, tcp: "\(address)"}]
      devices: [{id: drive-1, profile: servo-drive, bus: drives, unit: 7, station: rig-1}]
      profiles: \(Self.profiles)
      journal: {path: journal.sqlite}
      """,
      to: "agent.yaml"
    )
    let good = try lotline("profile", "test", "--config", file, "--device", "drive-1", "--json")
    #expect(good.status == 0, "\(good.output)")
    #expect(
      good.output.contains("\"profile\" : \"servo-drive\"") && good.output.contains("\"unit\" : 7")
    )
    let none = try lotline("profile", "test", "--config", file, "--device", "drive-2")
    #expect(
      none.status == 64 && none.output.contains("did you mean \"drive-1\"?"),
      "\(none.output)"
    )
  }

  @Test("What goes wrong has its exit status and a sentence with what to do")
  func mistakes() throws {
    let oven = ["profile", "test", "reflow-oven-10-zone", "--profiles", Self.profiles]
    let oxygen = ["profile", "test", "oxygen-analyser", "--profiles", Self.profiles]
    let cases: [(arguments: [String], status: Int32, words: String)] = [
      (oven, 64, "one of --bus, --tcp, --tls, --rtu-over-tcp, --rtu, --serial and --config"),
      (oven + ["--bus", "127.0.0.1"], 64, "names no bus"),
      (oven + ["--tcp", "127.0.0.1:1"], 69, "refused"),
      (oven + ["--rtu", "/dev/none"], 69, "is the adapter plugged in?"),
      (oven + ["--tcp", "127.0.0.1:1", "--record"], 73, "nothing was recorded"),
      (oven + ["--serial", "/dev/none"], 64, "use tcp, rtu-over-tcp or rtu"),
      (oxygen + ["--tcp", "127.0.0.1:1"], 64, "use --serial PATH"),
      (oven + ["--tcp", "127.0.0.1:1", "--unit", "300"], 64, "is not a unit"),
      (oven + ["--tcp", "127.0.0.1:1", "--baud", "9600"], 64, "go with --rtu and --serial"),
      (oven + ["--tcp", "127.0.0.1:1", "--timeout", "5"], 64, "a duration with its unit"),
      (oven + ["--tcp", "127.0.0.1:1", "--for", "5s"], 64, "--for goes with --watch"),
      (oven + ["--tcp", "127.0.0.1:1", "--simulated"], 64, "go with --record"),
      (["profile", "verify", "--profiles", folder.path("none")], 65, "there is no such folder"),
      (["profile", "verify", folder.path("none.yaml")], 2, "there is no such file"),
    ]
    for (arguments, status, words) in cases {
      let answer = try Tool.run(built: "lotline", arguments)
      #expect(answer.status == status, "\(arguments): \(answer.output)")
      #expect(answer.output.contains(words), "\(arguments): \(answer.output)")
    }
  }

  @Test("A folder without profiles is not taken for one in which all is well")
  func emptyFolder() throws {
    let answer = try lotline("profile", "verify", "--profiles", folder.url.path)
    #expect(answer.status == 66 && answer.output.contains("there are no profiles"))
  }

  @Test("A profile without a capture is named, and refused when that is wanted")
  func strict() throws {
    let file = try copy("servo-drive")
    let mild = try lotline("profile", "verify", file)
    #expect(
      mild.status == 0 && mild.output.contains("servo-drive has no capture"),
      "\(mild.output)"
    )
    let strict = try lotline("profile", "verify", "--strict", "--json", file)
    #expect(strict.status == 2 && strict.output.contains("\"code\" : \"capture-missing\""))
  }
}
