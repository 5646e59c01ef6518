internal import GRDB
internal import MerkleLog
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
  private let trusted: [AgentID: Set<[UInt8]>]

  /// Tells when lots that were corrected are to be counted anew, at opening, too: see ``recount()``.
  package let recounts: AsyncStream<Void>
  private let needsRecount: AsyncStream<Void>.Continuation
  private let slice: Int

  /// Times that a batch is judged anew because its journal grew meanwhile.
  private static let attempts = 5

  /// Opens the file, or makes it.
  ///
  /// - Parameters:
  ///   - path: An absolute path; its folder must be there.
  ///   - trusted: Public keys of agents whose journals may be signed by no other; the first key of
  ///     any other agent is trusted.
  ///   - slice: Records that one transaction counts anew at most for lots that were corrected, so
  ///     that no batch waits long for another's.
  /// - Throws: ``HubStoreError``.
  package init(
    path: String,
    trusted: [AgentID: Set<[UInt8]>] = [:],
    recounting slice: Int = CorrectedCount.slice
  ) throws {
    self.trusted = trusted
    lock = try WriterLock(database: path)
    do {
      writer = try Self.openWriter(path: path)
    } catch let error as DatabaseError {
      throw FileCheck.opening(path, error)
    }
    reader = try HubReader(path: path)
    self.path = path
    self.slice = slice
    (recounts, needsRecount) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    needsRecount.yield()
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
      do {
        try HubNodes.complete(db)
      } catch let error as MissingHash {
        throw HubStoreError.damaged(error.description)
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
      let chain = try await reader.chain(
        of: JournalOpening.origin(agent: header.agent, journal: header.journal),
        journal: held.id,
        trusted: trusted[header.agent] ?? []
      )
      let intake = try BatchIntake(batch, held: held, heldLeaves: heldLeaves, chain: chain)
      if intake.isHeld { return intake.mark }
      let outcome = try await writer.write { db in try intake.write(db, recounting: slice) }
      guard case .written(let recounts) = outcome else { continue }
      if recounts { needsRecount.yield() }
      return intake.mark
    }
    throw HubStoreError.contended(agent: header.agent.text)
  }

  /// Counts the readings of lots that were corrected anew, as many records as one transaction may.
  ///
  /// Where it was interrupted, by the end of the program, too, it goes on. Until it is done, traces
  /// show what was counted before, and say so.
  ///
  /// - Returns: Whether there were any.
  /// - Throws: The database's errors.
  package func recount() async throws -> Bool {
    try await writer.write { db in
      let row = try Row.fetchOne(
        db,
        sql: """
          SELECT j.id, j.size FROM corrected c JOIN journal j ON j.id = c.journal
          WHERE c.recounting LIMIT 1
          """
      )
      guard let row else { return false }
      let stays = try RecordedStays(db: db, journal: row["id"])
      _ = try CorrectedCount(stays: stays, last: row["size"]).advance(by: slice)
      return true
    }
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

  private static func replay(_ journal: JournalListing, _ db: Database) throws {
    let state = try JournalState.fetch(db, agent: journal.agent, journal: journal.journal)
    guard let id = state.id else { return }
    for first in stride(from: 1, through: state.frontier.size, by: StoredRecord.page) {
      let last = min(first + StoredRecord.page - 1, state.frontier.size)
      var prepared = PreparedRecords()
      let page = try StoredRecord.fetch(db, journal: id, first...last)
      do {
        for record in page { try prepared.add(record.body, seq: record.seq) }
        // All of it is one transaction here.
        _ = try RecordIndex(db: db, journal: id).apply(prepared, recounting: .max)
      } catch let error as MalformedRecord {
        throw HubStoreError.damaged("record \(error.seq) of \(journal.agent): \(error.reason)")
      } catch let error as RecordIndex.UnknownReference {
        throw HubStoreError.damaged("record \(error.seq) of \(journal.agent): \(error.reason)")
      }
    }
  }

  /// Closes the file after what is under way.
  package func close() throws {
    needsRecount.finish()
    try writer.close()
    try reader.close()
    try lock.release()
  }
}
