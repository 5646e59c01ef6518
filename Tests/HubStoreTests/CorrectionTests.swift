import Genealogy
import HubStore
import Telemetry
import TestSupport
import Testing

@Suite("Corrections at the hub")
struct CorrectionTests {
  /// Readings 10, 20 … one a second, the first three of no lot, then of PCB-1, which ends after six.
  private func journal() throws -> (JournalBuilder, binding: Int, start: Instant) {
    var journal = try JournalBuilder()
    let layout = try journal.layout("t", stations: ["s"], signals: [.init(name: "heat")])
    let start = journal.time
    for value: Int64 in [10, 20, 30] { try journal.read(value, layout) }
    let binding = try journal.bind("s", "PCB-1", part: "board")
    for value: Int64 in [40, 50, 60] { try journal.read(value, layout, bound: binding) }
    try journal.end("s", "PCB-1", binding: binding)
    for value: Int64 in [70, 80] { try journal.read(value, layout) }
    return (journal, binding, start)
  }

  private func binding(_ lot: String) throws -> Binding {
    Binding(
      station: try StationID("s"),
      lot: try LotID(lot),
      part: try Label("board"),
      workOrder: try Label("WO-7001"),
      operatorName: try Label("A. Meier")
    )
  }

  @Test("A lot that was scanned late claims the readings from when it came; the records stay")
  func late() async throws {
    var (journal, binding, start) = try journal()
    let from = start.advanced(by: .seconds(1))
    let correction = try journal.correct(
      .times(binding, from: from, to: nil),
      reason: "scanned late"
    )
    let hub = try await CorrectedHub(journal)
    #expect(try await hub.figures("PCB-1") == ["heat: 5 of mean 40.0"])
    #expect(try await hub.figures("PCB-1", as: .recorded) == ["heat: 3 of mean 50.0"])
    let visit = try #require(try await hub.visits("PCB-1").first)
    #expect(visit.from == from && visit.span.start.seq == binding)
    let told = try #require(try await hub.trace("PCB-1", as: .recorded)?.lots.first?.corrections)
    #expect(told.map(\.record.seq) == [correction])
    #expect(told.first?.correction.reason.text == "scanned late")
    #expect(told.first?.correction.by.text == "Q. Auditor")
  }

  @Test("A lot that runs on after it was said to have come earlier gets its later readings too")
  func lateAndRunning() async throws {
    var journal = try JournalBuilder()
    let layout = try journal.layout("t", stations: ["s"], signals: [.init(name: "heat")])
    let start = journal.time
    try journal.read(10, layout)
    let binding = try journal.bind("s", "PCB-1", part: "board")
    try journal.read(20, layout, bound: binding)
    try journal.correct(.times(binding, from: start, to: nil))
    try journal.read(30, layout, bound: binding)
    try journal.end("s", "PCB-1", binding: binding)
    try journal.read(90, layout)
    let hub = try await CorrectedHub(journal)
    #expect(try await hub.figures("PCB-1") == ["heat: 3 of mean 20.0"])
    #expect(try await hub.visits("PCB-1").first?.to != nil)
  }

  @Test("A running lot that was corrected twice counts from the time that was said last")
  func twiceWhileRunning() async throws {
    var journal = try JournalBuilder()
    let layout = try journal.layout("t", stations: ["s"], signals: [.init(name: "heat")])
    let start = journal.time
    for value: Int64 in [10, 20, 30] { try journal.read(value, layout) }
    let binding = try journal.bind("s", "PCB-1", part: "board")
    try journal.read(40, layout, bound: binding)
    try journal.correct(.times(binding, from: start, to: nil))
    try journal.correct(.times(binding, from: start.advanced(by: .seconds(2)), to: nil))
    try journal.read(50, layout, bound: binding)
    #expect(try await CorrectedHub(journal).figures("PCB-1") == ["heat: 3 of mean 40.0"])
  }

