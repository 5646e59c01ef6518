internal import FoundationEssentials
internal import GRDB
internal import MerkleLog
internal import Telemetry

/// The journal's SQLite file through the one connection that commits and checkpoints it.
///
/// SQLite before 3.51.3 can corrupt a write-ahead log that one connection checkpoints while another
/// commits, so nothing else may do either.
struct JournalFile {
  /// Longest wait for somebody who holds the file with a tool of their own.
  private static let busySeconds = 2.0

  let path: String
  private let queue: DatabaseQueue

  /// The schema version that the file had, where it was brought to this one; else nil.
  private(set) var migratedFrom: Int?

  /// Opens an existing file, or creates it when it is empty.
  ///
  /// An older file is brought to this version, and kept as it was beside it where `keepsCopy` is set;
  /// `progress` is told how far that is.
  ///
  /// - Throws: ``JournalError`` when the file is not a journal that this program may write.
  init(
    path: String,
    creating first: (() throws -> RecordBuffer)? = nil,
    keepsCopy: Bool = true,
    progress: (JournalMigrationStep) -> Void = { _ in }
  ) throws {
    self.path = path
    var configuration = Configuration()
    configuration.busyMode = .timeout(Self.busySeconds)
    configuration.label = "journal"
    queue = try Self.translating(path) {
      try DatabaseQueue(path: path, configuration: configuration)
    }
    try Self.translating(path) {
      let isNew = try queue.read { try Self.isEmpty($0) }
      if isNew {
        try queue.writeWithoutTransaction {
          try $0.execute(sql: "PRAGMA page_size = \(JournalSchema.pageBytes)")
        }
      } else {
        try queue.read { try Self.checkIdentity($0, path: path) }
      }
      try configureDurability()
      if isNew {
        guard let first else { throw JournalError.foreignFile(path: path, reason: "it is empty") }
        try create(with: first())
      } else {
        let version = try queue.read { try Int.fetchOne($0, sql: "PRAGMA user_version") ?? 0 }
        if version < JournalSchema.version {
          migratedFrom = version
          if keepsCopy { try MigrationCopy(path: path).keep(of: queue, progress) }
        }
        try queue.writeWithoutTransaction {
          try Self.renewViews($0)
          try NodeMigration(database: $0).run(progress)
          try PruningTables.complete($0)
        }
      }
    }
  }

  /// Opens an existing file to look at it; nothing is written, not even when it is closed.
  ///
  /// - Returns: nil for a file to which nothing was ever committed.
  /// - Throws: ``JournalError`` as of ``init(path:creating:keepsCopy:progress:)``.
  init?(inspecting path: String) throws {
    self.path = path
    var configuration = Configuration()
    configuration.readonly = true
    configuration.busyMode = .timeout(Self.busySeconds)
    configuration.label = "journal inspection"
    let queue = try Self.translating(path) {
      try DatabaseQueue(path: path, configuration: configuration)
    }
    self.queue = queue
    let isEmpty = try Self.translating(path) {
      try queue.read { database in
        if try Self.isEmpty(database) { return true }
        try Self.checkIdentity(database, path: path)
        return false
      }
    }
    if isEmpty { return nil }
  }

  /// Views hold nothing: a file of an earlier program gets those of this one.
  private static func renewViews(_ database: Database) throws {
    let stored = try String.fetchOne(
      database,
      sql: "SELECT sql FROM sqlite_schema WHERE type = 'view' AND name = 'reading'"
    )
    if stored == JournalSchema.readingView { return }
    try database.inTransaction {
      try database.execute(sql: "DROP VIEW IF EXISTS reading")
      try database.execute(sql: JournalSchema.readingView)
      return .commit
    }
  }

  /// Nothing was ever committed to the file: it is new, or its creation was cut short.
  private static func isEmpty(_ database: Database) throws -> Bool {
    try Int.fetchOne(database, sql: "SELECT count(*) FROM sqlite_schema") == 0
      && Int.fetchOne(database, sql: "PRAGMA application_id") == 0
  }

  static func checkIdentity(_ database: Database, path: String) throws {
    guard
      try Int.fetchOne(database, sql: "PRAGMA application_id") == JournalSchema.applicationID
    else {
      throw JournalError.foreignFile(path: path, reason: "it is another program's database")
    }
    let version = try Int.fetchOne(database, sql: "PRAGMA user_version") ?? 0
    guard version <= JournalSchema.version else {
      throw JournalError.newerSchema(path: path, found: version, known: JournalSchema.version)
    }
  }

  /// Sets what durability depends on after opening, and reads it back: GRDB's own WAL mode would
  /// leave `synchronous` at NORMAL, which loses acknowledged records at a power cut.
  private func configureDurability() throws {
    try queue.writeWithoutTransaction { database in
      try set("journal_mode", to: "wal", in: database)
      try database.execute(sql: "PRAGMA synchronous = FULL")
      try expect("synchronous", is: "2", in: database)
      try set("wal_autocheckpoint", to: "\(JournalSchema.checkpointPages)", in: database)
      try set("journal_size_limit", to: "\(JournalSchema.logBytesLimit)", in: database)
      try database.execute(sql: "PRAGMA cell_size_check = ON")
      // Pruned frames are no secret, and overwriting them would write them once more.
      try database.execute(sql: "PRAGMA secure_delete = OFF")
    }
  }

