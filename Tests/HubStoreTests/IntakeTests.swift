import Genealogy
import HubStore
import Telemetry
import TestSupport
import Testing

@Suite("Intake")
struct IntakeTests {
  private let folder: TemporaryFolder
  private let database: HubDatabase
  private let journal: JournalBuilder

  init() throws {
    folder = try TemporaryFolder()
    database = try HubDatabase(path: folder.path("hub.sqlite"))
    journal = try JournalBuilder.device()
  }

  /// What the hub holds, and that nothing in it is wrong.
  private func held() async throws -> Int {
    try await database.reader.verify { check in #expect(check.problem == nil) }
    return try await database.reader.mark(agent: journal.agent, journal: journal.journal).seq
  }

  private func refusal(of batch: JournalBatch) async throws -> IntakeRefusal.Reason? {
    do {
      _ = try await database.take(batch)
      return nil
    } catch let refusal as IntakeRefusal {
      let held = try await held()
      #expect(refusal.mark.seq == held)
      return refusal.reason
    }
  }

  /// A batch of these records behind the first `held` of the journal, honestly hashed.
  private func batch(after held: Int, _ records: [[UInt8]]) -> JournalBatch {
    var frontier = MerkleFrontier()
    for record in journal.records[..<held] + records { frontier.append(.leaf(record)) }
    return JournalBatch(
      header: .init(
        agent: journal.agent,
        journal: journal.journal,
        first: held + 1,
        count: records.count,
        root: frontier.root
      ),
      records: records
    )
  }

  private func record(_ seq: Int, _ content: Record.Content) throws -> [UInt8] {
    try RecordCoding.encode(Record(seq: seq, at: journal.time, content: content))
  }

  private func frame(_ seq: Int, layout: Int, bindings: [Bound], _ count: Int) throws -> [UInt8] {
    try record(
      seq,
      .frame(
        Frame(
          at: journal.time,
          spanMicroseconds: 1,
          layout: layout,
          bindings: bindings,
          readings: Array(repeating: Reading(.integer(1)), count: count)
        )
      )
    )
  }

  @Test("Records of the clock are taken, and what comes after them too")
  func clocks() async throws {
    var journal = self.journal
    let step = ClockStep(
      epoch: 1,
      stepMicroseconds: -3_600_000_000,
      from: journal.time,
      to: journal.time.advanced(by: .seconds(-3_600))
    )
    try journal.add(.clockStep(step))
    try journal.add(
      .clock(
        ClockState(
          isSynchronised: false,
          estimatedErrorMicroseconds: 16_000_000,
          maximumErrorMicroseconds: 16_000_000
        )
      )
    )
    try journal.bind("reflow-1", "PCB-8", part: "control board 4711")
    #expect(try await database.take(journal.batch).seq == journal.records.count)
    #expect(try await held() == journal.records.count)
    try await database.rebuild()
    let lot = try LotID("PCB-8")
    #expect(try await database.reader.trace(lot, at: journal.time, upwards: true) != nil)
  }

  @Test("A journal in batches of any size is held whole", arguments: [1, 7, 1_000])
  func batches(size: Int) async throws {
    let count = journal.records.count
    for first in stride(from: 1, through: count, by: size) {
      let batch = journal.batch(first...min(first + size - 1, count))
      let mark = try await database.take(batch)
      #expect(mark.root == batch.header.root)
    }
    #expect(try await held() == count)
  }

  @Test("A batch that comes again changes nothing")
  func again() async throws {
    let first = try await database.take(journal.batch(1...20))
    let trace = try await database.reader.trace(LotID("PCB-7"), at: journal.time)
    #expect(try await database.take(journal.batch(1...20)) == first)
    #expect(try await database.take(journal.batch(5...9)) == first)
    #expect(try await database.reader.trace(LotID("PCB-7"), at: journal.time) == trace)
  }

  @Test("A batch that overlaps what is held adds only what is new")
  func overlap() async throws {
    _ = try await database.take(journal.batch(1...20))
    let all = journal.records.count
    #expect(try await database.take(journal.batch(11...all)).seq == all)
    let trace = try await database.reader.trace(LotID("PCB-7"), at: journal.time)
    let counts = trace?.lots.first?.visits.first?.signals.map { $0.good + $0.bad }
    #expect(counts == [10, 10, 10, 10])
  }

  @Test("A gap is refused with the record that is expected")
  func gap() async throws {
    #expect(try await refusal(of: journal.batch(3...9)) == .gap(expected: 1, received: 3))
    _ = try await database.take(journal.batch(1...4))
    #expect(try await refusal(of: journal.batch(6...9)) == .gap(expected: 5, received: 6))
  }

  @Test("A record that differs from the one held is refused by its number")
  func altered() async throws {
    _ = try await database.take(journal.batch(1...9))
    var other = try JournalBuilder()
    for record in journal.records[1..<6] { try other.add(RecordCoding.decode(record).content) }
    try other.load("reflow-1", "FORGED", "another paste")
    #expect(try await refusal(of: other.batch(6...7)) == .altered(seq: 7))
  }

  @Test("A root that the records do not yield is refused")
  func root() async throws {
    let honest = journal.batch(1...9)
    let header = JournalBatch.Header(
      agent: journal.agent,
      journal: journal.journal,
      first: 1,
      count: 9,
      root: .sha256([1])
    )
    let forged = JournalBatch(header: header, records: honest.records)
    let expected = IntakeRefusal.Reason.rootMismatch(
      seq: 9,
      claimed: .sha256([1]),
      computed: honest.header.root
    )
    #expect(try await refusal(of: forged) == expected)
  }

  @Test("A journal must begin with its own opening")
  func foreign() async throws {
    let other = try JournalBuilder(agent: "line-b").batch
    let header = JournalBatch.Header(
      agent: journal.agent,
      journal: journal.journal,
      first: 1,
      count: 1,
      root: other.header.root
    )
    let batch = JournalBatch(header: header, records: other.records)
    guard case .foreignJournal = try await refusal(of: batch) else {
      Issue.record("a foreign opening was taken")
      return
    }
    let event = try record(1, .event(Event(.agentStarted, detail: "")))
    guard case .foreignJournal = try await refusal(of: self.batch(after: 0, [event])) else {
      Issue.record("a journal without opening was taken")
      return
    }
  }

  @Test("A journal is opened once")
  func openedTwice() async throws {
    _ = try await database.take(journal.batch(1...2))
    let opening = try record(3, RecordCoding.decode(journal.records[0]).content)
    guard case .foreignJournal = try await refusal(of: batch(after: 2, [opening])) else {
      Issue.record("a second opening was taken")
      return
    }
  }

  @Test("Bytes that are no record, or another record, are refused by their number")
  func malformed() async throws {
    _ = try await database.take(journal.batch(1...2))
    for bytes in [Array("nonsense".utf8), Array("{}".utf8), journal.records[4], []] {
      guard case .malformed(3, _) = try await refusal(of: batch(after: 2, [bytes])) else {
        Issue.record("\(String(decoding: bytes, as: UTF8.self)) was taken")
        continue
      }
    }
  }

  @Test("Frames must name a layout and bindings that precede them, of the right size and station")
  func references() async throws {
    // 2, 3, 4 are layouts of 2, 1 and 1 signals; 7 binds reflow-1.
    _ = try await database.take(journal.batch(1...7))
    let frames = [
      try frame(8, layout: 6, bindings: [7], 2), try frame(8, layout: 2, bindings: [6], 2),
      try frame(8, layout: 2, bindings: [99], 2), try frame(8, layout: 2, bindings: [7], 3),
      try frame(8, layout: 2, bindings: [7, nil], 2), try frame(8, layout: 8, bindings: [7], 2),
      try frame(8, layout: 3, bindings: [nil, 7], 1),
    ]
    for bytes in frames {
      guard case .unknownReference(8, _) = try await refusal(of: batch(after: 7, [bytes])) else {
        Issue.record("\(String(decoding: bytes, as: UTF8.self)) was taken")
        continue
      }
    }
    #expect(
      try await database.take(batch(after: 7, [frame(8, layout: 2, bindings: [7], 2)])).seq == 8
    )
  }

