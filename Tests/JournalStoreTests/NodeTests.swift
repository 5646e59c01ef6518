import MerkleLog
import Telemetry
import TestSupport
import Testing

@testable import JournalStore

@Suite("Nodes of the journal's tree")
struct NodeTests {
  private static func fill(_ journal: Journal, to size: Int) async throws {
    var seq = await journal.status().seq
    while seq < size {
      for _ in 0..<min(77, size - seq) {
        try await journal.append(Sample.event("\(seq)"), at: Instant(microseconds: Int64(seq)))
        seq += 1
      }
      try await journal.commit()
    }
  }

  private static func check(_ reader: JournalReader, size: Int, root: Digest) throws {
    var tree = MerkleTree(size: size, in: reader)
    #expect(try tree.root() == root)
    for index in [0, 1, 255, 256, size / 2, size - 1] {
      let leaf = try #require(try reader.leaves(index..<index + 1).first)
      #expect(try tree.inclusion(of: index).proves(leaf, root: root))
    }
  }

  @Test("Every record is proven from what its commit stored")
  func proofs() async throws {
    let sample = try Sample()
    let journal = try sample.open()
    try await Self.fill(journal, to: 1_300)
    let root = await journal.status().root
    try Self.check(try journal.reader(), size: 1_300, root: root)
    try await journal.close()
    #expect(try sample.sqlite("SELECT level, count(*) FROM node GROUP BY level") == ["8|5"])
  }

  @Test("A record that was taken back leaves no node behind")
  func takenBack() throws {
    var buffer = RecordBuffer(after: MerkleFrontier())
    func append(_ detail: String) throws {
      let (seq, at) = (buffer.nextSeq, Instant(microseconds: 0))
      try buffer.append(Record(seq: seq, at: at, content: Sample.event(detail)))
    }
    for index in 0..<255 { try append("\(index)") }
    let before = buffer.frontier
    try append("256th")
    #expect(buffer.nodes.count == 1)
    buffer.removeLast(restoring: before)
    #expect(buffer.nodes.isEmpty)
    try append("another 256th")
    try append("257th")
    buffer.removeFirst(255)
    #expect(buffer.nodes.map(\.lastSeq) == [256])
    buffer.removeFirst(1)
    #expect(buffer.nodes.isEmpty)
  }

  @Test(
    "A journal of version 1 gets its nodes at the first opening, and goes on where that was cut"
  )
  func migration() async throws {
    let sample = try Sample()
    let journal = try sample.open()
    try await Self.fill(journal, to: 2_000)
    let root = await journal.status().root
    try await journal.close()
    _ = try sample.sqlite("DELETE FROM node WHERE number > 2; PRAGMA user_version = 1")
    let seen = Locked<[JournalMigrationStep]>([])
    let opened = try Journal.open(at: sample.path, opening: Sample.opening(), time: sample.time) {
      step in
      seen.with { $0.append(step) }
    }
    #expect(seen.value.last == .records(done: 768, of: 2_000))
    try Self.check(try opened.reader(), size: 2_000, root: root)
    try await Self.fill(opened, to: 2_100)
    try Self.check(try opened.reader(), size: 2_100, root: await opened.status().root)
    try await opened.close()
    #expect(try sample.sqlite("PRAGMA user_version") == ["2"])
    #expect(try sample.sqlite("SELECT count(*) FROM node") == ["8"])
  }

  @Test("A journal of version 1 without any nodes gets all levels")
  func allLevels() async throws {
    let sample = try Sample()
    let journal = try sample.open()
    try await Self.fill(journal, to: 66_000)
    let root = await journal.status().root
    try await journal.close()
    let before = try sample.sqlite("SELECT level, number, hex(hash) FROM node")
    #expect(before.count == 258)
    _ = try sample.sqlite("DROP TABLE node; PRAGMA user_version = 1")
    let opened = try sample.open()
    try Self.check(try opened.reader(), size: 66_000, root: root)
    try await opened.close()
    #expect(try sample.sqlite("SELECT level, number, hex(hash) FROM node") == before)
  }

  @Test("A journal of version 1 whose hashes do not make its root is refused and keeps its version")
  func altered() async throws {
    let sample = try Sample()
    let journal = try sample.open()
    try await Self.fill(journal, to: 600)
    try await journal.close()
    _ = try sample.sqlite(
      """
      DROP TABLE node; PRAGMA user_version = 1; DROP TRIGGER record_is_final_update;
      UPDATE record SET leaf = zeroblob(32) WHERE seq = 300
      """
    )
    let error = #expect(throws: JournalError.self) { try sample.open() }
    guard case .damaged(_, let reason) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(reason.contains("do not make the root"))
    #expect(try sample.sqlite("PRAGMA user_version") == ["1"])
  }
}
