import Foundation
import GRDB
import Telemetry
import TestSupport
import Testing

@testable import JournalStore

@Suite("Journal trust")
struct JournalTrustTests {
  @Test("A file whose making a crash cut short is made anew")
  func halfMade() async throws {
    let sample = try Sample()
    // SQLite's file format, section 3: a rollback journal that says that the file was empty.
    var journal: [UInt8] = [0xD9, 0xD5, 0x05, 0xF9, 0x20, 0xA1, 0x63, 0xD7]
    journal += [0, 0, 0, 0] + [1, 2, 3, 4] + [0, 0, 0, 0] + [0, 0, 2, 0] + [0, 0, 0x20, 0]
    journal += [UInt8](repeating: 0, count: 512 - journal.count)
    try Data(journal).write(to: URL(filePath: sample.path + "-journal"))
    try Data(repeating: 0x53, count: 8_192).write(to: URL(filePath: sample.path))
    let made = try sample.open()
    #expect(await made.status().seq == 1)
    #expect(try sample.sqlite("PRAGMA integrity_check") == ["ok"])
  }

  @Test("The connection that commits has synchronous FULL and a write-ahead log")
  func durability() async throws {
    let sample = try Sample()
    let journal = try sample.open()
    let pragmas = try #require(await journal.file).pragmas(["synchronous", "journal_mode"])
    #expect(pragmas == ["2", "wal"])
    #expect(try #require(await journal.file).pragmas(["page_size"]) == ["8192"])
  }

  @Test("A second writer is refused and told who holds the journal, until the first ends")
  func locked() async throws {
    let sample = try Sample()
    let journal = try sample.open()
    let error = #expect(throws: JournalError.self) { try sample.open() }
    let process = ProcessInfo.processInfo.processIdentifier
    #expect(error == .inUse(path: sample.path, holder: "process \(process)"))
    try await journal.close()
  }

  @Test("A file that is no database is refused and left as it is")
  func noDatabase() throws {
    let sample = try Sample()
    let text = String(repeating: "This is a letter.\n", count: 100)
    _ = try sample.folder.write(text, to: "edge.journal")
    let error = #expect(throws: JournalError.self) { try sample.open() }
    guard case .foreignFile = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(try String(contentsOfFile: sample.path, encoding: .utf8) == text)
  }

  @Test("Another program's database is refused")
  func otherDatabase() async throws {
    let sample = try Sample()
    _ = try sample.sqlite("CREATE TABLE t(a); INSERT INTO t VALUES (1)")
    let error = #expect(throws: JournalError.self) { try sample.open() }
    #expect(error == .foreignFile(path: sample.path, reason: "it is another program's database"))
    #expect(try sample.sqlite("SELECT a FROM t") == ["1"])
  }