  @Test("A frame before its binding in the same batch is refused, and the batch with it")
  func order() async throws {
    _ = try await database.take(journal.batch(1...6))
    let binding = try record(8, RecordCoding.decode(journal.records[6]).content)
    let frame = try frame(7, layout: 2, bindings: [8], 2)
    guard case .unknownReference(7, _) = try await refusal(of: batch(after: 6, [frame, binding]))
    else {
      Issue.record("a frame bound to a later record was taken")
      return
    }
    #expect(try await held() == 6)
  }

  @Test("Frames of one layout that differ in length are refused, not counted")
  func lengths() async throws {
    _ = try await database.take(journal.batch(1...7))
    let frames = [
      try frame(8, layout: 2, bindings: [7], 2), try frame(9, layout: 2, bindings: [7], 5),
    ]
    guard case .unknownReference(9, _) = try await refusal(of: batch(after: 7, frames)) else {
      Issue.record("a frame of the wrong length was taken")
      return
    }
  }

  @Test("Ends must name what they end")
  func ends() async throws {
    _ = try await database.take(journal.batch(1...7))
    let end = try record(
      8,
      .bindingEnd(BindingEnd(station: StationID("reflow-1"), lot: LotID("PCB-8"), binding: 7))
    )
    let unload = try record(
      8,
      .materialUnload(MaterialUnload(station: StationID("x"), lot: LotID("PASTE-55"), load: 5))
    )
    for bytes in [end, unload] {
      guard case .unknownReference(8, _) = try await refusal(of: batch(after: 7, [bytes])) else {
        Issue.record("\(String(decoding: bytes, as: UTF8.self)) was taken")
        continue
      }
    }
  }

  @Test("Two senders of one journal at once leave it whole")
  func contention() async throws {
    let all = journal.records.count
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<4 {
        group.addTask { [database, journal] in
          for first in stride(from: 1, through: all, by: 5) {
            _ = try await database.take(journal.batch(first...min(first + 4, all)))
          }
        }
      }
      try await group.waitForAll()
    }
    #expect(try await held() == all)
  }

  @Test("Numbers that overflow a sum lose the mean and nothing else")
  func overflow() async throws {
    _ = try await database.take(journal.batch(1...7))
    let huge = Reading(.real(.greatestFiniteMagnitude))
    let bytes = try (8...11).map { seq in
      try record(
        seq,
        .frame(
          Frame(
            at: journal.time,
            spanMicroseconds: 1,
            layout: 4,
            bindings: [7],
            readings: [seq.isMultiple(of: 2) ? huge : Reading(.real(-1e300))]
          )
        )
      )
    }
    _ = try await database.take(batch(after: 7, bytes))
    let trace = try await database.reader.trace(LotID("PCB-7"), at: journal.time)
    let signal = try #require(trace?.lots.first?.visits.first?.signals.first)
    #expect(signal.maximum == .greatestFiniteMagnitude)
    #expect(signal.minimum == -1e300)
    #expect(signal.mean == nil)
    #expect(signal.good == 4)
  }
}
