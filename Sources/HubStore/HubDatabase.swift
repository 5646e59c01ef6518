internal import GRDB
package import Telemetry

/// The hub's file, opened to take records: one SQLite database with one writing connection.
///
/// A batch is durable when it is acknowledged: the write-ahead log is synchronised with every commit
/// (`synchronous=FULL`), which is read back at opening, because GRDB's own set-up lowers it.
package struct HubDatabase: Sendable {
  /// For everything that only reads.
  package let reader: HubReader
  package let path: String
  private let writer: DatabaseQueue
  private let lock: WriterLock

  /// Times that a batch is judged anew because its journal grew meanwhile.
  private static let attempts = 5

  /// Opens the file, or makes it.
  ///
  /// - Parameter path: An absolute path; its folder must be there.
  /// - Throws: ``HubStoreError``.
  package init(path: String) throws {
    lock = try WriterLock(database: path)
    do {
      writer = try Self.openWriter(path: path)
    } catch let error as DatabaseError {
      throw FileCheck.opening(path, error)
    }
    reader = try HubReader(path: path)
    self.path = path
  }

  private static func openWriter(path: String) throws -> DatabaseQueue {
    var configuration = Configuration()
    configuration.label = "hub writer"
    configuration.busyMode = .timeout(10)
    let writer = try DatabaseQueue(path: path, configuration: configuration)
    try writer.writeWithoutTransaction { db in
      if try !FileCheck.isNew(db) { try FileCheck.check(db, path: path) }
      let mode = try String.fetchOne(db, sql: "PRAGMA journal_mode = WAL") ?? ""
      try db.execute(sql: "PRAGMA synchronous = FULL")
      let synchronous = try FileCheck.number("synchronous", db)
      guard synchronous == 2, mode == "wal" else {
        throw HubStoreError.notDurable(path: path, synchronous: synchronous, journalMode: mode)
      }
      try db.inTransaction {
        if try FileCheck.isNew(db) { try Schema.create(db) } else { try Schema.complete(db) }
        return .commit
      }
    }
    return writer
  }

  /// Takes a batch of records, all or nothing.
  ///
  /// Records that are held already are compared and skipped, so a batch may be sent again.
  ///
  /// - Returns: What the hub durably holds of the journal now.
  /// - Throws: ``IntakeRefusal`` when the batch does not continue the journal; ``HubStoreError``.
  package func take(_ batch: JournalBatch) async throws -> HubMark {
    let header = batch.header
    for _ in 0..<Self.attempts {
      let held = try await reader.state(agent: header.agent, journal: header.journal)
      var heldLeaves: [Digest] = []
      if let id = held.id, let overlap = BatchIntake.overlap(header, held: held) {
        heldLeaves = try await reader.leaves(journal: id, overlap)
      }
      let intake = try BatchIntake(batch, held: held, heldLeaves: heldLeaves)
      if intake.isHeld { return intake.mark }
      if try await writer.write({ db in try intake.write(db) }) { return intake.mark }
    }
    throw HubStoreError.contended(agent: header.agent.text)
  }

  /// One transaction of the writer.
  func write<Result: Sendable>(
    _ body: @escaping @Sendable (Database) throws -> Result
  ) async throws -> Result {
    try await writer.write(body)
  }

  /// Makes everything that is derived from the records again, in one transaction.
  ///
  /// `progress` is told of each journal before it is replayed.
  package func rebuild(
    progress: @escaping @Sendable (JournalListing) -> Void = { _ in }
  ) async throws {
    let journals = try await reader.journals()
    try await writer.write { db in
      for table in Schema.derivedTables { try db.execute(sql: "DELETE FROM \(table)") }
      for journal in journals {
        progress(journal)
        try Self.replay(journal, db)
      }
    }
  }

  /// Records that are in memory at once while a journal is replayed.
  private static let replayPage = 2_000

  private static func replay(_ journal: JournalListing, _ db: Database) throws {
    let state = try JournalState.fetch(db, agent: journal.agent, journal: journal.journal)
    guard let id = state.id else { return }
    for first in stride(from: 1, through: state.frontier.size, by: replayPage) {
      let last = min(first + replayPage - 1, state.frontier.size)
      var prepared = PreparedRecords()
      let page = try StoredRecord.fetch(db, journal: id, first...last)
      do {
        for record in page { try prepared.add(record.body, seq: record.seq) }
        try RecordIndex(db: db, journal: id).apply(prepared)
      } catch let error as MalformedRecord {
        throw HubStoreError.damaged("record \(error.seq) of \(journal.agent): \(error.reason)")
      } catch let error as RecordIndex.UnknownReference {
        throw HubStoreError.damaged("record \(error.seq) of \(journal.agent): \(error.reason)")
      }
    }
  }

  /// Closes the file after what is under way.
  package func close() throws {
    try writer.close()
    try reader.close()
    try lock.release()
  }
}
