internal import FoundationEssentials
internal import GRDB

/// A journal of an earlier schema version, kept as it is before this program changes it.
///
/// The copy has its name only when it is complete and synced, so a start that was cut short makes it
/// anew or finds it done.
struct MigrationCopy {
  /// Beside the copy itself, for what the migration adds, and on small disks less.
  private static let sparedBytes = 16 * 1_048_576

  /// Most copies of one version.
  private static let copiesLimit = 100

  let path: String

  /// What of its disk is free, and how large that is; nil where nobody knows.
  var disk: (_ path: String) -> (free: Int, total: Int)? = { Files.disk(of: $0) }

  /// Keeps the copy, unless there is one of the same records.
  ///
  /// - Parameters:
  ///   - queue: The file's one connection.
  ///   - progress: Told before it is made.
  /// - Throws: ``JournalError/cannotCopy(path:copy:reason:)``; the file is as it was.
  func keep(of queue: DatabaseQueue, _ progress: (JournalMigrationStep) -> Void) throws {
    let found = try queue.read { try State($0) }
    for number in 1...Self.copiesLimit {
      let copy = path + ".version-\(found.version)" + (number == 1 ? "" : "-\(number)")
      if !Files.exists(copy) { return try make(copy, of: queue, found, progress) }
      if try state(ofCopy: copy) == found { return }
    }
    throw JournalError.cannotCopy(
      path: path,
      copy: path + ".version-\(found.version)",
      reason: "\(Self.copiesLimit) others lie there"
    )
  }

  /// The copies that lie beside a journal.
  static func all(of path: String) -> [String] {
    (1..<JournalSchema.version).flatMap { version in
      let first = path + ".version-\(version)"
      return [first] + (2...copiesLimit).map { "\(first)-\($0)" }.prefix { Files.exists($0) }
    }.filter { Files.exists($0) }
  }

  private func make(
    _ copy: String,
    of queue: DatabaseQueue,
    _ found: State,
    _ progress: (JournalMigrationStep) -> Void
  ) throws {
    if let disk = disk(path) {
      let needed = found.bytes + min(Self.sparedBytes, disk.total / 50)
      guard disk.free >= needed else {
        throw JournalError.cannotCopy(
          path: path,
          copy: copy,
          reason: "it takes \(needed / 1_000_000 + 1) MB, and \(disk.free / 1_000_000) MB are free"
        )
      }
    }
    progress(.copying(bytes: found.bytes, to: copy))
    let partial = copy + ".partial"
    do {
      for suffix in ["-shm", "-wal", "-journal", ""] { try Files.remove(partial + suffix) }
      try Files.createPrivate(partial)
      try fill(partial, from: queue)
      try Files.sync(partial)
      guard try state(ofCopy: partial) == found else {
        throw DatabaseError(resultCode: .SQLITE_CORRUPT, message: "the copy is not the same")
      }
      try Files.move(partial, to: copy)
    } catch {
      try? Files.remove(partial)
      let reason = (error as? DatabaseError)?.message ?? "\(error)"
      throw JournalError.cannotCopy(path: path, copy: copy, reason: reason)
    }
  }

  private func fill(_ partial: String, from queue: DatabaseQueue) throws {
    var configuration = Configuration()
    configuration.label = "journal copy"
    configuration.prepareDatabase { database in
      // It is synced once, when it is complete, and thrown away when it never is.
      try database.execute(sql: "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF")
    }
    let target = try DatabaseQueue(path: partial, configuration: configuration)
    do {
      try queue.backup(to: target)
    } catch {
      try? target.close()
      throw error
    }
    try target.close()
  }

  /// What a copy holds; nil where it cannot be read.
  private func state(ofCopy copy: String) throws -> State? {
    var configuration = Configuration()
    configuration.readonly = true
    guard let queue = try? DatabaseQueue(path: copy, configuration: configuration) else {
      return nil
    }
    let state = try? queue.read { try State($0) }
    try queue.close()
    // Reading makes an empty log and its index, which a reader does not take away.
    if Files.size(copy + "-wal") == 0 {
      for suffix in ["-shm", "-wal"] { try Files.remove(copy + suffix) }
    }
    return state
  }

  /// What tells a journal's file at one moment.
  private struct State: Equatable {
    let version: Int
    let size: Int
    let root: Data
    let bytes: Int

    init(_ database: Database) throws {
      version = try Int.fetchOne(database, sql: "PRAGMA user_version") ?? 0
      let head = try Row.fetchOne(database, sql: "SELECT size, root FROM head")
      guard let head else { throw DatabaseError(resultCode: .SQLITE_CORRUPT) }
      size = head[0]
      root = head[1]
      let pages = try PruningTables.pages(database)
      bytes = pages.used + pages.free
    }

    /// A migration that was cut short has added pages, and no records.
    static func == (one: State, other: State) -> Bool {
      one.version == other.version && one.size == other.size && one.root == other.root
    }
  }
}

/// What a journal of an earlier schema version goes through, once.
package enum JournalMigrationStep: Sendable, Hashable, CustomStringConvertible {
  /// The file is copied as it is.
  case copying(bytes: Int, to: String)
  /// So many of its records are at the present version.
  case records(done: Int, of: Int)

  package var description: String {
    switch self {
    case .copying(let bytes, let copy):
      "the journal is of an earlier version: keeping a copy of it as \(copy) "
        + "(\(bytes / 1_000_000) MB) before it is changed"
    case .records(let done, let total):
      "bringing the journal to this version, once: \(done) of \(total) records"
    }
  }
}