  @Test("The wrong lot gives its readings to the right one")
  func wrongLot() async throws {
    var (journal, binding, _) = try journal()
    try journal.correct(.replaceLot(binding, self.binding("PCB-2")))
    let hub = try await CorrectedHub(journal)
    #expect(try await hub.figures("PCB-2") == ["heat: 3 of mean 50.0"])
    #expect(try await hub.figures("PCB-1").isEmpty)
    #expect(try await hub.figures("PCB-1", as: .recorded) == ["heat: 3 of mean 50.0"])
    #expect(try await hub.figures("PCB-2", as: .recorded).isEmpty)
    for lot in ["PCB-1", "PCB-2"] {
      let trace = try #require(try await hub.trace(lot))
      #expect(trace.lots.first?.corrections?.map(\.recordedLot?.text) == ["PCB-1"])
      #expect(trace.corrected?.contains("1 correction") == true)
    }
  }

  @Test("A lot that was never ended loses what was read after it was done")
  func notEnded() async throws {
    var (journal, binding, start) = try journal()
    // The second reading of the lot is at 5 s.
    try journal.correct(.times(binding, from: nil, to: start.advanced(by: .seconds(5))))
    let hub = try await CorrectedHub(journal)
    #expect(try await hub.figures("PCB-1") == ["heat: 1 of mean 40.0"])
    #expect(try await hub.visits("PCB-1").first?.to == start.advanced(by: .seconds(5)))
  }

  @Test("A lot that never was has no readings, and its trace says why")
  func neverWas() async throws {
    var (journal, binding, _) = try journal()
    try journal.correct(.void(binding), reason: "a test scan")
    let hub = try await CorrectedHub(journal)
    #expect(try await hub.visits("PCB-1").isEmpty)
    let trace = try #require(try await hub.trace("PCB-1"))
    let text = TraceReport(trace).text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    #expect(text.contains("never was there; by Q. Auditor"), "\(text)")
    #expect(text.contains("a test scan"))
  }

  @Test("A lot that nobody scanned claims the readings of its time")
  func inserted() async throws {
    var (journal, _, start) = try journal()
    let seq = try journal.correct(
      .insertLot(
        binding("PCB-0"),
        from: start.advanced(by: .seconds(1)),
        to: start.advanced(by: .seconds(3))
      )
    )
    let hub = try await CorrectedHub(journal)
    #expect(try await hub.figures("PCB-0") == ["heat: 2 of mean 25.0"])
    #expect(try await hub.visits("PCB-0").first?.span.start.seq == seq)
    #expect(try await hub.visits("PCB-0", as: .recorded).isEmpty)
  }

