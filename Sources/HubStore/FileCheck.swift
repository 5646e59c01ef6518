internal import GRDB

/// Whether a file is a hub's, and how its errors read.
enum FileCheck {
  /// - Throws: ``HubStoreError`` when it is not a hub's file of this version.
  static func check(_ db: Database, path: String) throws {
    guard try number("application_id", db) == Schema.applicationID else {
      throw HubStoreError.foreign(path: path)
    }
    let version = try number("user_version", db)
    if version > Schema.version { throw HubStoreError.newer(path: path, version: version) }
  }

  /// Whether nothing was ever written to the file.
  static func isNew(_ db: Database) throws -> Bool {
    try number("schema_version", db) == 0 && number("application_id", db) == 0
  }

  static func number(_ pragma: String, _ db: Database) throws -> Int {
    try Int.fetchOne(db, sql: "PRAGMA \(pragma)") ?? 0
  }

  /// An error of opening, in our words.
  static func opening(_ path: String, _ error: DatabaseError) -> HubStoreError {
    switch error.resultCode {
    case .SQLITE_NOTADB: .foreign(path: path)
    case .SQLITE_BUSY: .inUse(path: path)
    default: .cannotOpen(path: path, reason: error.message ?? error.resultCode.description)
    }
  }
}

/// Holds off every other process that would write the hub's file.
///
/// SQLite itself lets several processes write and checkpoint one WAL file in turn, which Debian's
/// 3.40.1 can get wrong; so the writer holds an exclusive lock on a small file beside the database
/// for as long as it lives. The kernel lets go of it when the process ends, however it ends.
struct WriterLock: Sendable {
  private let queue: DatabaseQueue

  /// - Throws: ``HubStoreError/inUse(path:)`` when another process holds it.
  init(database path: String) throws {
    do {
      queue = try DatabaseQueue(path: path + "-writer")
      try queue.inDatabase { db in
        // In this mode the lock stays after the transaction, until the connection closes.
        try db.execute(sql: "PRAGMA locking_mode = EXCLUSIVE")
        try db.execute(sql: "BEGIN EXCLUSIVE; COMMIT")
      }
    } catch let error as DatabaseError {
      throw FileCheck.opening(path, error)
    }
  }

  func release() throws { try queue.close() }
}
