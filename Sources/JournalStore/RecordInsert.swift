internal import GRDB
internal import GRDBSQLite
internal import Telemetry

/// Puts records into their table, of which there may be hundreds of thousands a second.
///
/// Their bytes go to SQLite as they are: GRDB would make a string, a blob and an array of values of
/// each, which takes as long as all that SQLite does.
struct RecordInsert {
  private let statement: Statement

  init(_ database: Database) throws {
    statement = try database.cachedStatement(sql: "INSERT INTO record VALUES (?, ?, ?)")
  }

  /// - Throws: `DatabaseError` when SQLite does not take it.
  func execute(_ record: StoredRecord) throws {
    let handle = statement.sqliteStatement
    let code = record.body.withUnsafeBytes { body in
      record.leaf.bytes.withUnsafeBytes { leaf in
        // Without a destructor SQLite takes no copies; the bindings end before the bytes do.
        sqlite3_bind_int64(handle, 1, Int64(record.seq))
        sqlite3_bind_text(handle, 2, body.baseAddress, CInt(body.count), nil)
        sqlite3_bind_blob(handle, 3, leaf.baseAddress, CInt(leaf.count), nil)
        sqlite3_step(handle)
        defer { sqlite3_clear_bindings(handle) }
        return sqlite3_reset(handle)
      }
    }
    guard code == SQLITE_OK else {
      let message = sqlite3_errmsg(sqlite3_db_handle(handle)).map { String(cString: $0) }
      throw DatabaseError(resultCode: ResultCode(rawValue: code), message: message)
    }
  }
}