  @Test("A correction corrects the one before, and what is withdrawn does not count")
  func again() async throws {
    var (journal, binding, start) = try journal()
    let first = try journal.correct(.times(binding, from: start, to: nil))
    try journal.correct(.times(binding, from: start.advanced(by: .seconds(2)), to: nil))
    #expect(
      try await CorrectedHub(journal).figures("PCB-1") == ["heat: 4 of mean 45.0"]
    )
    let second = journal.records.count
    try journal.correct(.withdraw(second), reason: "mistaken")
    #expect(
      try await CorrectedHub(journal).figures("PCB-1") == ["heat: 6 of mean 35.0"]
    )
    try journal.correct(.withdraw(first))
    let hub = try await CorrectedHub(journal)
    #expect(try await hub.figures("PCB-1") == ["heat: 3 of mean 50.0"])
    let trace = try #require(try await hub.trace("PCB-1"))
    #expect(trace.lots.first?.corrections?.map(\.withdrawn?.reason.text) == ["seen", "mistaken"])
    #expect(trace.corrected == nil)
  }

  @Test("An inserted lot that is withdrawn leaves nothing")
  func insertWithdrawn() async throws {
    var (journal, _, start) = try journal()
    let from = start.advanced(by: .seconds(1))
    let seq = try journal.correct(.insertLot(binding("PCB-0"), from: from, to: journal.time))
    try journal.correct(.withdraw(seq))
    #expect(try await CorrectedHub(journal).visits("PCB-0").isEmpty)
  }

  @Test("Scans that were left out count for the lot that was there when they were taken")
  func leftOut() async throws {
    var journal = try JournalBuilder()
    let layout = try journal.sparseLayout()
    let start = journal.time
    try journal.read(10, layout)
    journal.time = start.advanced(by: .seconds(10))
    try journal.frame(layout: layout, bindings: [nil], skipped: 9, [Reading(.integer(10))])
    try journal.correct(
      .insertLot(
        binding("PCB-0"),
        from: start.advanced(by: .milliseconds(2_500)),
        to: start.advanced(by: .milliseconds(7_500))
      )
    )
    let hub = try await CorrectedHub(journal)
    // The scans at 3, 4, 5, 6 and 7 s.
    #expect(try await hub.figures("PCB-0") == ["heat: 5 of mean 10.0"])
  }

  @Test("After the clock was set back, a time is that which the clock showed last")
  func clockSetBack() async throws {
    var journal = try JournalBuilder()
    let layout = try journal.layout("t", stations: ["s"], signals: [.init(name: "heat")])
    let start = journal.time
    for value: Int64 in [1, 2, 3] { try journal.read(value, layout) }
    let step = ClockStep(epoch: 1, stepMicroseconds: nil, from: journal.time, to: start)
    journal.time = start
    try journal.add(.clockStep(step), lasting: .zero)
    for value: Int64 in [10, 20, 30] { try journal.read(value, layout) }
    try journal.correct(
      .insertLot(binding("PCB-0"), from: start, to: start.advanced(by: .milliseconds(1_500)))
    )
    #expect(try await CorrectedHub(journal).figures("PCB-0") == ["heat: 2 of mean 15.0"])
  }

  @Test("Material that was gone before the lot came did not go into it")
  func materialGone() async throws {
    var journal = try JournalBuilder()
    let load = try journal.load("s", "PASTE-1", "paste")
    let gone = journal.time
    let other = try journal.load("s", "PASTE-2", "paste")
    let binding = try journal.bind("s", "PCB-1", part: "board")
    try journal.end("s", "PCB-1", binding: binding)
    try journal.unload("s", "PASTE-1", load: load)
    try journal.correct(.times(load, from: nil, to: gone))
    try journal.correct(
      .replaceMaterial(
        other,
        MaterialLoad(
          station: StationID("s"),
          lot: LotID("PASTE-3"),
          material: Label("paste")
        )
      )
    )
    let hub = try await CorrectedHub(journal)
    #expect(try await hub.trace("PCB-1")?.inputs.map(\.input.text) == ["PASTE-3"])
    let recorded = try #require(try await hub.trace("PCB-1", as: .recorded))
    #expect(recorded.inputs.map(\.input.text) == ["PASTE-1", "PASTE-2"])
    // Both corrections are told with the lot that the material went into, or did not.
    #expect(try await hub.trace("PCB-1")?.lots.first?.corrections?.count == 2)
    #expect(try await hub.trace("PASTE-3")?.outputs?.map(\.output.text) == ["PCB-1"])
    #expect(try await hub.trace("PASTE-1")?.outputs?.isEmpty == true)
  }

  @Test("Material that was forgotten went into the lots of its time")
  func materialForgotten() async throws {
    var (journal, _, start) = try journal()
    let load = MaterialLoad(
      station: try StationID("s"),
      lot: try LotID("PASTE-1"),
      material: try Label("paste")
    )
    try journal.correct(.insertMaterial(load, from: start, to: start.advanced(by: .seconds(5))))
    let hub = try await CorrectedHub(journal)
    #expect(try await hub.trace("PCB-1")?.inputs.map(\.input.text) == ["PASTE-1"])
    #expect(try await hub.trace("PCB-1", as: .recorded)?.inputs.isEmpty == true)
  }

  @Test("A correction of what the journal does not hold is refused")
  func unknown() async throws {
    let folder = try TemporaryFolder()
    let database = try HubDatabase(path: folder.path("hub.sqlite"))
    for change in [Correction.Change.void(1), .times(99, from: nil, to: nil), .withdraw(2)] {
      var (journal, _, _) = try journal()
      try journal.correct(change)
      await #expect(throws: IntakeRefusal.self) { try await database.take(journal.batch) }
    }
  }
}
