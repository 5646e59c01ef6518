internal import GRDB
internal import MerkleLog
package import Telemetry

/// Reads a journal while its writer works: a connection that neither commits nor checkpoints.
package final class JournalReader: Sendable {
  package let path: String
  private let queue: DatabaseQueue

  /// - Throws: ``JournalError`` when there is no journal at `path`.
  package init(path: String) throws {
    self.path = path
    var configuration = Configuration()
    configuration.readonly = true
    configuration.label = "journal reader"
    configuration.prepareDatabase { try $0.execute(sql: "PRAGMA wal_autocheckpoint = 0") }
    queue = try JournalFile.translating(path) {
      try DatabaseQueue(path: path, configuration: configuration)
    }
  }

  /// The committed records after `seq`, in order.
  ///
  /// - Parameters:
  ///   - seq: The last record that the caller has; 0 for none.
  ///   - limit: Most records.
  ///   - bytes: Most bytes of bodies; the first record comes even when it is longer, so that a
  ///     reader always gets on.
  /// - Returns: The records; none when there are no later ones.
  /// - Throws: ``JournalError`` when the file cannot be read.
  package func records(after seq: Int, limit: Int, bytes: Int) throws -> [StoredRecord] {
    try JournalFile.translating(path) {
      try queue.read { database in
        let rows = try Row.fetchCursor(
          database,
          sql: "SELECT seq, body, leaf FROM record WHERE seq > ? ORDER BY seq LIMIT ?",
          arguments: [seq, limit]
        )
        var records: [StoredRecord] = []
        var total = 0
        while let row = try rows.next() {
          guard let record = try StoredRecord(row: row) else {
            throw JournalError.damaged(path: path, reason: "a record after \(seq) has no hash")
          }
          total += record.body.count
          if total > bytes, !records.isEmpty { break }
          records.append(record)
        }
        return records
      }
    }
  }

  /// Leaf hashes of the committed records after `seq`, in order, at most `limit`.
  package func leaves(after seq: Int, limit: Int) throws -> [Digest] {
    try JournalFile.translating(path) {
      try queue.read { try Self.leaves(after: seq, limit: limit, in: $0) }
    }
  }

  static func leaves(after seq: Int, limit: Int, in database: Database) throws -> [Digest] {
    let rows = try Row.fetchCursor(
      database,
      sql: "SELECT leaf FROM record WHERE seq > ? ORDER BY seq LIMIT ?",
      arguments: [seq, limit]
    )
    var leaves: [Digest] = []
    while let row = try rows.next() {
      let leaf = try row.withUnsafeData(atIndex: 0) { $0.flatMap { Digest(bytes: $0) } }
      guard let leaf else { throw DatabaseError(resultCode: .SQLITE_CORRUPT) }
      leaves.append(leaf)
    }
    return leaves
  }

  /// The tree that the file says it holds; nil when it says nothing sensible.
  func head() throws -> MerkleFrontier? {
    try JournalFile.translating(path) {
      try queue.read { database in
        try Row.fetchOne(database, sql: "SELECT size, root, frontier FROM head")
          .flatMap { MerkleFrontier(row: $0) }
      }
    }
  }

  /// How much of the journal one uplink's hub has confirmed; nil when it never did.
  package func cursor(of uplink: String) throws -> MerkleFrontier? {
    try JournalFile.translating(path) {
      try queue.read { database in
        try Row.fetchOne(
          database,
          sql: "SELECT size, root, frontier FROM cursor WHERE uplink = ?",
          arguments: [uplink]
        ).flatMap { MerkleFrontier(row: $0) }
      }
    }
  }

  /// How much of the journal each hub has confirmed.
  func cursors() throws -> [MerkleFrontier] {
    try JournalFile.translating(path) {
      try queue.read { database in
        try Row.fetchAll(database, sql: "SELECT size, root, frontier FROM cursor")
          .compactMap { MerkleFrontier(row: $0) }
      }
    }
  }

  /// Goes through all committed records that are not frames, in order, as ``Journal`` does, and the
  /// writer does not wait for it.
  package func replay<State>(
    into state: State,
    _ apply: (inout State, Telemetry.Record) throws -> Void
  ) throws -> State {
    /// Records in memory at a time.
    let chunk = 500
    var state = state
    var last = 0
    while true {
      let records = try JournalFile.translating(path) {
        try queue.read { try Self.story(after: last, limit: chunk, in: $0) }
      }
      for record in records { try apply(&state, RecordCoding.decode(record.body)) }
      guard let next = records.last?.seq else { return state }
      last = next
    }
  }

  /// The next records that are not frames.
  static func story(after seq: Int, limit: Int, in database: Database) throws -> [StoredRecord] {
    let rows = try Row.fetchCursor(
      database,
      sql: """
        SELECT record.seq, record.body, record.leaf FROM story
        JOIN record ON record.seq = story.seq WHERE story.seq > ? ORDER BY story.seq LIMIT ?
        """,
      arguments: [seq, limit]
    )
    return try Array(rows.compactMap { try StoredRecord(row: $0) })
  }

  /// One look at the file as it is at one moment.
  func look<Result>(_ body: (Database) throws -> Result) throws -> Result {
    try JournalFile.translating(path) { try queue.read(body) }
  }

  package func close() throws { try JournalFile.translating(path) { try queue.close() } }
}
