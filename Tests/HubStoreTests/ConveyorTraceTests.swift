import Genealogy
import Telemetry
import TestSupport
import Testing

@testable import HubStore

@Suite("Traces of a conveyor")
struct ConveyorTraceTests {
  private let folder: TemporaryFolder
  private let database: HubDatabase

  init() throws {
    folder = try TemporaryFolder()
    database = try HubDatabase(path: folder.path("hub.sqlite"))
  }

  private let oven = ConveyorDescription(
    station: StationID(checked: "reflow-1"),
    length: 3,
    entry: 0,
    exit: 3,
    reach: 0,
    belts: 1
  )

  /// Two zones and a signal of the whole oven; places: the oven, zone 1, zone 2.
  private func journal() throws -> (JournalBuilder, layout: Int) {
    var journal = try JournalBuilder()
    let layout = try journal.layout(
      "oven-1",
      stations: ["reflow-1"],
      conveyors: [oven],
      signals: [
        SignalDescription(name: "zone1", unit: "Cel", position: 1),
        SignalDescription(name: "zone2", unit: "Cel", position: 2),
        SignalDescription(name: "oxygen", unit: "[ppm]"),
      ]
    )
    return (journal, layout)
  }

  private func readings(_ zone1: Int64, _ zone2: Int64) -> [Reading] {
    [Reading(.integer(zone1)), Reading(.integer(zone2)), Reading(.integer(400))]
  }

  private func signals(of lot: String, _ journal: JournalBuilder) async throws -> [SignalSummary] {
    _ = try await database.take(journal.batch)
    let trace = try await database.reader.trace(LotID(lot), at: .init(microseconds: 0))
    return try #require(trace?.lots.first?.visits.first?.signals)
  }

  @Test("A zone's reading counts for the lot in that zone, one of the oven for all that are in it")
  func places() async throws {
    var (journal, layout) = try journal()
    let a = try journal.bind("reflow-1", "A", part: "p")
    try journal.frame(
      layout: layout,
      places: [.one(a), .one(a), .nothing],
      belt: 1,
      readings(150, 250)
    )
    try journal.end("reflow-1", "A", binding: a)
    let b = try journal.bind("reflow-1", "B", part: "p")
    try journal.frame(
      layout: layout,
      places: [.several([a, b]), .one(b), .one(a)],
      belt: 2,
      readings(151, 251)
    )
    let ofA = try await signals(of: "A", journal)
    #expect(ofA.map(\.signal) == ["zone1", "zone2", "oxygen"])
    #expect(ofA.map(\.mean) == [150, 251, 400])
    #expect(ofA.map(\.good) == [1, 1, 2])
    let ofB = try await signals(of: "B", journal)
    #expect(ofB.map(\.signal) == ["zone1", "oxygen"])
    #expect(ofB.map(\.mean) == [151, 400])
  }

  @Test("A reading that may be another lot's is counted apart, for every lot that it may be of")
  func unsure() async throws {
    var (journal, layout) = try journal()
    let a = try journal.bind("reflow-1", "A", part: "p")
    let b = try journal.bind("reflow-1", "B", part: "p")
    try journal.frame(
      layout: layout,
      places: [.several([a, b]), .one(b), .one(a)],
      belt: 2,
      readings(150, 250)
    )
    try journal.frame(
      layout: layout,
      places: [.several([a, b]), .one(b), .several([a, b])],
      unsure: [2],
      belt: 2.1,
      readings(160, 260)
    )
    let zone2 = try #require(try await signals(of: "A", journal).first { $0.signal == "zone2" })
    #expect(zone2.good == 1 && zone2.maximum == 250)
    #expect(zone2.unsure == SignalSummary.Unsure(readings: 1, minimum: 260, maximum: 260))
    let ofB = try await signals(of: "B", journal)
    let zone2OfB = try #require(ofB.first { $0.signal == "zone2" })
    #expect(zone2OfB.good == 0 && zone2OfB.minimum == nil)
    #expect(zone2OfB.unsure?.readings == 1)
    #expect(ofB.first { $0.signal == "oxygen" }?.unsure == nil)
    let text = TraceReport(
      try #require(try await database.reader.trace(LotID("A"), at: .init(microseconds: 0))),
      style: TraceReport.Style(width: 100)
    ).text
    #expect(text.contains("1 more from 260.0 to 260.0 °C may be another's or nobody's"), "\(text)")
  }

  @Test("A scan that was left out counts where the lot was in the frame before")
  func leftOut() async throws {
    var (journal, layout) = try journal()
    let a = try journal.bind("reflow-1", "A", part: "p")
    let places: [Bound] = [.one(a), .nothing, .one(a)]
    try journal.frame(layout: layout, places: places, belt: 2, readings(150, 250))
    try journal.frame(layout: layout, places: places, belt: 2.5, skipped: 9, readings(150, 250))
    let signals = try await signals(of: "A", journal)
    #expect(signals.map(\.signal) == ["zone2", "oxygen"])
    #expect(signals.map(\.good) == [11, 11])
  }

  @Test("A frame with too few places or belts, or bound to another station's lot, is refused")
  func refused() async throws {
    var (base, layout) = try journal()
    let other = try base.bind("servo-1", "S", part: "p")
    for (places, belts) in [
      ([.nothing], 1), ([.nothing, .nothing, .nothing], 0), ([.one(other), .nothing, .nothing], 1),
      ([.nothing, .nothing, .several([other, 99])], 1),
    ] as [([Bound], Int)] {
      var journal = base
      try journal.add(
        .frame(
          Frame(
            at: journal.time,
            spanMicroseconds: 1,
            layout: layout,
            bindings: places,
            belts: Array(repeating: BeltReading(low: 1, high: 1), count: belts),
            readings: readings(1, 2)
          )
        )
      )
      let batch = journal.batch
      await #expect(throws: IntakeRefusal.self) { try await database.take(batch) }
    }
  }
}