  @Test("A journal of a later version is refused")
  func newer() async throws {
    let sample = try Sample()
    try await sample.open().close()
    _ = try sample.sqlite("PRAGMA user_version = 7")
    #expect(throws: JournalError.newerSchema(path: sample.path, found: 7, known: 2)) {
      try sample.open()
    }
  }

  @Test("Another agent's journal is refused")
  func otherAgent() async throws {
    let sample = try Sample()
    try await sample.open().close()
    let expected = JournalError.otherAgent(
      path: sample.path,
      found: try AgentID("edge-1"),
      expected: try AgentID("edge-2")
    )
    #expect(throws: expected) { try sample.open(agent: "edge-2") }
  }

  @Test("A folder that is not there gives an error that says so")
  func noFolder() throws {
    let error = #expect(throws: JournalError.self) {
      try Journal.open(at: "/nowhere/at/all", opening: Sample.opening(), time: ManualTime())
    }
    #expect(error?.description.contains("No such file or directory") == true)
  }

  @Test("A log that lost its tail is noticed by the anchor")
  func lostTail() async throws {
    let sample = try Sample()
    let journal = try sample.open()
    let copy = sample.folder.path("copy")
    try FileManager.default.copyItem(atPath: sample.path, toPath: copy)
    try FileManager.default.copyItem(atPath: sample.path + "-wal", toPath: copy + "-wal")
    for number in 0..<10 {
      _ = try await journal.appendDurably(Sample.event("\(number)"), at: sample.time.now())
    }
    try await journal.close()
    try FileManager.default.removeItem(atPath: sample.path)
    try FileManager.default.moveItem(atPath: copy, toPath: sample.path)
    try FileManager.default.moveItem(atPath: copy + "-wal", toPath: sample.path + "-wal")
    let anchor = sample.path + ".anchor"
    #expect(
      throws: JournalError.tailLost(path: sample.path, anchor: anchor, last: 1, anchored: 11)
    ) { try sample.open() }
  }

  @Test("A young journal whose log is gone is noticed by the anchor, and its file is not written")
  func lostLog() async throws {
    let sample = try Sample()
    let journal = try sample.open()
    _ = try await journal.appendDurably(Sample.event("a"), at: sample.time.now())
    let file = try Data(contentsOf: URL(filePath: sample.path))
    try await journal.close()
    try file.write(to: URL(filePath: sample.path))
    let anchor = sample.path + ".anchor"
    #expect(
      throws: JournalError.tailLost(path: sample.path, anchor: anchor, last: 0, anchored: 2)
    ) { try sample.open() }
    #expect(
      throws: JournalError.otherAgent(
        path: sample.path,
        found: try AgentID("edge-1"),
        expected: try AgentID("edge-2")
      )
    ) { try sample.open(agent: "edge-2") }
    #expect(try Data(contentsOf: URL(filePath: sample.path)) == file)
    let next = try Journal.openTrusted(
      at: sample.path,
      opening: Sample.opening().named("11"),
      time: sample.time
    )
    let found = try #require(next.opening.continues)
    #expect(found.reason == .tailLost)
    #expect(found.journal == "0123456789abcdef0123456789abcdef")
    #expect(found.seq == 0)
    #expect(found.lost == 2)
    #expect(try Data(contentsOf: URL(filePath: sample.path + ".kept-1")) == file)
    try await next.close()
  }

  @Test("The anchor follows the journal some seconds behind, and never runs ahead")
  func anchor() async throws {
    let sample = try Sample()
    let journal = try sample.open()
    try await journal.append(Sample.event("a"), at: sample.time.now())
    try await journal.commit()
    #expect(try Anchor.read(for: sample.path)?.seq == 1)
    sample.time.advance(by: .seconds(6))
    try await journal.append(Sample.event("b"), at: sample.time.now())
    #expect(try Anchor.read(for: sample.path)?.seq == 1)
    try await journal.commit()
    let anchor = try #require(try Anchor.read(for: sample.path))
    #expect(anchor.seq == 3)
    #expect(anchor.root == (await journal.status().root))
  }

  @Test("What is acknowledged is anchored before, so that it is not cut off unnoticed")
  func anchoredAcknowledgement() async throws {
    let sample = try Sample()
    let journal = try sample.open()
    try await journal.append(Sample.event("a"), at: sample.time.now())
    _ = try await journal.appendDurably(Sample.event("b"), at: sample.time.now())
    let anchor = try #require(try Anchor.read(for: sample.path))
    #expect(anchor.seq == 3)
    #expect(anchor.root == (await journal.status().root))
  }

  @Test("Records that were altered together with their hashes are noticed by the anchor")
  func altered() async throws {
    let sample = try Sample()
    let journal = try sample.open()
    for number in 0..<8 {
      try await journal.append(Sample.event("\(number)"), at: sample.time.now())
    }
    try await journal.close()
    let forged = MerkleFrontier(size: 9, hashes: [.sha256([1]), .sha256([2])])
    let file = try JournalFile(path: sample.path)
    try file.forge(try #require(forged))
    try file.close()
    let error = #expect(throws: JournalError.self) { try sample.open() }
    guard case .altered(_, _, 9, _, _) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
  }

  @Test("A journal that is gone while its anchor is there is not begun anew")
  func missing() async throws {
    let sample = try Sample()
    try await sample.open().close()
    try FileManager.default.removeItem(atPath: sample.path)
    let anchor = sample.path + ".anchor"
    #expect(throws: JournalError.missing(path: sample.path, anchor: anchor, seq: 1)) {
      try sample.open()
    }
    #expect(!FileManager.default.fileExists(atPath: sample.path))
  }

  @Test("A damaged page is an error, not an empty journal")
  func damagedPage() async throws {
    let sample = try Sample()
    let journal = try sample.open()
    for number in 0..<500 {
      try await journal.append(Sample.event("\(number)"), at: sample.time.now())
    }
    try await journal.close()
    try sample.damage("", at: 16_384, with: [UInt8](repeating: 0xA5, count: 16_384 * 3))
    #expect(throws: JournalError.self) { try sample.open() }
  }

  @Test("An anchor that cannot be read is named")
  func badAnchor() async throws {
    let sample = try Sample()
    try await sample.open().close()
    _ = try sample.folder.write("{}", to: "edge.journal.anchor")
    let error = #expect(throws: JournalError.self) { try sample.open() }
    guard case .anchorUnreadable = error else {
      Issue.record("\(String(describing: error))")
      return
    }
  }
}

extension JournalFile {
  func pragmas(_ names: [String]) throws -> [String] {
    try onConnection { database in
      try names.map { name in
        let value = try Row.fetchOne(database, sql: "PRAGMA \(name)")?.first?.1
        return value.map { String.fromDatabaseValue($0) ?? "\(Int.fromDatabaseValue($0) ?? -1)" }
          ?? ""
      }
    }
  }

  /// Writes a head that fits itself, and the last record's place, but no records.
  func forge(_ frontier: MerkleFrontier) throws {
    try onConnection { database in
      let leaf = try Data.fetchOne(database, sql: "SELECT leaf FROM record WHERE seq = 9") ?? Data()
      let hashes = [frontier.hashes[0], try #require(Digest(bytes: leaf))]
      let forged = try #require(MerkleFrontier(size: 9, hashes: hashes))
      try database.execute(
        sql: "UPDATE head SET root = ?, frontier = ?",
        arguments: [Data(forged.root.bytes), Data(hashes.flatMap(\.bytes))]
      )
    }
  }
}
