import Foundation
import GRDB
import MerkleLog
import Telemetry
import TestSupport
import Testing

@testable import JournalStore

@Suite("The copy of a journal before its migration")
struct MigrationCopyTests {
  private let sample: Sample

  init() async throws {
    sample = try Sample()
    let journal = try sample.open()
    for number in 0..<600 {
      try await journal.append(Sample.event("\(number)"), at: sample.time.now())
    }
    try await journal.close()
    try makeOld()
  }

  /// Makes the file one of schema version 1.
  private func makeOld() throws {
    _ = try sample.sqlite("DROP TABLE node; PRAGMA user_version = 1")
  }

  private var copy: String { sample.path + ".version-1" }

  private func open(
    keepsCopy: Bool = true,
    _ steps: Locked<[JournalMigrationStep]> = Locked([])
  ) throws -> Journal {
    try Journal.open(
      at: sample.path,
      opening: Sample.opening(),
      time: sample.time,
      keepsCopy: keepsCopy
    ) { step in steps.with { $0.append(step) } }
  }

  private func query(_ path: String, _ sql: String) throws -> String {
    let (status, output) = try Tool.run("sqlite3", "-readonly", path, sql)
    #expect(status == 0, "\(output)")
    return output
  }

  private var neighbours: [String] {
    get throws {
      try FileManager.default.contentsOfDirectory(atPath: sample.folder.url.path).sorted()
        .filter { $0.contains(".version-") }
    }
  }

  @Test("It holds the file as it was, of its version and with what only the log had")
  func whole() async throws {
    // An agent that was killed leaves its last records in the log.
    let writer = try PeerProcess("sqlite3", [sample.path])
    try writer.send("PRAGMA journal_mode = wal; PRAGMA wal_autocheckpoint = 0;")
    try writer.send("CREATE TABLE extra(x); SELECT 'there';")
    _ = try await writer.line { $0 == "there" }
    writer.end()
    #expect(Files.size(sample.path + "-wal") > 0)
    let before = try query(sample.path, ".dump")

    let steps = Locked<[JournalMigrationStep]>([])
    let journal = try open(steps)
    #expect(journal.migratedFrom == 1)
    #expect(journal.keptCopies().map(\.name) == ["edge.journal.version-1"])
    try await journal.close()
    guard case .copying(let bytes, copy)? = steps.value.first else {
      Issue.record("\(steps.value)")
      return
    }
    #expect(bytes == Files.size(copy))
    #expect(try query(copy, ".dump") == before)
    #expect(try query(copy, "PRAGMA user_version; PRAGMA integrity_check") == "1\nok\n")
    #expect(try query(sample.path, "PRAGMA user_version") == "2\n")
    let mode = try FileManager.default.attributesOfItem(atPath: copy)[.posixPermissions] as? Int
    #expect(mode == 0o600)
    #expect(try neighbours.filter { $0.contains("partial") } == [])
  }

  @Test("A file of this version, and one that is new, are not copied")
  func current() async throws {
    try await open(keepsCopy: false).close()
    #expect(try neighbours == [])
    let steps = Locked<[JournalMigrationStep]>([])
    let again = try open(steps)
    #expect(again.migratedFrom == nil && again.keptCopies().isEmpty)
    try await again.close()
    #expect(steps.value == [])
    #expect(try neighbours == [])
  }

  @Test("A start that was cut short after the copy does not copy again, and goes on")
  func once() async throws {
    try await open().close()
    let first = try Data(contentsOf: URL(filePath: copy))
    // The same records, still of version 1, with some nodes already.
    _ = try sample.sqlite("DELETE FROM node WHERE number > 0; PRAGMA user_version = 1")
    let steps = Locked<[JournalMigrationStep]>([])
    try await open(steps).close()
    #expect(steps.value == [.records(done: 256, of: 601)])
    #expect(try Data(contentsOf: URL(filePath: copy)) == first)
    #expect(try neighbours == ["edge.journal.version-1"])
  }

  @Test("A copy that was cut short is thrown away and made anew")
  func partial() async throws {
    for suffix in ["", "-wal", "-journal"] {
      _ = try sample.folder.write("half a copy", to: "edge.journal.version-1.partial\(suffix)")
    }
    try await open().close()
    #expect(try neighbours == ["edge.journal.version-1"])
    #expect(try query(copy, "SELECT size FROM head") == "601\n")
  }

  @Test("A copy of other records is never overwritten")
  func other() async throws {
    try await open().close()
    let first = try Data(contentsOf: URL(filePath: copy))
    let journal = try open()
    try await journal.append(Sample.event("more"), at: sample.time.now())
    try await journal.close()
    try makeOld()
    let again = try open()
    #expect(
      again.keptCopies().map(\.name) == ["edge.journal.version-1", "edge.journal.version-1-2"]
    )
    try await again.close()
    #expect(try Data(contentsOf: URL(filePath: copy)) == first)
    #expect(try query(copy + "-2", "SELECT size FROM head") == "602\n")
  }

  @Test("Where no copy can be kept, nothing is changed, and the error says what to do")
  func refused() async throws {
    // A folder has the name under which the copy is made.
    let path = sample.folder.path("edge.journal.version-1.partial/in")
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    let before = try query(sample.path, ".dump")
    let error = #expect(throws: JournalError.self) { try open() }
    guard case .cannotCopy(sample.path, copy, _) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(error?.description.contains("journal.copy_before_migration") == true)
    #expect(error?.succession == nil)
    #expect(try query(sample.path, ".dump") == before)
    #expect(try query(sample.path, "PRAGMA user_version") == "1\n")
    // Somebody has said that no copy is needed.
    let journal = try open(keepsCopy: false)
    #expect(journal.migratedFrom == 1 && journal.keptCopies().isEmpty)
    try await journal.close()
  }

  @Test("Where the disk has no room for it, the error says how much it takes and what is free")
  func room() throws {
    let queue = try DatabaseQueue(path: sample.path)
    let bytes = Files.size(sample.path)
    let steps = Locked<[JournalMigrationStep]>([])
    func keep(free: Int) throws {
      try MigrationCopy(path: sample.path) { _ in (free, 100_000_000) }
        .keep(of: queue) { step in steps.with { $0.append(step) } }
    }
    // A fiftieth of the disk stays free.
    let reason = "it takes \((bytes + 2_000_000) / 1_000_000 + 1) MB, and 1 MB are free"
    let error = JournalError.cannotCopy(path: sample.path, copy: copy, reason: reason)
    #expect(throws: error) { try keep(free: 1_999_999) }
    #expect(steps.value == [])
    #expect(try neighbours == [])
    try keep(free: bytes + 2_000_000)
    #expect(steps.value == [.copying(bytes: bytes, to: copy)])
    #expect(try neighbours == ["edge.journal.version-1"])
  }
}