  private func set(_ name: String, to value: String, in database: Database) throws {
    try database.execute(sql: "PRAGMA \(name) = \(value)")
    try expect(name, is: value, in: database)
  }

  private func expect(_ name: String, is value: String, in database: Database) throws {
    let found = try Row.fetchOne(database, sql: "PRAGMA \(name)")?.first?.1
    let text = found.map { String.fromDatabaseValue($0) ?? "\(Int.fromDatabaseValue($0) ?? -1)" }
    guard text == value else {
      throw JournalError.settingRefused(
        path: path,
        setting: name,
        wanted: value,
        found: text ?? "nothing"
      )
    }
  }

  private func create(with first: RecordBuffer) throws {
    try queue.write { database in
      for statement in JournalSchema.statements { try database.execute(sql: statement) }
      try database.execute(sql: PruningTables.statements)
      try database.execute(sql: "PRAGMA application_id = \(JournalSchema.applicationID)")
      try database.execute(sql: "PRAGMA user_version = \(JournalSchema.version)")
      try database.execute(
        sql: "INSERT INTO head VALUES (1, 0, ?, ?)",
        arguments: [Data(MerkleFrontier().root.bytes), Data()]
      )
      try Self.insert(first, in: database)
    }
  }

  /// Commits all records of the buffer, and the tree that they make, in one transaction.
  ///
  /// When it returns, they are durable. When it throws, that is not known: close, reopen, look.
  ///
  /// The frames of the blocks in `pruning` go in the same transaction.
  func commit(_ buffer: RecordBuffer, pruning: Range<Int>? = nil) throws {
    try Self.translating(path) {
      try queue.write { database in
        try Self.insert(buffer, in: database)
        if let pruning { try PruningTables.prune(pruning, database) }
      }
    }
  }

  /// How many of these records are no frames.
  func storyCount(_ range: ClosedRange<Int>) throws -> Int {
    try look { database in
      try Int.fetchOne(
        database,
        sql: "SELECT count(*) FROM story WHERE seq BETWEEN ? AND ?",
        arguments: [range.lowerBound, range.upperBound]
      ) ?? 0
    }
  }

  /// One look at the file as it is at one moment.
  func look<Result>(_ body: (Database) throws -> Result) throws -> Result {
    try Self.translating(path) { try queue.read(body) }
  }

  private static func insert(_ buffer: RecordBuffer, in database: Database) throws {
    let insertStory = try database.cachedStatement(sql: "INSERT INTO story VALUES (?, ?)")
    try RecordInsert.run(database) { insert in
      try buffer.forEach { item, body in
        try insert.execute(item.seq, body: body, leaf: item.leaf)
        if let type = item.story { try insertStory.execute(arguments: [item.seq, type]) }
      }
    }
    try Self.insert(buffer.nodes, in: database)
    let update = try database.cachedStatement(
      sql: "UPDATE head SET size = ?, root = ?, frontier = ? WHERE id = 1"
    )
    let frontier = buffer.frontier
    try update.execute(
      arguments: [frontier.size, Data(frontier.root.bytes), frontier.concatenated]
    )
  }

  static func insert(_ nodes: [MerkleNode], in database: Database) throws {
    guard !nodes.isEmpty else { return }
    let insert = try database.cachedStatement(sql: "INSERT INTO node VALUES (?, ?, ?)")
    for node in nodes {
      try insert.execute(arguments: [node.level, node.number, Data(node.hash.bytes)])
    }
  }

  /// The tree that the file says it holds, compared with its last record.
  func head() throws -> (frontier: MerkleFrontier, last: StoredRecord) {
    try Self.translating(path) {
      try queue.read { database in
        let row = try Row.fetchOne(database, sql: "SELECT size, root, frontier FROM head")
        guard let row, let frontier = MerkleFrontier(row: row) else {
          throw JournalError.damaged(path: path, reason: "its head row is unreadable")
        }
        let last = try Int.fetchOne(database, sql: "SELECT max(seq) FROM record") ?? 0
        guard last == frontier.size, let record = try Self.record(last, in: database) else {
          throw JournalError.damaged(
            path: path,
            reason: "its head row counts \(frontier.size) records and the last is \(last)"
          )
        }
        guard Digest.leaf(record.body) == record.leaf, frontier.ends(with: record.leaf) else {
          throw JournalError.damaged(path: path, reason: "its last record \(last) was altered")
        }
        return (frontier, record)
      }
    }
  }

  func record(_ seq: Int) throws -> StoredRecord? {
    try Self.translating(path) { try queue.read { try Self.record(seq, in: $0) } }
  }

