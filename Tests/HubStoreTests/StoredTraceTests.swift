import GRDB
import Genealogy
import HubStore
import Telemetry
import TestSupport
import Testing

@Suite("Trace from the database")
struct StoredTraceTests {
  private let folder: TemporaryFolder
  private let database: HubDatabase

  init() throws {
    folder = try TemporaryFolder()
    database = try HubDatabase(path: folder.path("hub.sqlite"))
  }

  private func trace(_ lot: String, of journal: JournalBuilder) async throws -> LotTrace {
    for seq in 1...journal.records.count { _ = try await database.take(journal.batch(seq...seq)) }
    return try #require(try await database.reader.trace(LotID(lot), at: journal.time))
  }

  @Test("A device lot leads down to its board, its materials and what was measured")
  func device() async throws {
    let trace = try await trace("DEV-0042", of: .device())
    #expect(trace.lots.map(\.lot.text) == ["DEV-0042", "GBX-3", "PCB-7", "PASTE-55", "BARE-12"])
    let board = try #require(trace.lots.first { $0.lot.text == "PCB-7" })
    let visit = try #require(board.visits.first)
    #expect(visit.binding.program?.text == "LF-SAC305")
    #expect(visit.to != nil)
    let zone = try #require(visit.signals.first { $0.signal == "zone1.temperature" })
    #expect(zone.minimum == 183 && zone.mean == 186 && zone.maximum == 189)
    #expect(zone.good == 7 && zone.bad == 3)
    #expect(zone.causes == [.init(cause: "timeout", count: 3)])
    #expect(visit.signals.first { $0.signal == "program" }?.texts == ["LF-SAC305"])
    #expect(visit.signals.first { $0.signal == "oxygen" }?.mean == 430)
    let gearbox = try #require(trace.lots.first { $0.lot.text == "GBX-3" })
    #expect(gearbox.visits.first?.signals.map(\.signal) == ["humidity"])
    #expect(gearbox.visits.first?.signals.first?.mean == 44)
  }

  @Test("A material lot leads up to the device")
  func upwards() async throws {
    let trace = try await trace("PASTE-55", of: .device())
    let outputs = try #require(trace.outputs)
    #expect(outputs.map(\.output.text) == ["PCB-7", "DEV-0042"])
    #expect(trace.inputs.isEmpty)
  }

  @Test("A lot bound twice at a station has two visits with their own readings")
  func twice() async throws {
    var journal = try JournalBuilder()
    let layout = try journal.layout("t", stations: ["s"], signals: [.init(name: "temperature")])
    for value in [20, 30] {
      let binding = try journal.bind("s", "PCB", part: "p")
      try journal.frame(layout: layout, bindings: [binding], [Reading(.integer(Int64(value)))])
      try journal.end("s", "PCB", binding: binding)
    }
    let trace = try await trace("PCB", of: journal)
    #expect(trace.lots.first?.visits.map { $0.signals.first?.mean } == [20, 30])
  }

  @Test("A restart of the agent, with a layout anew, leaves one summary of each signal")
  func layouts() async throws {
    var journal = try JournalBuilder()
    let signals = [SignalDescription(name: "temperature", unit: "Cel")]
    let first = try journal.layout("t", stations: ["s"], signals: signals)
    let binding = try journal.bind("s", "PCB", part: "p")
    try journal.frame(layout: first, bindings: [binding], [Reading(.integer(10))])
    let second = try journal.layout("t", stations: ["s"], signals: signals)
    try journal.frame(layout: second, bindings: [binding], [Reading(.integer(30))])
    let trace = try await trace("PCB", of: journal)
    let summaries = try #require(trace.lots.first?.visits.first?.signals)
    #expect(summaries.count == 1)
    #expect(summaries.first?.mean == 20 && summaries.first?.good == 2)
    #expect(trace.lots.first?.visits.first?.to == nil)
  }

  @Test("Material loaded after the lot ended, or taken away before it began, did not go into it")
  func outside() async throws {
    var journal = try JournalBuilder()
    let early = try journal.load("s", "EARLY", "m")
    try journal.unload("s", "EARLY", load: early)
    try journal.load("s", "BEFORE", "m")
    let binding = try journal.bind("s", "PCB", part: "p")
    try journal.load("s", "DURING", "m")
    try journal.load("other", "ELSEWHERE", "m")
    try journal.end("s", "PCB", binding: binding)
    try journal.load("s", "AFTER", "m")
    let trace = try await trace("PCB", of: journal)
    #expect(trace.inputs.map(\.input.text) == ["BEFORE", "DURING"])
  }

