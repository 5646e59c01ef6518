import Genealogy
import HubStore
import Telemetry
import TestSupport
import Testing

@Suite("Operators as corrected")
struct CorrectedCrewTests {
  private var journal: JournalBuilder
  private let start: Instant

  /// A journal that begins at noon.
  init() throws {
    journal = try JournalBuilder()
    start = journal.time.advanced(by: .seconds(-1))
  }

  /// The time so many minutes after the journal began.
  private func time(_ minutes: Int) -> Instant { start.advanced(by: .seconds(60 * minutes)) }

  /// From now on these are there.
  private mutating func crew(_ names: [String], at minutes: Int) throws {
    journal.time = time(minutes)
    let change = CrewChange(
      station: try StationID("s"),
      operators: try names.map { try Label($0) },
      change: names.isEmpty ? .off : .on,
      operatorName: try Label(names.last ?? "mara")
    )
    try journal.add(.crew(change))
  }

  @discardableResult
  private mutating func lot(_ lot: String, from: Int, to: Int) throws -> Int {
    journal.time = time(from)
    let binding = try journal.bind("s", lot, part: "board")
    journal.time = time(to)
    try journal.end("s", lot, binding: binding)
    return binding
  }

  /// A station where mara signed on at 10 and off at 70, and three lots were made meanwhile.
  private mutating func shift() throws {
    try crew(["mara"], at: 10)
    try lot("A", from: 20, to: 30)
    try lot("B", from: 35, to: 45)
    try lot("C", from: 50, to: 60)
    try crew([], at: 70)
  }

  @discardableResult
  private mutating func correct(
    _ name: String,
    _ wasThere: Bool,
    from: Int,
    to: Int
  ) throws -> Int {
    journal.time = max(journal.time, time(90))
    let presence = OperatorPresence(
      station: try StationID("s"),
      operatorName: try Label(name),
      wasThere: wasThere
    )
    return try journal.correct(.presence(presence, from: time(from), to: time(to)))
  }

  /// What the trace says of who was there, without dates.
  private func told(_ lot: String, as basis: TraceBasis = .corrected) async throws -> String? {
    let visit = try await CorrectedHub(journal).visits(lot, as: basis).first
    return try #require(visit).sentences.first?.replacing("2026-11-24 ", with: "")
  }

  @Test("Who forgot to sign off was there with the lots before the time, and with none after it")
  mutating func forgottenSignOff() async throws {
    try shift()
    try correct("mara", false, from: 40, to: 70)
    #expect(try await told("A") == "signed on: mara")
    #expect(try await told("B") == "signed on: mara; from 12:40:00 UTC nobody")
    #expect(try await told("C") == nil)
    #expect(try await told("C", as: .recorded) == "signed on: mara")
  }

  @Test("Every lot of the time tells of the correction, and no other lot does")
  mutating func listed() async throws {
    try shift()
    let seq = try correct("mara", false, from: 40, to: 70)
    let hub = try await CorrectedHub(journal)
    for (lot, seqs) in [("A", nil), ("B", [seq]), ("C", [seq])] as [(String, [Int]?)] {
      let corrections = try await hub.trace(lot)?.lots.first?.corrections
      #expect(corrections?.map(\.record.seq) == seqs, "lot \(lot)")
    }
    let text = TraceReport(try #require(try await hub.trace("B"))).text
      .split(whereSeparator: \.isWhitespace).joined(separator: " ")
    #expect(text.contains("mara was not at s 2026-11-24 12:40:00 to 13:10:00 UTC"), "\(text)")
  }

  @Test("Who forgot to sign on was there beside the others")
  mutating func forgottenSignOn() async throws {
    try crew(["jon"], at: 10)
    try lot("A", from: 20, to: 40)
    try lot("B", from: 50, to: 60)
    try correct("mara", true, from: 30, to: 55)
    #expect(try await told("A") == "signed on: jon; from 12:30:00 UTC jon, mara")
    #expect(try await told("B") == "signed on: jon, mara; from 12:55:00 UTC jon")
  }

  @Test("Where nobody had ever signed on, somebody can be said to have been there")
  mutating func nobodyRecorded() async throws {
    try lot("A", from: 20, to: 40)
    try correct("mara", true, from: 0, to: 80)
    #expect(try await told("A") == "signed on: mara")
  }

  @Test("What is recorded of the others goes on while somebody's presence is corrected")
  mutating func others() async throws {
    try crew(["mara"], at: 10)
    journal.time = time(20)
    let binding = try journal.bind("s", "A", part: "board")
    try crew(["mara", "jon"], at: 30)
    try crew(["jon"], at: 50)
    journal.time = time(60)
    try journal.end("s", "A", binding: binding)
    try correct("mara", false, from: 15, to: 40)
    #expect(
      try await told("A")
        == "signed on: from 12:30:00 UTC jon; from 12:40:00 UTC mara, jon; from 12:50:00 UTC jon"
    )
  }

