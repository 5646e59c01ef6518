import GRDB
import Genealogy
import HubStore
import Telemetry
import TestSupport
import Testing

@Suite("Lanes, units and crews in traces")
struct StoredCrewTests {
  private let folder: TemporaryFolder
  private let database: HubDatabase

  init() throws {
    folder = try TemporaryFolder()
    database = try HubDatabase(path: folder.path("hub.sqlite"))
  }

  private static func crew(_ station: String, _ names: [String]) throws -> Telemetry.Record.Content
  {
    .crew(
      CrewChange(
        station: try StationID(station),
        operators: try names.map { try Label($0) },
        change: .on,
        operatorName: try Label(names.last ?? "gone")
      )
    )
  }

  private static func lane(_ lane: String, _ lot: String) throws -> Telemetry.Record.Content {
    .binding(
      Binding(
        station: try StationID("s"),
        lane: try LaneID(lane),
        lot: try LotID(lot),
        part: try Label("p"),
        revision: try Label("C"),
        workOrder: try Label("WO-1"),
        operatorName: try Label("mara"),
        quantity: 40,
        notes: ["lot_elsewhere"]
      )
    )
  }

  private static func unit(
    _ serial: String,
    _ event: UnitPassage.Event,
    binding: Int
  ) throws -> Telemetry.Record.Content {
    .unit(
      UnitPassage(
        station: try StationID("s"),
        binding: binding,
        serial: try SerialNumber(serial),
        event: event,
        source: .scan
      )
    )
  }

  private func visit(_ lot: String, of journal: JournalBuilder) async throws -> StationVisit {
    let trace = try await database.reader.trace(LotID(lot), at: journal.time)
    return try #require(trace?.lots.first?.visits.first)
  }

  @Test("Lots of two lanes last beside each other, and a frame counts for both")
  func lanes() async throws {
    var journal = try JournalBuilder()
    let layout = try journal.layout("t", stations: ["s"], signals: [.init(name: "temperature")])
    let front = try journal.add(Self.lane("front", "A"))
    let rear = try journal.add(Self.lane("rear", "B"))
    try journal.add(
      .frame(
        Frame(
          at: journal.time,
          spanMicroseconds: 1,
          layout: layout,
          bindings: [.several([front, rear])],
          readings: [Reading(.integer(20))]
        )
      )
    )
    try journal.add(Self.lane("front", "C"))
    _ = try await database.take(journal.batch)
    let (first, second) = (try await visit("A", of: journal), try await visit("B", of: journal))
    #expect(first.signals.first?.mean == 20 && second.signals.first?.mean == 20)
    #expect(first.to != nil && second.to == nil)
    #expect(first.binding.lane?.text == "front" && first.binding.quantity == 40)
    #expect(first.binding.revision?.text == "C" && first.binding.notes == ["lot_elsewhere"])
  }

  @Test("A visit tells who was there when it began, and each change until it ended")
  func crews() async throws {
    var journal = try JournalBuilder()
    try journal.add(Self.crew("s", ["long", "gone"]))
    try journal.add(Self.crew("s", ["mara"]))
    try journal.add(Self.crew("other", ["elsewhere"]))
    let binding = try journal.bind("s", "PCB", part: "p")
    try journal.add(Self.crew("s", ["mara", "jon"]))
    try journal.end("s", "PCB", binding: binding)
    try journal.add(Self.crew("s", []))
    let after = try journal.bind("s", "LATER", part: "p")
    try journal.add(Self.crew("s", ["ana"]))
    try journal.end("s", "LATER", binding: after)
    _ = try await database.take(journal.batch)
    func names(_ visit: StationVisit) -> [[String]] {
      visit.crews.map { $0.crew.operators.map(\.text) }
    }
    let visit = try await visit("PCB", of: journal)
    #expect(names(visit) == [["mara"], ["mara", "jon"]])
    #expect(names(try await self.visit("LATER", of: journal)) == [["ana"]])
    try await database.rebuild()
    #expect(names(try await self.visit("PCB", of: journal)) == [["mara"], ["mara", "jon"]])
    let report = visit.sentences.joined()
    #expect(report.hasPrefix("signed on: mara; from 2026-11-24 12:00:05 UTC mara, jon"))
  }

  @Test("A visit tells its units, each with all that was recorded of it")
  func units() async throws {
    var journal = try JournalBuilder()
    let binding = try journal.bind("s", "PCB", part: "p")
    for (serial, event) in [
      ("S1", .entered), ("S2", .entered), ("S1", .left), ("S2", .scrapped),
    ] as [(String, UnitPassage.Event)] {
      try journal.add(Self.unit(serial, event, binding: binding))
    }
    _ = try await database.take(journal.batch)
    let visit = try await visit("PCB", of: journal)
    #expect(visit.units.map(\.serial.text) == ["S1", "S2"])
    #expect(
      visit.units.map { $0.events.map(\.event) } == [[.entered, .left], [.entered, .scrapped]]
    )
    #expect(visit.sentences == ["2 units, 1 scrapped: S1, S2"])
  }

  @Test("A unit of no binding, and a frame of no crew, are refused")
  func unknown() async throws {
    var units = try JournalBuilder()
    try units.add(Self.unit("S1", .entered, binding: 7))
    let unitBatch = units.batch
    await #expect(throws: IntakeRefusal.self) { try await database.take(unitBatch) }
    var frames = try JournalBuilder()
    let layout = try frames.layout("t", stations: ["s"], signals: [.init(name: "x")])
    try frames.add(Self.crew("other", ["mara"]))
    try frames.add(
      .frame(
        Frame(
          at: frames.time,
          spanMicroseconds: 1,
          layout: layout,
          bindings: [nil],
          crews: [3],
          readings: [Reading(.integer(1))]
        )
      )
    )
    let frameBatch = frames.batch
    await #expect(throws: IntakeRefusal.self) { try await database.take(frameBatch) }
  }

  @Test("A file of a program that knew no lanes takes lots of lanes, and tells its own as before")
  func earlierFile() async throws {
    var journal = try JournalBuilder()
    try journal.bind("s", "OLD", part: "p", program: "run-in")
    _ = try await database.take(journal.batch)
    try database.close()
    let path = folder.path("hub.sqlite")
    try await DatabaseQueue(path: path).write { db in
      for table in ["crew", "unit"] { try db.execute(sql: "DROP TABLE \(table)") }
      for column in ["lane", "content"] {
        try db.execute(sql: "ALTER TABLE binding DROP COLUMN \(column)")
      }
    }
    let old = try await HubReader(path: path).trace(LotID("OLD"), at: journal.time)
    #expect(old?.lots.first?.visits.first?.binding.program?.text == "run-in")
    let again = try HubDatabase(path: path)
    let seq = try journal.add(Self.lane("front", "A"))
    _ = try await again.take(journal.batch(seq...seq))
    let visits = try await again.reader.trace(LotID("A"), at: journal.time)?.lots.first?.visits
    #expect(visits?.first?.binding.lane?.text == "front")
    #expect(
      try await again.reader.trace(LotID("OLD"), at: journal.time)?.lots.first?.visits.first?.to
        == nil
    )
  }
}