  @Test("A clock that steps back changes nothing, since sequence numbers decide")
  func clockStep() async throws {
    var journal = try JournalBuilder()
    try journal.load("s", "PASTE", "m")
    journal.time = journal.time.advanced(by: .seconds(-86_400))
    let binding = try journal.bind("s", "PCB", part: "p")
    try journal.end("s", "PCB", binding: binding)
    #expect(try await trace("PCB", of: journal).inputs.map(\.input.text) == ["PASTE"])
  }

  @Test("Writes are told of the lots at the stations that they fell on, also of a rebuilt file")
  func writes() async throws {
    var journal = try JournalBuilder()
    let before = try journal.bind("s", "BEFORE", part: "p")
    try journal.end("s", "BEFORE", binding: before)
    let binding = try journal.bind("s", "PCB", part: "p")
    try journal.bind("other", "ELSEWHERE", part: "p")
    let orders = try [["s"], ["s", "far"], ["other"], []].map { stations in
      WriteOrder(
        device: try DeviceID("oven-1"),
        signal: "setpoint",
        stations: try stations.map { try StationID($0) },
        value: .integer(50),
        unit: nil,
        table: .holding,
        address: 2,
        raw: [500],
        operatorName: try Label("mara"),
        reason: try Label("trial")
      )
    }
    for order in orders { try journal.add(.write(order)) }
    let done = WriteOutcome(of: 6, .done, detail: "confirmed", readBack: .integer(50))
    try journal.add(.writeOutcome(done))
    try journal.add(.writeOutcome(WriteOutcome(of: 9, .unknown, detail: "no answer")))
    try journal.end("s", "PCB", binding: binding)
    func expectWrites(_ trace: LotTrace?) throws {
      let visit = try #require(trace?.lots.first?.visits.first)
      #expect(visit.writes.map(\.order) == [orders[0], orders[1]])
      #expect(visit.writes.map(\.record.seq) == [6, 7])
      #expect(visit.writes.map(\.outcome) == [done, nil])
    }
    try expectWrites(try await trace("PCB", of: journal))
    let other = try await database.reader.trace(LotID("BEFORE"), at: journal.time)
    #expect(other?.lots.first?.visits.first?.writes == [])
    try await database.rebuild()
    try expectWrites(try await database.reader.trace(LotID("PCB"), at: journal.time))
  }

