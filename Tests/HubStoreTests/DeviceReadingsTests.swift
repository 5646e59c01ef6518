import Genealogy
import Telemetry
import TestSupport
import Testing

@testable import HubStore

@Suite("What was read of one device at a station without a conveyor")
struct DeviceReadingsTests {
  /// A rig with one signal that reads the seconds since the lot began.
  private struct Rig {
    var journal: JournalBuilder
    private let layout: Int
    private let start: Instant
    let lot: Int

    init() throws {
      journal = try JournalBuilder()
      layout = try journal.layout(
        "rig-1",
        stations: ["test-1"],
        signals: [SignalDescription(name: "torque")]
      )
      lot = try journal.bind("test-1", "PCB-1", part: "gearbox")
      start = journal.time
    }

    mutating func run(_ scans: Int, skipped: Int = 0) throws {
      for _ in 0..<scans {
        let seconds = journal.time.duration(since: start).components.seconds
        let reading = Reading(.integer(seconds))
        try journal.frame(layout: layout, bindings: [lot], skipped: skipped, [reading])
      }
    }

    mutating func scan(_ serial: String, _ event: UnitPassage.Event) throws {
      try journal.scan("test-1", serial, event, binding: lot)
    }
  }

  @Test("A device at a station without a conveyor has what was read while it was there")
  func device() async throws {
    var rig = try Rig()
    try rig.run(5)
    try rig.scan("G-1", .entered)
    try rig.run(10)
    try rig.scan("G-1", .left)
    try rig.run(5)
    #expect(try await PieceHub(rig.journal).figures("G-1") == ["torque: 10 from 6 to 15"])
  }

  @Test("A device that was never seen to leave has what was read until its lot ended")
  func stayed() async throws {
    var rig = try Rig()
    try rig.run(5)
    try rig.scan("G-1", .entered)
    try rig.run(4)
    try rig.journal.end("test-1", "PCB-1", binding: rig.lot)
    try rig.run(5)
    #expect(try await PieceHub(rig.journal).figures("G-1") == ["torque: 4 from 6 to 9"])
  }

  @Test("Scans that were left out count for the device that was there at their times")
  func leftOut() async throws {
    var rig = try Rig()
    try rig.run(1)
    rig.journal.time = rig.journal.time.advanced(by: .milliseconds(1_500))
    try rig.scan("G-1", .entered)
    rig.journal.time = rig.journal.time.advanced(by: .milliseconds(7_500))
    // Ten scans were left out, one a second; two of them before it came.
    try rig.run(1, skipped: 10)
    try rig.scan("G-1", .left)
    #expect(try await PieceHub(rig.journal).figures("G-1") == ["torque: 9 from 0 to 11"])
  }

  @Test("A device of which only its leaving is recorded has no readings, and that is said")
  func noEntry() async throws {
    var rig = try Rig()
    try rig.run(5)
    try rig.scan("G-1", .left)
    let unit = try await PieceHub(rig.journal).unit("G-1")
    #expect(unit?.figures == UnitFigures(signals: [], missing: .entry))
  }

  @Test("A device that was there for more records than a trace may read has none, and that is said")
  func tooLong() async throws {
    var rig = try Rig()
    try rig.scan("G-1", .entered)
    try rig.run(UnitReadings.limit)
    try rig.scan("G-1", .left)
    let unit = try await PieceHub(rig.journal).unit("G-1")
    #expect(unit?.figures == UnitFigures(signals: [], missing: .tooLong))
  }
}
