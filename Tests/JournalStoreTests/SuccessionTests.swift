import Foundation
import Telemetry
import TestSupport
import Testing

@testable import JournalStore

/// Files that cannot go on are set aside as they are, and a new journal says from which it goes on.
@Suite("Journal succession")
struct SuccessionTests {
  /// A closed journal of many records, and the bytes of its file.
  private func closed(_ sample: Sample, _ records: Int = 500) async throws -> Data {
    let journal = try sample.open()
    for number in 0..<records {
      try await journal.append(Sample.event("\(number)"), at: sample.time.now())
    }
    try await journal.close()
    return try Data(contentsOf: URL(filePath: sample.path))
  }

  private func openTrusted(_ sample: Sample, journal: Character = "f") throws -> Journal {
    let opening = JournalOpening(
      agent: try AgentID("edge-1"),
      site: try Label("Plant"),
      journal: String(repeating: journal, count: 32),
      software: "test"
    )
    return try Journal.openTrusted(at: sample.path, opening: opening, time: sample.time)
  }

  private func kept(_ sample: Sample, _ number: Int = 1) -> String {
    sample.path + ".kept-\(number)"
  }

  @Test("A sound journal is opened as it is, and keeps its identity")
  func sound() async throws {
    let sample = try Sample()
    _ = try await closed(sample)
    let journal = try openTrusted(sample)
    #expect(journal.opening == (try Sample.opening()))
    #expect(journal.predecessors().isEmpty)
    #expect(!FileManager.default.fileExists(atPath: kept(sample)))
  }

  @Test("A file with damaged pages is kept byte by byte, and the journal that follows names it")
  func damagedPages() async throws {
    let sample = try Sample()
    _ = try await closed(sample)
    try sample.damage("", at: 8_192, with: [UInt8](repeating: 0xA5, count: 8_192 * 6))
    let damaged = try Data(contentsOf: URL(filePath: sample.path))
    let journal = try openTrusted(sample)
    #expect(try Data(contentsOf: URL(filePath: kept(sample))) == damaged)
    let before = try #require(journal.opening.continues)
    #expect(before.reason == .damaged)
    #expect(before.file == "edge.journal.kept-1")
    #expect(before.journal == (try Sample.opening().journal))
    #expect(journal.opening.journal == String(repeating: "f", count: 32))
    #expect(await journal.status().seq == 1)
    _ = try await journal.appendDurably(Sample.event("goes on"), at: sample.time.now())
    try await journal.close()
    // It is a journal like any other from now on.
    let again = try openTrusted(sample, journal: "e")
    #expect(again.opening == journal.opening)
    #expect(await again.status().seq == 2)
  }

  @Test("Of a file whose middle is damaged, the records before it are told from those after it")
  func middle() async throws {
    let sample = try Sample()
    let bytes = try await closed(sample, 5_000)
    let text = Data(#""detail":"3000""#.utf8)
    let place = try #require(bytes.range(of: text))
    try sample.damage("", at: UInt64(place.lowerBound + 10), with: Array("9".utf8))
    // Nobody notices at the start, which does not read everything; a reader does, or a check.
    let journal = try openTrusted(sample)
    #expect(journal.opening.continues == nil)
    await journal.orderSuccession(for: .damaged(path: sample.path, reason: "record 3002"))
    #expect(await journal.isToBeSucceeded)
    try await journal.close()
    let next = try openTrusted(sample)
    let before = try #require(next.opening.continues)
    #expect(before.seq == 3_001)
    #expect(before.lost == 2_000)
    var tree = MerkleFrontier()
    let reader = try #require(try next.predecessors().first?.reader())
    for leaf in try reader.leaves(after: 0, limit: 3_001) { tree.append(leaf) }
    #expect(before.root == tree.root)
  }

  @Test("A truncated file is set aside")
  func truncated() async throws {
    let sample = try Sample()
    let bytes = try await closed(sample, 5_000)
    #expect(truncate(sample.path, off_t(bytes.count / 2 / 8_192 * 8_192)) == 0)
    let journal = try openTrusted(sample)
    #expect(journal.opening.continues?.reason == .damaged)
    #expect(journal.opening.continues?.lost ?? 0 > 0)
    #expect(
      try Data(contentsOf: URL(filePath: kept(sample))).count == bytes.count / 2 / 8_192 * 8_192
    )
  }

