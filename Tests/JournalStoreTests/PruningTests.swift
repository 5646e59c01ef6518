import Foundation
import GRDB
import Telemetry
import TestSupport
import Testing

@testable import JournalStore

/// Old frames go, and what stays can be proved as before.
@Suite("Journal pruning")
struct PruningTests {
  private static let old = RetentionRule(age: .seconds(3_600), bytes: nil)

  /// A journal with a layout, a binding, and so many frames, with an event after each hundred.
  private func fill(_ journal: Journal, _ sample: Sample, frames: Int) async throws {
    try await journal.append(Sample.layout(), at: sample.time.now())
    try await journal.append(Sample.binding(), at: sample.time.now())
    for number in 1...frames {
      try await journal.append([
        sample.frame([Reading(.integer(Int64(number))), Reading(.flag(true))])
      ])
      if number.isMultiple(of: 5_000) {
        try await journal.append(Sample.event("\(number)"), at: sample.time.now())
      }
    }
    try await journal.commit()
  }

  private func leaves(_ sample: Sample) throws -> [Digest] {
    try JournalReader(path: sample.path).leaves(after: 0, limit: .max)
  }

  @Test("Frames that are old and confirmed go, with a record of it, and everything else stays")
  func prunes() async throws {
    let sample = try Sample()
    let journal = try sample.open()
    try await fill(journal, sample, frames: 20_000)
    let last = await journal.status().seq
    let root = await journal.status().root
    sample.time.advance(by: .seconds(7_200))
    let now = sample.time.now()
    let pruned = try #require(try await journal.prune(Self.old, confirmed: last, at: now))
    #expect(pruned.from == 1)
    #expect(pruned.to == 64 * 256)
    #expect(pruned.frames == 64 * 256 - 3 - 3)
    #expect(pruned.confirmed)
    #expect(try await journal.prune(Self.old, confirmed: last, at: now) == nil)
    let reader = try journal.reader()
    #expect(try reader.prunedSize() == 64 * 256)
    let kept = try reader.records(after: 0, limit: 8, bytes: .max)
    #expect(kept.prefix(3).map(\.seq) == [1, 2, 3])
    #expect(
      kept.map { try? RecordCoding.decode($0.body).content.type }.prefix(7) == [
        "opening", "layout", "binding", "event", "event", "event", "frame",
      ]
    )
    let record = try reader.records(after: last, limit: 1, bytes: .max)[0]
    #expect(try RecordCoding.decode(record.body).content == .pruned(pruned))
    // The tree is what it was.
    #expect(try reader.prunedFrontier(upTo: 64 * 256)?.size == 64 * 256)
    var tree = try #require(try reader.prunedFrontier(upTo: last))
    for leaf in try reader.leaves(after: tree.size, limit: last - tree.size) { tree.append(leaf) }
    #expect(tree.root == root)
    try await journal.close()
    let again = try sample.open()
    #expect(await again.status().seq == last + 1)
    #expect(try sample.sqlite("PRAGMA integrity_check") == ["ok"])
  }

  @Test("A start after a crash right after pruning finds the file sound, with an old anchor, too")
  func anchored() async throws {
    let sample = try Sample()
    let journal = try sample.open()
    // Not five seconds: the anchor is still that of the opening.
    try await fill(journal, sample, frames: 17_000)
    let now = sample.time.now().advanced(by: .seconds(7_200))
    _ = try #require(try await journal.prune(Self.old, confirmed: 17_000, at: now))
    for suffix in ["", "-wal", ".anchor"] {
      try FileManager.default.copyItem(
        atPath: sample.path + suffix,
        toPath: sample.folder.path("crashed" + suffix)
      )
    }
    let crashed = try Journal.open(
      at: sample.folder.path("crashed"),
      opening: Sample.opening(),
      time: sample.time
    )
    #expect(await crashed.status().root == journal.status().root)
  }

  @Test("Nothing is pruned while the anchor cannot be written, since a start goes on from it")
  func notAnchored() async throws {
    let sample = try Sample()
    let journal = try sample.open()
    try await fill(journal, sample, frames: 17_000)
    // A folder in the place of the file that would be moved over the anchor.
    try FileManager.default.createDirectory(
      atPath: sample.path + ".anchor.new",
      withIntermediateDirectories: false
    )
    let now = sample.time.now().advanced(by: .seconds(7_200))
    #expect(try await journal.prune(Self.old, confirmed: 17_000, at: now) == nil)
    #expect(await journal.status().problem?.contains("anchor cannot be written") == true)
    try FileManager.default.removeItem(atPath: sample.path + ".anchor.new")
    #expect(try await journal.prune(Self.old, confirmed: 17_000, at: now) != nil)
    #expect(await journal.status().problem == nil)
  }

  @Test("The tree at every size is found as far as hashes are there, and is right")
  func frontiers() async throws {
    let sample = try Sample()
    let journal = try sample.open()
    try await fill(journal, sample, frames: 17_000)
    let leaves = try leaves(sample)
    sample.time.advance(by: .seconds(7_200))
    _ = try await journal.prune(Self.old, confirmed: leaves.count, at: sample.time.now())
    let reader = try journal.reader()
    // Blocks 0 and 19 hold records that stay, so all of their hashes are there.
    for size in [1, 2, 255, 256, 512, 19 * 256 + 77, 64 * 256] {
      var expected = MerkleFrontier()
      for leaf in leaves.prefix(size) { expected.append(leaf) }
      #expect(try reader.prunedFrontier(upTo: size) == expected, "\(size)")
    }
    #expect(try reader.prunedFrontier(upTo: 300) == nil)
  }

  @Test("What a hub has not confirmed is never pruned, and nothing goes that is young")
  func keeps() async throws {
    let sample = try Sample()
    let journal = try sample.open()
    try await fill(journal, sample, frames: 17_000)
    let size = await journal.status().seq
    #expect(try await journal.prune(Self.old, confirmed: size, at: sample.time.now()) == nil)
    sample.time.advance(by: .seconds(7_200))
    for confirmed in [0, 64 * 256 - 1] {
      let now = sample.time.now()
      #expect(try await journal.prune(Self.old, confirmed: confirmed, at: now) == nil)
    }
    #expect(try leaves(sample).count == size)
  }

  @Test("The oldest frames go while the file holds too much, and its pages are used again")
  func size() async throws {
    let sample = try Sample()
    let journal = try sample.open()
    let rule = RetentionRule(age: nil, bytes: 8_000_000)
    var largest = 0
    for round in 0..<12 {
      try await fill(journal, sample, frames: 10_000)
      let last = await journal.status().seq
      while try await journal.prune(rule, confirmed: last, at: sample.time.now()) != nil {}
      if round > 5 { largest = max(largest, try #require(await journal.room()).used) }
    }
    #expect(largest < 12_000_000)
    #expect(try #require(await journal.room()).used < 12_000_000)
    try await journal.close()
    let bytes = try FileManager.default.attributesOfItem(atPath: sample.path)[.size] as? Int
    #expect(try #require(bytes) < 20_000_000)
  }

  @Test("Without a hub, frames that go all the same are a gap that says which")
  func unconfirmed() async throws {
    let sample = try Sample()
    let journal = try sample.open()
    try await fill(journal, sample, frames: 17_000)
    let last = await journal.status().seq
    let begin = sample.time.now()
    sample.time.advance(by: .seconds(7_200))
    _ = try await journal.prune(Self.old, confirmed: nil, at: sample.time.now())
    let records = try journal.reader().records(after: last, limit: 9, bytes: .max)
      .map { try RecordCoding.decode($0.body).content }
    let frames = 64 * 256 - 3 - 3
    #expect(records.first == .gap(Gap(.pruned, from: begin, to: begin, scans: frames)))
    guard case .pruned(let pruned) = records.last else {
      Issue.record("\(records)")
      return
    }
    #expect(!pruned.confirmed)
  }

  @Test("SQL deletes frames that are pruned, and nothing else")
  func trigger() async throws {
    let sample = try Sample()
    let journal = try sample.open()
    try await fill(journal, sample, frames: 17_000)
    let last = await journal.status().seq
    sample.time.advance(by: .seconds(7_200))
    _ = try await journal.prune(Self.old, confirmed: last, at: sample.time.now())
    try await journal.close()
    for seq in [1, 3, 64 * 256 + 1, last] {
      #expect(throws: Sample.Refused.self) {
        try sample.sqlite("DELETE FROM record WHERE seq = \(seq)")
      }
    }
  }

  @Test("A file of an earlier program gets what pruning needs")
  func earlier() async throws {
    let sample = try Sample()
    try await sample.open().close()
    _ = try sample.sqlite(
      """
      DROP TRIGGER record_is_final_delete; DROP TABLE pruned;
      CREATE TRIGGER record_is_final_delete BEFORE DELETE ON record
      BEGIN SELECT RAISE(ABORT, 'records are never deleted'); END;
      """
    )
    let journal = try sample.open()
    try await fill(journal, sample, frames: 17_000)
    let last = await journal.status().seq
    sample.time.advance(by: .seconds(7_200))
    #expect(try await journal.prune(Self.old, confirmed: last, at: sample.time.now()) != nil)
  }

  @Test("A commit that fails while frames are pruned leaves them, and no record of it")
  func failing() async throws {
    let sample = try Sample()
    let journal = try sample.open()
    try await fill(journal, sample, frames: 17_000)
    let last = await journal.status().seq
    sample.time.advance(by: .seconds(7_200))
    try await journal.failNextPruningForTest()
    await #expect(throws: JournalError.self) {
      try await journal.prune(Self.old, confirmed: last, at: sample.time.now())
    }
    #expect(try leaves(sample).count == last)
    sample.time.advance(by: .seconds(2))
    _ = try await journal.appendDurably(Sample.event("goes on"), at: sample.time.now())
    #expect(await journal.status().seq == last + 1)
    #expect(try journal.reader().prunedSize() == 0)
  }
}

extension Journal {
  /// Lets SQL refuse what pruning writes.
  func failNextPruningForTest() throws {
    try file?.onConnection { database in
      try database.execute(
        sql: """
          CREATE TEMP TRIGGER refused BEFORE INSERT ON main.pruned
          BEGIN SELECT RAISE(ABORT, 'disk I/O error'); END
          """
      )
    }
  }
}