  static func record(_ seq: Int, in database: Database) throws -> StoredRecord? {
    try Row.fetchOne(
      database.cachedStatement(sql: "SELECT seq, body, leaf FROM record WHERE seq = ?"),
      arguments: [seq]
    ).flatMap { try StoredRecord(row: $0) }
  }

  /// The next records that are not frames.
  func story(after seq: Int, limit: Int) throws -> [StoredRecord] {
    try Self.translating(path) {
      try queue.read { try JournalReader.story(after: seq, limit: limit, in: $0) }
    }
  }

  /// The last record of a type other than frame.
  func latest(_ type: String) throws -> StoredRecord? {
    try Self.translating(path) {
      try queue.read { database in
        try Row.fetchOne(
          database,
          sql: """
            SELECT record.seq, record.body, record.leaf FROM story
            JOIN record ON record.seq = story.seq
            WHERE story.type = ? ORDER BY story.seq DESC LIMIT 1
            """,
          arguments: [type]
        ).flatMap { try StoredRecord(row: $0) }
      }
    }
  }

  /// Shows the bodies of the records from the last one back, until `visit` says that it is enough.
  func visitBackwards(_ visit: (_ body: [UInt8]) throws -> Bool) throws {
    try Self.translating(path) {
      try queue.read { database in
        let rows = try Row.fetchCursor(database, sql: "SELECT body FROM record ORDER BY seq DESC")
        while let row = try rows.next() {
          let body = try row.withUnsafeData(atIndex: 0) { $0.map { Array($0) } ?? [] }
          if try !visit(body) { return }
        }
      }
    }
  }

  /// Leaf hashes of records `seq + 1` …, at most `limit`.
  func leaves(after seq: Int, limit: Int) throws -> [Digest] {
    try Self.translating(path) {
      try queue.read { try JournalReader.leaves(after: seq, limit: limit, in: $0) }
    }
  }

  func cursor(of uplink: String) throws -> MerkleFrontier? {
    try Self.translating(path) {
      try queue.read { database in
        try Row.fetchOne(
          database,
          sql: "SELECT size, root, frontier FROM cursor WHERE uplink = ?",
          arguments: [uplink]
        ).flatMap { MerkleFrontier(row: $0) }
      }
    }
  }

  func setCursor(_ frontier: MerkleFrontier, of uplink: String) throws {
    try Self.translating(path) {
      try queue.write { database in
        try database.execute(
          sql: "INSERT OR REPLACE INTO cursor VALUES (?, ?, ?, ?)",
          arguments: [uplink, frontier.size, Data(frontier.root.bytes), frontier.concatenated]
        )
      }
    }
  }

  /// Moves the whole log into the database file and syncs both.
  func checkpoint() throws {
    try Self.translating(path) {
      let isBusy = try queue.writeWithoutTransaction { database in
        try Int.fetchOne(database, sql: "PRAGMA wal_checkpoint(TRUNCATE)") != 0
      }
      if isBusy { throw JournalError.storage(path: path, reason: "a reader holds the log") }
    }
  }

  /// Moves the log into the database file and begins it anew, as soon as whoever reads it now is done.
  ///
  /// - Returns: Whether that came to pass in the time.
  func renewLog(within milliseconds: Int) throws -> Bool {
    try Self.translating(path) {
      try queue.writeWithoutTransaction { database in
        try database.execute(sql: "PRAGMA busy_timeout = \(milliseconds)")
        let isBusy = try Int.fetchOne(database, sql: "PRAGMA wal_checkpoint(TRUNCATE)") != 0
        try database.execute(sql: "PRAGMA busy_timeout = \(Int(Self.busySeconds * 1_000))")
        return !isBusy
      }
    }
  }

  /// Runs `body` on the connection, outside a transaction.
  func onConnection<Result>(_ body: (Database) throws -> Result) throws -> Result {
    try Self.translating(path) { try queue.writeWithoutTransaction(body) }
  }

  func close() throws { try Self.translating(path) { try queue.close() } }

  /// Runs `body`, and turns SQLite's errors into the journal's.
  static func translating<Result>(_ path: String, _ body: () throws -> Result) throws -> Result {
    do {
      return try body()
    } catch let error as MissingHash {
      throw JournalError.damaged(path: path, reason: error.description)
    } catch let error as DatabaseError {
      let reason = error.message ?? "\(error.resultCode)"
      switch error.resultCode {
      case .SQLITE_NOTADB: throw JournalError.foreignFile(path: path, reason: reason)
      case .SQLITE_CORRUPT: throw JournalError.damaged(path: path, reason: reason)
      case .SQLITE_CANTOPEN, .SQLITE_READONLY, .SQLITE_PERM, .SQLITE_AUTH:
        throw JournalError.cannotOpen(path: path, reason: reason)
      default: throw JournalError.storage(path: path, reason: reason)
      }
    }
  }
}