  @Test("A file that is empty although its anchor names records is not begun as if it were new")
  func emptied() async throws {
    let sample = try Sample()
    _ = try await closed(sample, 10)
    #expect(truncate(sample.path, 0) == 0)
    let anchor = sample.path + ".anchor"
    #expect(throws: JournalError.missing(path: sample.path, anchor: anchor, seq: 11)) {
      try sample.open()
    }
    let journal = try openTrusted(sample)
    let before = try #require(journal.opening.continues)
    #expect(before.reason == .missing)
    #expect(before.journal == (try Sample.opening().journal))
    #expect(before.lost == 11)
  }

  @Test("A file that is gone is followed by another journal, under numbers of its own")
  func gone() async throws {
    let sample = try Sample()
    _ = try await closed(sample, 10)
    try FileManager.default.removeItem(atPath: sample.path)
    let journal = try openTrusted(sample)
    #expect(journal.opening.continues?.reason == .missing)
    #expect(journal.opening.journal == String(repeating: "f", count: 32))
    #expect(FileManager.default.fileExists(atPath: kept(sample) + ".anchor"))
  }

  @Test("A header that is overwritten beside an anchor is damage; without one it is a foreign file")
  func header() async throws {
    for hasAnchor in [true, false] {
      let sample = try Sample()
      _ = try await closed(sample, 10)
      try sample.damage("", at: 0, with: [UInt8](repeating: 0, count: 100))
      if hasAnchor {
        let journal = try openTrusted(sample)
        #expect(journal.opening.continues?.reason == .damaged)
        #expect(journal.opening.continues?.journal == (try Sample.opening().journal))
      } else {
        try FileManager.default.removeItem(atPath: sample.path + ".anchor")
        #expect(throws: JournalError.self) { try openTrusted(sample) }
        #expect(!FileManager.default.fileExists(atPath: kept(sample)))
      }
    }
  }

  @Test("A damaged write-ahead log that lost its tail is noticed and kept")
  func log() async throws {
    let sample = try Sample()
    let journal = try sample.open()
    for number in 0..<100 {
      _ = try await journal.appendDurably(Sample.event("\(number)"), at: sample.time.now())
    }
    let copy = sample.folder.path("copy.journal")
    for suffix in ["", "-wal"] {
      try FileManager.default.copyItem(atPath: sample.path + suffix, toPath: copy + suffix)
    }
    try await journal.close()
    for suffix in ["", "-wal"] {
      try? FileManager.default.removeItem(atPath: sample.path + suffix)
      try FileManager.default.moveItem(atPath: copy + suffix, toPath: sample.path + suffix)
    }
    let size = try Data(contentsOf: URL(filePath: sample.path + "-wal")).count
    try sample.damage("-wal", at: UInt64(size / 2), with: [UInt8](repeating: 0, count: 10))
    let log = try Data(contentsOf: URL(filePath: sample.path + "-wal"))
    let next = try openTrusted(sample)
    let before = try #require(next.opening.continues)
    #expect(before.reason == .tailLost)
    #expect(before.seq > 1)
    #expect(before.seq + (before.lost ?? 0) == 101)
    #expect(try Data(contentsOf: URL(filePath: kept(sample) + "-wal")) == log)
  }

  @Test("What a person must settle is refused, and nothing is set aside")
  func refused() async throws {
    let sample = try Sample()
    _ = try await closed(sample, 1)
    _ = try sample.sqlite("PRAGMA user_version = 77")
    #expect(throws: JournalError.self) { try openTrusted(sample) }
    let opening = try Sample.opening(agent: "edge-2")
    #expect(throws: JournalError.self) {
      try Journal.openTrusted(at: sample.path, opening: opening, time: sample.time)
    }
    #expect(!FileManager.default.fileExists(atPath: kept(sample)))
  }

  @Test("A start that is cut short at any step of setting aside loses nothing of the file")
  func cutShort() async throws {
    for step in 0..<8 {
      let sample = try Sample()
      _ = try await closed(sample, 500)
      try sample.damage("", at: 8_192, with: [UInt8](repeating: 0xA5, count: 8_192 * 6))
      let damaged = try Data(contentsOf: URL(filePath: sample.path))
      let path = sample.path
      let order = SuccessionOrder(reason: .damaged, detail: "test", known: nil)
      var found = order
      if step > 0 { try order.write(for: path) }
      if step > 1 {
        let copy = try Sample()
        try damaged.write(to: URL(filePath: copy.path))
        found.found = JournalSuccession(
          .damaged,
          detail: "test",
          journal: try Sample.opening().journal,
          seq: 0,
          root: MerkleFrontier().root,
          at: nil,
          lost: 501,
          file: "edge.journal.kept-1"
        )
        try found.write(for: path)
      }
      let names = [".anchor", ""]
      for (index, suffix) in names.enumerated() where step > index + 2 {
        try Files.link(path + suffix, to: kept(sample) + suffix)
      }
      for (index, suffix) in names.enumerated() where step > index + 4 {
        try Files.remove(path + suffix)
      }
      if step == 7 {
        let begun = try Journal.open(
          at: path,
          opening: try Sample.opening().continuing(try #require(found.found)),
          time: sample.time
        )
        _ = try await begun.appendDurably(Sample.event("first"), at: sample.time.now())
        try await begun.close()
      }
      let journal = try openTrusted(sample)
      #expect(try Data(contentsOf: URL(filePath: kept(sample))) == damaged, "step \(step)")
      #expect(journal.opening.continues?.reason == .damaged)
      #expect(await journal.status().seq == (step == 7 ? 2 : 1), "step \(step)")
      #expect(!FileManager.default.fileExists(atPath: path + ".succession"))
      #expect(!FileManager.default.fileExists(atPath: kept(sample, 2)))
      #expect(journal.predecessors().first?.path == kept(sample))
    }
  }

  @Test("A journal whose numbers the hub knows for other records gets a new identity, once an hour")
  func forked() async throws {
    let sample = try Sample()
    _ = try await closed(sample, 10)
    var journal = try openTrusted(sample)
    #expect(await journal.orderFork("the hub holds records up to 20", known: 20))
    try await journal.close()
    journal = try openTrusted(sample)
    let before = try #require(journal.opening.continues)
    #expect(before.reason == .forked)
    #expect(before.seq == 11)
    #expect(before.lost == 9)
    #expect(await !journal.orderFork("nonsense", known: 5))
    sample.time.advance(by: .seconds(3_601))
    #expect(await journal.orderFork("the hub holds records up to 5", known: 5))
    try await journal.close()
    journal = try openTrusted(sample, journal: "e")
    #expect(
      journal.predecessors().map(\.succession.file) == [
        "edge.journal.kept-2", "edge.journal.kept-1",
      ]
    )
  }
}
