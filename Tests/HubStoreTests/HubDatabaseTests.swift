import Foundation
import GRDB
import Genealogy
import HubStore
import Telemetry
import TestSupport
import Testing

@Suite("Hub database")
struct HubDatabaseTests {
  private let folder: TemporaryFolder
  private let path: String
  private let journal: JournalBuilder

  init() throws {
    folder = try TemporaryFolder()
    path = folder.path("hub.sqlite")
    journal = try JournalBuilder.device()
  }

  /// Changes the file behind the hub's back.
  private func tamper(_ sql: String) throws {
    let queue = try DatabaseQueue(path: path)
    try queue.write { db in try db.execute(sql: sql) }
    try queue.close()
  }

  private func problems() async throws -> [JournalCheck.Problem?] {
    var problems: [JournalCheck.Problem?] = []
    try await HubReader(path: path).verify { problems.append($0.problem) }
    return problems
  }

  @Test("What was taken is there after the file is opened again, and goes on from there")
  func reopening() async throws {
    var database = try HubDatabase(path: path)
    let mark = try await database.take(journal.batch(1...12))
    try database.close()
    database = try HubDatabase(path: path)
    #expect(try await database.reader.mark(agent: journal.agent, journal: journal.journal) == mark)
    let all = journal.records.count
    #expect(try await database.take(journal.batch(13...all)).seq == all)
    try database.close()
    #expect(try await problems() == [nil])
  }

  @Test("What was acknowledged is there in a copy of the files taken while the hub runs")
  func powerCut() async throws {
    let database = try HubDatabase(path: path)
    let mark = try await database.take(journal.batch(1...12))
    let copy = folder.path("copy.sqlite")
    for suffix in ["", "-wal"] {
      try FileManager.default.copyItem(atPath: path + suffix, toPath: copy + suffix)
    }
    let after = try HubDatabase(path: copy)
    #expect(try await after.reader.mark(agent: journal.agent, journal: journal.journal) == mark)
    let all = journal.records.count
    #expect(try await after.take(journal.batch(10...all)).seq == all)
  }

  @Test("The write-ahead log is on and the file says whose it is")
  func file() async throws {
    _ = try HubDatabase(path: path)
    let queue = try DatabaseQueue(path: path)
    let (mode, numbers) = try await queue.read { db in
      (
        try String.fetchOne(db, sql: "PRAGMA journal_mode"),
        try ["application_id", "user_version"].map { try Int.fetchOne(db, sql: "PRAGMA \($0)") }
      )
    }
    #expect(mode == "wal")
    #expect(numbers == [0x4C4F_5448, 1])
  }

  @Test("A second writer is kept out, readers are not")
  func oneWriter() async throws {
    let database = try HubDatabase(path: path)
    _ = try await database.take(journal.batch)
    #expect(throws: HubStoreError.inUse(path: path)) { try HubDatabase(path: path) }
    #expect(try await HubReader(path: path).journals().count == 1)
    try database.close()
    _ = try HubDatabase(path: path)
  }

  @Test("Files that are not a hub's are left untouched")
  func foreignFiles() throws {
    let queue = try DatabaseQueue(path: path)
    try queue.write { db in try db.execute(sql: "CREATE TABLE t (a)") }
    try queue.close()
    #expect(throws: HubStoreError.foreign(path: path)) { try HubDatabase(path: path) }
    #expect(throws: HubStoreError.foreign(path: path)) { try HubReader(path: path) }
    let text = try folder.write(String(repeating: "no database\n", count: 100), to: "text")
    #expect(throws: HubStoreError.foreign(path: text)) { try HubDatabase(path: text) }
    let missing = folder.path("missing")
    #expect(throws: HubStoreError.missing(path: missing)) { try HubReader(path: missing) }
    #expect(throws: HubStoreError.self) { try HubDatabase(path: folder.path("no/such/folder")) }
  }

  @Test("A file of a newer version is refused")
  func newer() throws {
    try HubDatabase(path: path).close()
    try tamper("PRAGMA user_version = 2")
    #expect(throws: HubStoreError.newer(path: path, version: 2)) { try HubDatabase(path: path) }
  }

  @Test(
    "Checking names the first record that is wrong",
    arguments: [
      (
        "UPDATE record SET body = CAST(replace(body, 'E-55', 'E-56') AS BLOB) WHERE position & 255 = 5",
        5
      ),
      ("UPDATE record SET leaf = zeroblob(32) WHERE position & 255 IN (9, 12)", 9),
      ("DELETE FROM record WHERE position & 255 = 20", 20),
      ("DELETE FROM record WHERE position & 255 > 40", 41),
      ("UPDATE journal SET root = zeroblob(32)", nil as Int?),
    ]
  )
  func verification(sql: String, seq: Int?) async throws {
    let database = try HubDatabase(path: path)
    _ = try await database.take(journal.batch)
    try database.close()
    #expect(try await problems() == [nil])
    try tamper(sql)
    let problem = try #require(try await problems().first ?? nil)
    #expect(problem.seq == seq, "\(problem.detail)")
  }

  @Test("Rebuilding from the records gives the same trace")
  func rebuilding() async throws {
    let database = try HubDatabase(path: path)
    _ = try await database.take(journal.batch)
    let lot = try LotID("DEV-0042")
    let before = try await database.reader.trace(lot, at: journal.time)
    let lots = try await database.reader.lots(limit: 100)
    for table in ["binding", "load", "signal_summary", "lot", "consumption", "layout"] {
      let other = try DatabaseQueue(path: path)
      try await other.write { db in try db.execute(sql: "DELETE FROM \(table)") }
      try other.close()
    }
    #expect(try await database.reader.trace(lot, at: journal.time) == nil)
    try await database.rebuild()
    #expect(try await database.reader.trace(lot, at: journal.time) == before)
    #expect(try await database.reader.lots(limit: 100) == lots)
  }

  @Test("Lots come in pages, the latest first, and mistyped ones are found")
  func lots() async throws {
    let database = try HubDatabase(path: path)
    _ = try await database.take(journal.batch)
    let all = try await database.reader.lots(limit: 100).map(\.lot.text)
    #expect(all == ["DEV-0042", "GBX-3", "PCB-7", "BARE-12", "PASTE-55"])
    let second = try await database.reader.lots(limit: 2, after: LotID("GBX-3"))
    #expect(second.map(\.lot.text) == ["PCB-7", "BARE-12"])
    #expect(second.first?.part?.text == "control board 4711")
    #expect(try await database.reader.lots(near: "PCB7") == ["PCB-7"])
  }

  @Test("A view shows records to whoever has only the sqlite3 shell")
  func view() async throws {
    let database = try HubDatabase(path: path)
    _ = try await database.take(journal.batch)
    let queue = try DatabaseQueue(path: path)
    let body = try await queue.read { db in
      try String.fetchOne(
        db,
        sql: "SELECT body ->> 'lot' FROM records WHERE agent = 'line-a' AND seq = 5"
      )
    }
    #expect(body == "PASTE-55")
  }
}
