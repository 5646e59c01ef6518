import Foundation
import TestSupport
import Testing

/// `lotline profile plan`, as a process engineer runs it.
@Suite("lotline profile plan")
struct ProfilePlanTests {
  private static let root = Repository.root.path
  private static let folder = ["--profiles", root + "/DeviceProfiles"]

  private func plan(_ arguments: String...) throws -> (status: Int32, output: String) {
    try Tool.run(built: "lotline", ["profile", "plan"] + arguments + Self.folder)
  }

  @Test("An oven on RTU: what is asked, what it takes, and that it fits")
  func oven() throws {
    let answer = try plan("reflow-oven-10-zone")
    #expect(answer.status == 0)
    #expect(
      answer.output == """
        Modbus RTU at 19200 baud 8E1: a character takes 0.57 ms, silence between frames 2.01 ms, turnaround 5.00 ms

        group   asks       address  manual  count  signals  gap   bytes     time
        zones   3 holding  0-22     0-22       23       23    0  8 + 51  42.8 ms
        recipe  3 holding  30-58    30-58      29       22    0  8 + 63  49.7 ms

        group   period  requests     time   load    waits  at worst
        zones      1 s         1  42.8 ms  4.3 %  49.7 ms   49.7 ms
        recipe     5 s         1  49.7 ms  1.0 %  42.8 ms   42.8 ms

        Fits: 5.3 % of the line at 19200 baud 8E1.

        """
    )
  }

  @Test("An instrument on a serial line: its request and its example answer")
  func instrument() throws {
    let answer = try plan("oxygen-analyser")
    #expect(answer.status == 0)
    #expect(
      answer.output == #"""
        Serial instrument at 9600 baud 8N1: a character takes 1.04 ms, turnaround 5.00 ms

        group   asks     address  manual  count  signals  gap   bytes     time
        oxygen  O2?\r\n  -        -           -        1    -  5 + 14  24.8 ms

        group   period  requests     time   load  waits  at worst
        oxygen     2 s         1  24.8 ms  1.2 %      -         -

        Fits: 1.2 % of the line at 9600 baud 8N1.

        """#
    )
  }

  @Test("Bytes that cannot be printed stand in the plan as a profile writes them")
  func controlCharacters() throws {
    let answer = try plan("eurotherm-2000-bisynch")
    #expect(answer.output.contains(#"temperature  \x040011PV\x05  -"#), "\(answer.output)")
  }

  @Test("What does not fit has the status of findings, and says what to do")
  func overload() throws {
    let answer = try plan("reflow-oven-10-zone", "--baud", "300")
    #expect(answer.status == 2)
    let words = [
      "Does not fit: a scan of zones takes 2425.0 ms and its period is 1 s",
      "all scans need 299.8 % of the line at 300 baud 8E1.",
      "Raise the baud rate to 2400 (38.0 %), or lengthen the period of zones to 5.9 s",
    ]
    for word in words { #expect(answer.output.contains(word), "\(answer.output)") }
  }

  @Test("A bus of the configuration is planned with its line and all its devices")
  func configured() throws {
    let config = Self.root + "/Config/agent.yaml"
    let shared = try plan("--config", config, "--bus", "rig-rs485", "--json")
    #expect(shared.status == 0)
    let object = try JSONSerialization.jsonObject(with: Data(shared.output.utf8))
    let document = try #require(object as? [String: Any])
    let bus = try #require(document["bus"] as? [String: Any])
    #expect(bus["baud"] as? Int == 19_200 && bus["character_format"] as? String == "8E1")
    let scans = try #require(document["scans"] as? [[String: Any]])
    #expect(Set(scans.compactMap { $0["device"] as? String }) == ["rig-1", "climate-1"])
    let loads = scans.compactMap { $0["load"] as? Double }
    #expect(abs(loads.reduce(0, +) - (document["load"] as? Double ?? 0)) < 1e-9)
    #expect(document["fits"] as? Bool == true)

    let slower = try plan("--config", config, "--bus", "rig-rs485", "--baud", "1200")
    #expect(slower.output.contains("Modbus RTU at 1200 baud 8E1"), "\(slower.output)")
    let oven = try plan("--config", config, "--bus", "oven", "--round-trip", "0.4ms")
    #expect(oven.output.hasPrefix("Modbus TCP: a round trip takes 0.40 ms\n"), "\(oven.output)")
  }

  @Test("What cannot be planned is said, with what to do")
  func mistakes() throws {
    let config = Self.root + "/Config/agent.yaml"
    let cases: [(arguments: [String], status: Int32, words: String)] = [
      ([], 64, "Say what to plan"),
      (["--config", config], 64, "go together"),
      (["--config", config, "--bus", "rig"], 64, "it has: oven, servo, rig-rs485, oxygen"),
      (["--config", config, "--bus", "oven", "--baud", "9600"], 64, "the bus is on TCP"),
      (["servo-drive", "--tcp", "--baud", "9600"], 64, "has no baud rate"),
      (["servo-drive", "--baud", "100"], 64, "from 300 to 921600"),
      (["servo-drive", "--turnaround", "5"], 64, "a duration with its unit"),
      (["servo-drive", "oxygen-analyser"], 65, "plan it by itself"),
      (["oxygen-analyser", "mark-10-tt05"], 65, "each needs a line of its own"),
      (["no-such-profile"], 65, "there is no profile"),
    ]
    for (arguments, status, words) in cases {
      let answer = try Tool.run(built: "lotline", ["profile", "plan"] + arguments + Self.folder)
      #expect(answer.status == status, "\(arguments): \(answer.output)")
      #expect(answer.output.contains(words), "\(arguments): \(answer.output)")
    }
  }
}
