import Foundation
import LotBinding
import MarkedYAML
import Telemetry
import TestSupport
import Testing

@testable import Settings

@Suite("Conveyors in agent.yaml")
struct ConveyorSettingsTests {
  private func load(_ conveyor: String) throws -> ConveyorSettings? {
    let text = """
      agent: edge-1
      site: Plant 7
      stations:
        - id: reflow-1
          conveyor: \(conveyor)
      profiles: profiles
      journal: {path: journal.sqlite}
      """
    return try AgentSettings.load(bytes: Array(text.utf8), path: "agent.yaml").stations.first?
      .conveyor
  }

  private func findings(_ conveyor: String) -> [String] {
    do {
      _ = try load(conveyor)
      return []
    } catch let error as SettingsError {
      return error.findings.map(\.description)
    } catch {
      return ["\(error)"]
    }
  }

  private static let speed = "speed: {device: oven-1, signal: v}"

  @Test("A conveyor is read whole, and has defaults where it is silent")
  func good() throws {
    let short = try #require(try load("{length: 3.5, \(Self.speed)}"))
    #expect(short.length == 3.5 && short.entry == 0 && short.exit == 3.5 && short.reach == 0)
    #expect(short.hold == .seconds(5) && short.accuracy == 0.01 && short.nextLot == .follows)
    #expect(short.speed?.signal == "v" && short.fixedSpeed == nil && short.fastest == nil)
    #expect(short.lanes.map(\.id) == [nil] && short.lanes.first?.entered == nil)
    let long = try #require(
      try load(
        "{length: 4.2, entry: 0.1, exit: 4, reach: 0.175, \(Self.speed), fastest: 2 m/min, "
          + "speed_accuracy: 0.5%, hold_last_speed: 10s, board_length: 0.25, exit_tolerance: 0.2, "
          + "next_lot: waits, entered: {device: io-1, signal: in, when: off}, "
          + "left: {device: io-1, signal: out}}"
      )
    )
    #expect(long.entry == 0.1 && long.exit == 4 && long.reach == 0.175 && long.boardLength == 0.25)
    #expect(long.fastest == 2.0 / 60 && long.accuracy == 0.005 && long.hold == .seconds(10))
    #expect(long.nextLot == .waits && long.exitTolerance == 0.2)
    let eyes = try #require(long.lanes.first)
    #expect(eyes.entered?.isCoveredWhenOn == false && eyes.left?.isCoveredWhenOn == true)
  }

  @Test(
    "Speeds have any UCUM unit of length and time",
    arguments: [
      ("80 cm/min", 0.8 / 60), ("1.5cm/s", 0.015), ("2 m/min", 2.0 / 60), ("13 mm/s", 0.013),
      ("3 [ft_i]/min", 3 * 0.3048 / 60), ("0.02 m.s-1", 0.02), ("40 [in_i]/min", 40 * 0.0254 / 60),
      ("0.05 km/h", 50.0 / 3_600),
    ] as [(String, Double)]
  )
  func units(text: String, speed: Double) throws {
    let conveyor = try load("{length: 3, fixed_speed: \"\(text)\"}")
    #expect(abs((conveyor?.fixedSpeed ?? 0) - speed) < 1e-12)
  }

  @Test(
    "What cannot be is told with its place and the mend",
    arguments: [
      ("{length: 3}", "5:15", "\"speed\" is missing in this conveyor"),
      ("{length: 3, \(speed), fixed_speed: 1 m/min}", "5:63", "not both; remove one"),
      ("{length: 3, entry: 3.5, \(speed)}", "5:34", "the conveyor ends at 3.0 m"),
      ("{length: 3, exit: 3.5, \(speed)}", "5:33", "not beyond the length"),
      ("{length: 3, fixed_speed: 80}", "5:40", "a speed with its unit"),
      ("{length: 3, fixed_speed: 80 kg}", "5:40", "has no unit of speed; write 80 cm/min"),
      (
        "{length: 3, \(speed), entered: {device: a, signal: b}}", "5:15",
        "\"board_length\" is missing"
      ),
      ("{length: 3, \(speed), left: {device: a, signal: b}}", "5:6", "tells nothing without"),
      ("{length: 3, \(speed), lanes: [{id: \"1\"}]}", "5:76", "has no lane \"1\""),
      ("{length: 3, \(speed), next_lot: maybe}", "5:73", "maybe is not one of the rules"),
      ("{length: 3000, \(speed)}", "5:24", "3000"),
    ]
  )
  func wrong(conveyor: String, place: String, text: String) {
    let findings = findings(conveyor)
    let finding = findings.first { $0.contains(text) }
    #expect(finding?.hasPrefix("agent.yaml:\(place)") == true, "\(findings)")
  }

  @Test("Two files that say the same in other places have the same conveyor")
  func places() throws {
    #expect(
      try load("{length: 3, \(Self.speed)}") == load("{\(Self.speed),   length: 3.0}")
    )
  }
}