  @Test("A later correction of the same operator counts, and one that is withdrawn does not")
  mutating func again() async throws {
    try shift()
    let first = try correct("mara", false, from: 15, to: 70)
    let second = try correct("mara", true, from: 15, to: 40)
    #expect(try await told("B") == "signed on: mara; from 12:40:00 UTC nobody")
    try journal.correct(.withdraw(second))
    #expect(try await told("B") == nil)
    try journal.correct(.withdraw(first))
    #expect(try await told("B") == "signed on: mara")
  }

  @Test("A lot that nobody scanned was made by those who were there at its time")
  mutating func insertedLot() async throws {
    try crew(["mara"], at: 10)
    try crew(["jon"], at: 40)
    journal.time = time(90)
    let binding = Binding(
      station: try StationID("s"),
      lot: try LotID("A"),
      part: try Label("board"),
      workOrder: try Label("WO-7001"),
      operatorName: try Label("mara")
    )
    try journal.correct(.insertLot(binding, from: time(20), to: time(60)))
    #expect(try await told("A") == "signed on: mara; from 12:40:00 UTC jon")
  }

  @Test("After the clock was set back, somebody was gone when the clock showed the time last")
  mutating func clockSetBack() async throws {
    try crew(["mara"], at: 10)
    try lot("A", from: 20, to: 40)
    journal.time = time(50)
    try journal.add(
      .clockStep(
        ClockStep(epoch: 1, stepMicroseconds: nil, from: journal.time, to: time(15))
      ),
      lasting: .zero
    )
    try lot("B", from: 20, to: 40)
    try crew([], at: 45)
    try correct("mara", false, from: 30, to: 45)
    #expect(try await told("A") == "signed on: mara")
    #expect(try await told("B") == "signed on: mara; from 12:30:00 UTC nobody")
  }

  @Test("A lot that came later has every crew since then, also those before a clock set back")
  mutating func clockSetBackLater() async throws {
    try crew(["mara"], at: 5)
    journal.time = time(10)
    let binding = try journal.bind("s", "A", part: "board")
    try crew(["jon"], at: 40)
    try crew(["ana"], at: 45)
    journal.time = time(50)
    try journal.correct(.times(binding, from: time(20), to: nil))
    let presence = OperatorPresence(
      station: try StationID("s"),
      operatorName: try Label("eve"),
      wasThere: true
    )
    try journal.correct(.presence(presence, from: time(30), to: time(42)))
    journal.time = time(55)
    try journal.add(
      .clockStep(ClockStep(epoch: 1, stepMicroseconds: nil, from: journal.time, to: time(0))),
      lasting: .zero
    )
    try crew([], at: 3)
    #expect(
      try await told("A")
        == "signed on: mara; from 12:30:00 UTC mara, eve; from 12:40:00 UTC jon, eve; "
        + "from 12:42:00 UTC jon; from 12:45:00 UTC ana; from 12:03:00 UTC nobody"
    )
  }
}
