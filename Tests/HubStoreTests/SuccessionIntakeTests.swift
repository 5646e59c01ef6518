import GRDB
import HubStore
import Telemetry
import TestSupport
import Testing

@Suite("Journals that go on from others")
struct SuccessionIntakeTests {
  /// What is open at the hub once a journal with a lot and material was followed by another.
  private func open(after reason: JournalSuccession.Reason) async throws -> [Int?] {
    let folder = try TemporaryFolder()
    let path = folder.path("hub.sqlite")
    let database = try HubDatabase(path: path)
    var before = try JournalBuilder()
    try before.bind("s", "PCB", part: "p")
    try before.load("s", "PASTE", "SAC305")
    _ = try await database.take(before.batch)
    let next = try JournalBuilder(
      journal: String(repeating: "f", count: 32),
      start: before.time.advanced(by: .seconds(60)),
      continues: JournalSuccession(
        reason,
        detail: "a page",
        journal: before.journal,
        seq: 3,
        root: .sha256([]),
        at: before.time,
        lost: nil,
        file: "journal.sqlite.kept-1"
      )
    )
    _ = try await database.take(next.batch)
    return try await DatabaseQueue(path: path).read { db in
      try Int?.fetchAll(db, sql: "SELECT end_seq FROM binding UNION ALL SELECT end_seq FROM load")
    }
  }

  @Test("What was open in a journal that was damaged ends with the next one's beginning")
  func damaged() async throws { #expect(try await open(after: .damaged) == [4, 4]) }

  @Test("Of a copy's original nothing is known, so what is open there stays open")
  func forked() async throws { #expect(try await open(after: .forked) == [nil, nil]) }
}
