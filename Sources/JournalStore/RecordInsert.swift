internal import GRDB
internal import GRDBSQLite
internal import Telemetry

/// Puts records into their table, of which there may be hundreds of thousands a second.
///
/// Their bytes go to SQLite as they are: GRDB would make a string, a blob and an array of values of
/// each, which takes as long as all that SQLite does.
struct RecordInsert {
  private let statement: Statement

  private init(_ database: Database) throws {
    statement = try database.cachedStatement(sql: "INSERT INTO record VALUES (?, ?, ?)")
  }

  /// Puts records into their table with `body`, and forgets them afterwards.
  static func run(_ database: Database, _ body: (RecordInsert) throws -> Void) throws {
    let insert = try RecordInsert(database)
    defer { sqlite3_clear_bindings(insert.statement.sqliteStatement) }
    try body(insert)
  }

  /// - Throws: `DatabaseError` when SQLite does not take it.
  func execute(_ seq: Int, body: UnsafeRawBufferPointer, leaf: Digest) throws {
    let handle = statement.sqliteStatement
    let code = leaf.withUnsafeBytes { leaf in
      // Without a destructor SQLite takes no copies; nothing is done before other bytes are bound.
      sqlite3_bind_int64(handle, 1, Int64(seq))
      sqlite3_bind_text(handle, 2, body.baseAddress, CInt(body.count), nil)
      sqlite3_bind_blob(handle, 3, leaf.baseAddress, CInt(leaf.count), nil)
      sqlite3_step(handle)
      return sqlite3_reset(handle)
    }
    guard code == SQLITE_OK else {
      let message = sqlite3_errmsg(sqlite3_db_handle(handle)).map { String(cString: $0) }
      throw DatabaseError(resultCode: ResultCode(rawValue: code), message: message)
    }
  }
}
