import Settings
import TestSupport
import Testing

@testable import Agent

@Suite("Conveyors in the configuration")
struct ConveyorReaderTests {
  /// The findings of a plan whose one station has this conveyor, without the file's name.
  private func findings(_ conveyor: String) throws -> [String] {
    let folder = try TemporaryFolder()
    _ = try folder.write(ConveyorPlant.profile, to: "oven.yaml")
    let path = try folder.write(
      ConveyorPlant.configuration(conveyor: conveyor),
      to: "agent.yaml"
    )
    do {
      _ = try PlantPlan.read(path)
      return []
    } catch {
      return error.description.split(separator: "\n")
        .map { String($0.dropFirst(path.utf8.count + 1)) }
    }
  }

  @Test("A conveyor with a speed signal, and one with photo-eyes, can be used")
  func good() throws {
    #expect(try findings(ConveyorPlant.followed).isEmpty)
    #expect(try findings(ConveyorPlant.seen).isEmpty)
    #expect(try findings("{length: 3, fixed_speed: 1.3 cm/s}").isEmpty)
  }

  @Test(
    "What the profiles do not have is told with its place and the mend",
    arguments: [
      ("{length: 3, speed: {device: oven-2, signal: speed}}", "5:43", "no device \"oven-2\""),
      (
        "{length: 3, speed: {device: oven-1, signal: sped}}", "5:59",
        "has no signal \"sped\"; did you mean \"speed\"?"
      ),
      (
        "{length: 3, speed: {device: oven-1, signal: zone1}}", "5:59",
        "is no speed: its unit is Cel"
      ),
      ("{length: 1.5, \(ConveyorPlant.speed)}", "5:15", "zone2 of device oven-1 is at 2.0 m"),
      (
        "{length: 3, entry: 1.2, \(ConveyorPlant.speed)}", "5:15",
        "zone1 of device oven-1 is at 1.0 m"
      ),
      (
        "{length: 3, board_length: 0.2, \(ConveyorPlant.speed), "
          + "entered: {device: oven-1, signal: zone1}}", "5:120", "a photo-eye is a bit"
      ),
    ]
  )
  func wrong(conveyor: String, place: String, text: String) throws {
    let findings = try findings(conveyor)
    #expect(findings.count == 1)
    #expect(findings.first?.contains(text) == true, "\(findings)")
    #expect(findings.first?.hasPrefix(place) == true, "\(findings)")
  }
}
