import Foundation
import Telemetry
import TestSupport
import Testing

/// The whole engine over plants that are made up: hours of schedules, faults, reloads and clock
/// steps, without waiting for any.
///
/// `Scripts/simulate-engine` plays more of them: `LOTLINE_SIMULATION_SEEDS` is how many,
/// `LOTLINE_SIMULATION_SEED` the first, `LOTLINE_SIMULATION_MINUTES` how long each one lasts.
@Suite("Simulation of the engine", .serialized)
struct SimulationTests {
  private static func setting(_ name: String, _ otherwise: Int) -> Int {
    ProcessInfo.processInfo.environment["LOTLINE_SIMULATION_\(name)"].flatMap { Int($0) }
      ?? otherwise
  }

  private static let minutes = setting("MINUTES", 15)

  private static let seeds = setting("SEEDS", 20)

  /// With so many seeds all kinds must have been seen, lest the run proves nothing.
  private static let enoughSeeds = 20
  private static let kinds = [
    "clock_step", "configuration_applied", "configuration_refused", "crc", "device_frozen",
    "device_lost", "device_moving", "device_recovered", "device_restarted", "exception_11",
    "exception_2", "exception_4", "exception_6", "foreign_reply", "frozen", "gap device_silent",
    "gap late",
    "gap reconfigured", "minutes with silent devices",
    "no_connection", "restarted", "scans left out", "timeout",
    "waits for a probe",
  ]

  @Test("Every due scan of a made-up plant is in its journal, right or bad with the right cause")
  func invariants() throws {
    let first = Self.setting("SEED", 1)
    var tally: [String: Int] = [:]
    for seed in first..<(first + Self.seeds) {
      let audit = JournalAudit(try PlantStory.live(seed: UInt64(seed), minutes: Self.minutes))
      tally.merge(audit.tally, uniquingKeysWith: +)
      let complaints = audit.complaints.joined(separator: "\n")
      #expect(audit.complaints.isEmpty, "seed \(seed), \(Self.minutes) min:\n\(complaints)")
    }
    for kind in Self.kinds where Self.seeds >= Self.enoughSeeds {
      #expect(tally[kind] ?? 0 > 0, "nothing of \(kind) was seen")
    }
    print(tally.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }.joined(separator: "\n"))
  }

  @Test("A plant that is lived through again has the same journal, byte for byte")
  func repeatable() throws {
    func journal() throws -> [String] {
      let story = try PlantStory.live(seed: 3, minutes: 15)
      return try story.records.map { record in
        String(decoding: try RecordCoding.encode(record), as: UTF8.self)
          .replacing(story.folder, with: "folder")
      }
    }
    let (first, second) = (try journal(), try journal())
    #expect(first.count == second.count)
    for (one, other) in zip(first, second) where one != other {
      Issue.record("\(one) is \(other)")
      break
    }
  }
}