  @Test("The clock's steps are told of the lots that they fell on, also of a rebuilt file")
  func clockSteps() async throws {
    var journal = try JournalBuilder()
    try journal.load("s", "PASTE", "m")
    let before = try journal.bind("s", "BEFORE", part: "p")
    try journal.end("s", "BEFORE", binding: before)
    let binding = try journal.bind("s", "PCB", part: "p")
    let steps = [-3_600, 3_600, nil].enumerated().map { index, seconds in
      ClockStep(
        epoch: index + 1,
        stepMicroseconds: seconds.map { $0 * 1_000_000 },
        from: journal.time,
        to: journal.time.advanced(by: .seconds(seconds ?? -60))
      )
    }
    for step in steps { try journal.add(.clockStep(step)) }
    try journal.end("s", "PCB", binding: binding)
    let lot = try LotID("PCB")
    func expectSteps(_ trace: LotTrace?) throws {
      let visit = try #require(trace?.lots.first { $0.lot == lot }?.visits.first)
      #expect(visit.clockSteps.map(\.step) == steps)
      #expect(visit.clockSteps.map(\.record.seq) == [6, 7, 8])
      guard case .loaded(let stay, _) = try #require(trace?.inputs.first?.reasons.first) else {
        Issue.record("the paste was loaded")
        return
      }
      #expect(stay.clockSteps.map(\.step) == steps)
    }
    try expectSteps(try await trace("PCB", of: journal))
    let other = try await database.reader.trace(LotID("BEFORE"), at: journal.time)
    #expect(other?.lots.first?.visits.first?.clockSteps == [])
    try await database.rebuild()
    try expectSteps(try await database.reader.trace(lot, at: journal.time))
  }

  @Test("Of many distinct texts the last are kept, and that there were more")
  func texts() async throws {
    var journal = try JournalBuilder()
    let layout = try journal.layout("t", stations: ["s"], signals: [.init(name: "state")])
    let binding = try journal.bind("s", "PCB", part: "p")
    for index in 1...20 {
      try journal.frame(layout: layout, bindings: [binding], [Reading(.text("state \(index)"))])
    }
    let signal = try await trace("PCB", of: journal).lots.first?.visits.first?.signals.first
    #expect(signal?.texts == (13...20).map { "state \($0)" })
    #expect(signal?.hasMoreTexts == true)
    #expect(signal?.good == 20)
  }

  /// A lot of 100 scans of which 4 are recorded, between two others.
  private func steadyLot() throws -> JournalBuilder {
    var journal = try JournalBuilder()
    let signals = [SignalDescription(name: "temperature", unit: "Cel", deadband: 1)]
    let layout = try journal.layout("t", stations: ["s"], signals: signals)
    let before = try journal.bind("s", "BEFORE", part: "p")
    try journal.frame(layout: layout, bindings: [before], [Reading(.integer(5))])
    let binding = try journal.bind("s", "PCB", part: "p")
    try journal.frame(layout: layout, bindings: [binding], skipped: 9, [Reading(.integer(20))])
    try journal.frame(layout: layout, bindings: [binding], skipped: 59, [Reading(.timeout)])
    try journal.frame(layout: layout, bindings: [binding], skipped: 19, [Reading(.integer(30))])
    try journal.frame(layout: layout, bindings: [binding], [Reading(.integer(40))])
    let after = try journal.bind("s", "AFTER", part: "p")
    try journal.frame(layout: layout, bindings: [after], skipped: 18, [Reading(.integer(50))])
    return journal
  }

  private static func expectSteady(
    _ trace: LotTrace,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let signal = trace.lots.first?.visits.first?.signals.first
    #expect(signal?.good == 80 && signal?.bad == 20, sourceLocation: sourceLocation)
    #expect(signal?.causes == [.init(cause: "timeout", count: 20)], sourceLocation: sourceLocation)
    let mean = (60 * 20.0 + 30 + 19 * 40) / 80
    #expect(signal?.mean == mean, sourceLocation: sourceLocation)
    #expect(signal?.minimum == 20 && signal?.maximum == 40, sourceLocation: sourceLocation)
  }

  @Test("Scans that were left out count as the frame before them, for the lot of that frame")
  func leftOut() async throws {
    Self.expectSteady(try await trace("PCB", of: steadyLot()))
    let before = try #require(
      try await database.reader.trace(LotID("BEFORE"), at: .init(microseconds: 0))
    )
    #expect(before.lots.first?.visits.first?.signals.first?.good == 10)
  }

  @Test("They count the same in one batch, and when the tables are made again")
  func leftOutAtOnce() async throws {
    let journal = try steadyLot()
    _ = try await database.take(journal.batch)
    let lot = try LotID("PCB")
    Self.expectSteady(try #require(try await database.reader.trace(lot, at: journal.time)))
    try await database.rebuild()
    Self.expectSteady(try #require(try await database.reader.trace(lot, at: journal.time)))
  }

  @Test("A deadband that is changed leaves one summary of each signal")
  func deadband() async throws {
    var journal = try JournalBuilder()
    let binding = try journal.bind("s", "PCB", part: "p")
    for deadband in [nil, 0.5, 1] {
      let signals = [SignalDescription(name: "temperature", unit: "Cel", deadband: deadband)]
      let layout = try journal.layout("t", stations: ["s"], signals: signals)
      try journal.frame(layout: layout, bindings: [binding], [Reading(.integer(10))])
    }
    let trace = try await trace("PCB", of: journal)
    #expect(trace.lots.first?.visits.first?.signals.map(\.good) == [3])
  }

  @Test("A frame after which nothing can have been left out is refused")
  func leftOutAfterNothing() async throws {
    var journal = try JournalBuilder()
    let layout = try journal.layout("t", stations: [], signals: [.init(name: "x")])
    try journal.frame(layout: layout, bindings: [], skipped: 3, [Reading(.integer(1))])
    let batch = journal.batch
    await #expect(throws: IntakeRefusal.self) { try await database.take(batch) }
  }

  @Test("A file of a program that knew of no clock steps is read, before a hub has opened it")
  func earlierFileRead() async throws {
    _ = try await database.take(JournalBuilder.device().batch)
    try database.close()
    let path = folder.path("hub.sqlite")
    try await DatabaseQueue(path: path).write { try $0.execute(sql: "DROP TABLE clock_step") }
    let reader = try HubReader(path: path)
    let trace = try await reader.trace(LotID("DEV-0042"), at: .init(microseconds: 0))
    #expect(trace?.lots.count == 5)
  }

  @Test("A file of a program that knew of no scans left out takes them")
  func earlierFile() async throws {
    let path = folder.path("earlier.sqlite")
    let earlier = try HubDatabase(path: path)
    try earlier.close()
    try await DatabaseQueue(path: path).write { try $0.execute(sql: "DROP TABLE last_frame") }
    let database = try HubDatabase(path: path)
    _ = try await database.take(steadyLot().batch)
    Self.expectSteady(
      try #require(try await database.reader.trace(LotID("PCB"), at: .init(microseconds: 0)))
    )
  }
}
