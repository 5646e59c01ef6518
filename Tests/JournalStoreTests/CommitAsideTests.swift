import Telemetry
import TestSupport
import Testing

@testable import JournalStore

/// Commits that go on beside the journal's own thread, which is held back here at will.
@Suite("Commits aside")
struct CommitAsideTests {
  private let sample: Sample
  private let commits = HeldExecutor()
  private let journal: Journal

  init() throws {
    sample = try Sample()
    journal = try Journal.open(
      at: sample.path,
      opening: Sample.opening(),
      time: sample.time,
      executors: JournalExecutors(committing: commits)
    )
  }

  private func append(_ details: String...) async throws {
    for detail in details {
      try await journal.append(Sample.event(detail), at: sample.time.now())
    }
  }

  /// Begins a commit that goes no further until ``commits`` are let go.
  private func begin() async -> Task<Void, any Error> { await journal.beginForTest() }

  /// What the events in the file say.
  private func details() throws -> [String] {
    let reader = try journal.reader()
    defer { try? reader.close() }
    return try reader.records(after: 1, limit: .max, bytes: .max).map { stored in
      guard case .event(let event) = try RecordCoding.decode(stored.body).content else {
        return "?"
      }
      return event.detail
    }
  }

  /// Lets SQLite refuse the record of a number, until ``mend()``.
  private func refuse(_ seq: Int) throws {
    _ = try sample.sqlite(
      """
      CREATE TRIGGER broken BEFORE INSERT ON record WHEN NEW.seq = \(seq)
      BEGIN SELECT RAISE(ABORT, 'broken'); END
      """
    )
  }

  private func mend() throws {
    _ = try sample.sqlite("DROP TRIGGER broken")
    sample.time.advance(by: .seconds(2))
  }

  @Test("While a commit is under way more is appended, which the next one makes durable")
  func appending() async throws {
    try await append("a")
    let commit = await begin()
    try await append("b", "c")
    #expect(await journal.status().seq == 1)
    #expect(await journal.status().waiting == 3)
    commits.letGo()
    try await commit.value
    #expect(try details() == ["a"])
    #expect(await journal.status().seq == 2)
    try await journal.commitAside()
    #expect(try details() == ["a", "b", "c"])
    #expect(await journal.status().waiting == 0)
  }

  @Test("What somebody waits for is durable when he is told, with all that was under way before it")
  func acknowledged() async throws {
    try await append("a")
    let first = await begin()
    try await append("b")
    let second = await begin()
    let record = try await journal.appendDurably(Sample.event("c"), at: sample.time.now())
    #expect(record.seq == 4)
    #expect(try details() == ["a", "b", "c"])
    commits.letGo()
    try await first.value
    try await second.value
    #expect(try details() == ["a", "b", "c"])
  }

  @Test("Records of a commit that failed come back, and are written when the disk is mended")
  func failing() async throws {
    try await append("a")
    let first = await begin()
    try refuse(3)
    try await append("b")
    let second = await begin()
    try await append("c")
    let third = await begin()
    try await append("d")
    commits.letGo()
    try await first.value
    await #expect(throws: JournalError.self) { try await second.value }
    await #expect(throws: JournalError.self) { try await third.value }
    #expect(try details() == ["a"])
    #expect(await journal.status().problem?.contains("broken") == true)
    #expect(await journal.status().waiting == 3)
    #expect(await journal.bufferedSeqs == [3, 4, 5])
    await #expect(throws: JournalError.self) { try await journal.commitAside() }
    try mend()
    try await journal.commitAside()
    #expect(try details() == ["a", "b", "c", "d"])
    #expect(await journal.status().problem == nil)
  }

  @Test("Whoever looks for the last record of a type finds what was under way")
  func looking() async throws {
    try await append("a")
    let commit = await begin()
    #expect(try await journal.latest("event")?.seq == 2)
    commits.letGo()
    try await commit.value
  }

  @Test("Nobody is told that his record is kept where the commit before it failed")
  func refused() async throws {
    try refuse(2)
    try await append("a")
    let commit = await begin()
    await #expect(throws: JournalError.self) {
      try await journal.appendDurably(Sample.event("b"), at: sample.time.now())
    }
    commits.letGo()
    await #expect(throws: JournalError.self) { try await commit.value }
    try mend()
    try await append("c")
    try await journal.commitAside()
    #expect(try details() == ["a", "c"])
  }

  @Test("A journal that is closed takes along what was under way")
  func closing() async throws {
    try await append("a")
    let commit = await begin()
    try await append("b")
    try await journal.close()
    #expect(try details() == ["a", "b"])
    commits.letGo()
    try await commit.value
    await #expect(throws: JournalError.self) { try await journal.commitAside() }
  }

  @Test("A buffer that loses records at an end, or gets others in front, keeps each one's bytes")
  func bytes() throws {
    var buffer = try Self.buffer(after: MerkleFrontier(), "a", "bb", "ccc", "dddd")
    let rest = try Self.buffer(after: buffer.frontier, "eeeee", "f")
    #expect(Self.details(buffer) == ["a", "bb", "ccc", "dddd"])
    buffer.removeFirst(1)
    #expect(Self.details(buffer) == ["bb", "ccc", "dddd"])
    var whole = rest
    whole.prepend(buffer)
    #expect(Self.details(whole) == ["bb", "ccc", "dddd", "eeeee", "f"])
    #expect(whole.items.map(\.seq) == [2, 3, 4, 5, 6])
    whole.removeLast(restoring: buffer.frontier)
    #expect(Self.details(whole) == ["bb", "ccc", "dddd"])
    whole.removeFirst(3)
    #expect(whole.items.isEmpty && whole.bytes.isEmpty)
  }

  private static func buffer(after frontier: MerkleFrontier, _ details: String...) throws
    -> RecordBuffer
  {
    var buffer = RecordBuffer(after: frontier)
    for detail in details {
      let (seq, at) = (buffer.nextSeq, Instant(microseconds: 0))
      try buffer.append(Record(seq: seq, at: at, content: Sample.event(detail)))
    }
    return buffer
  }

  private static func details(_ buffer: RecordBuffer) -> [String] {
    var details: [String] = []
    buffer.forEach { item, body in
      guard Digest.leaf(body) == item.leaf,
        case .event(let event)? = try? RecordCoding.decode(Array(body)).content
      else { return details.append("?") }
      details.append(event.detail)
    }
    return details
  }
}

extension Journal {
  fileprivate var bufferedSeqs: [Int] { buffer.items.map(\.seq) }

  /// A commit that has begun when this returns.
  fileprivate func beginForTest() -> Task<Void, any Error> {
    Task.immediate { try await self.commitAside() }
  }
}
