internal import FoundationEssentials
internal import GRDB
package import Telemetry

/// What stays of frames that are pruned: the root of every 256 records, so that the journal's tree
/// can be proved as before, and their hashes where some of them stay.
enum PruningTables {
  /// Records that are pruned at a time: a complete subtree of 2⁸.
  static let block = 256

  /// Adds what files of earlier programs lack.
  static func complete(_ database: Database) throws {
    if try database.tableExists("pruned") { return }
    try database.inTransaction {
      try database.execute(sql: statements)
      return .commit
    }
  }

  /// The table, and a trigger in the place of the one that let nothing be deleted.
  static let statements = """
    CREATE TABLE pruned(         -- blocks of 256 records whose frames are gone
      number INTEGER PRIMARY KEY,  -- 0, 1, 2 ... without holes: records number * 256 + 1 and on
      root BLOB NOT NULL,          -- of the subtree of its records
      leaves BLOB                  -- hashes of all its records, where some of them are still there
    ) STRICT;
    DROP TRIGGER IF EXISTS record_is_final_delete;
    CREATE TRIGGER record_is_final_delete BEFORE DELETE ON record
    WHEN NOT EXISTS (SELECT 1 FROM pruned WHERE number = (OLD.seq - 1) / 256)
      OR EXISTS (SELECT 1 FROM story WHERE story.seq = OLD.seq)
    BEGIN SELECT RAISE(ABORT, 'only frames are deleted, and only by pruning'); END;
    """

  /// How many records, from the first, were pruned of their frames.
  static func size(_ database: Database) throws -> Int {
    guard try database.tableExists("pruned") else { return 0 }
    return try Int.fetchOne(database, sql: "SELECT max(number) + 1 FROM pruned").map { $0 * block }
      ?? 0
  }

  /// Takes the frames of whole blocks out, within a transaction.
  static func prune(_ blocks: Range<Int>, _ database: Database) throws {
    for number in blocks { try keepHashes(of: number, database) }
    let (first, last) = (blocks.lowerBound * block, blocks.upperBound * block)
    try database.execute(
      sql: """
        DELETE FROM record WHERE seq > ?1 AND seq <= ?2
          AND seq NOT IN (SELECT seq FROM story WHERE seq > ?1 AND seq <= ?2)
        """,
      arguments: [first, last]
    )
  }

  private static func keepHashes(of number: Int, _ database: Database) throws {
    let first = number * block
    let leaves = try JournalReader.leaves(after: first, limit: block, in: database)
    var tree = MerkleFrontier()
    for leaf in leaves { tree.append(leaf) }
    guard tree.size == block, let root = tree.hashes.first else {
      throw DatabaseError(
        resultCode: .SQLITE_CORRUPT,
        message: "records after \(first) are missing"
      )
    }
    let stays = try Bool.fetchOne(
      database,
      sql: "SELECT EXISTS (SELECT 1 FROM story WHERE seq > ? AND seq <= ?)",
      arguments: [first, first + block]
    )
    let kept = stays == true ? leaves.reduce(into: Data()) { $0.append(contentsOf: $1.bytes) } : nil
    try database.execute(
      sql: "INSERT INTO pruned VALUES (?, ?, ?)",
      arguments: [number, Data(root.bytes), kept]
    )
  }

  /// The tree over the records up to `size`, or up to where pruning ends when that is before it.
  ///
  /// - Returns: nil where the hashes that it takes are gone: within a block of frames alone.
  static func frontier(upTo size: Int, _ database: Database) throws -> MerkleFrontier? {
    let whole = min(size, try self.size(database)) / block
    var blocks = MerkleFrontier()
    if whole > 0 {
      let rows = try Row.fetchCursor(
        database,
        sql: "SELECT root FROM pruned WHERE number < ? ORDER BY number",
        arguments: [whole]
      )
      while let row = try rows.next() {
        guard let root = try row.withUnsafeData(atIndex: 0, { $0.flatMap { Digest(bytes: $0) } })
        else { throw DatabaseError(resultCode: .SQLITE_CORRUPT) }
        blocks.append(root)
      }
    }
    // A tree of 256 n leaves has the shape of one of n.
    var frontier = MerkleFrontier(size: whole * block, hashes: blocks.hashes)
    let rest = size - whole * block
    guard rest > 0, try self.size(database) > size else { return frontier }
    let sql = "SELECT leaves FROM pruned WHERE number = ?"
    guard let leaves = try Data.fetchOne(database, sql: sql, arguments: [whole]) else { return nil }
    for start in stride(from: 0, to: rest * 32, by: 32) {
      guard let leaf = Digest(bytes: leaves.dropFirst(start).prefix(32)) else { return nil }
      frontier?.append(leaf)
    }
    return frontier
  }

  /// Leaf hashes of pruned records, counted from 0: those of the range up to the first that is gone, or
  /// that is not pruned.
  static func leaves(_ range: Range<Int>, _ database: Database) throws -> [Digest] {
    let end = min(range.upperBound, try size(database))
    var found: [Digest] = []
    var index = range.lowerBound
    while index < end {
      let sql = "SELECT leaves FROM pruned WHERE number = ?"
      guard let hashes = try Data.fetchOne(database, sql: sql, arguments: [index / block]) else {
        return found
      }
      repeat {
        guard let leaf = Digest(bytes: hashes.dropFirst(index % block * 32).prefix(32)) else {
          return found
        }
        found.append(leaf)
        index += 1
      } while index < end && !index.isMultiple(of: block)
    }
    return found
  }

  /// Bytes of the file that hold something, and of those that will.
  static func pages(_ database: Database) throws -> (used: Int, free: Int) {
    let pages = try Int.fetchOne(database, sql: "PRAGMA page_count") ?? 0
    let free = try Int.fetchOne(database, sql: "PRAGMA freelist_count") ?? 0
    let size = try Int.fetchOne(database, sql: "PRAGMA page_size") ?? 0
    return ((pages - free) * size, free * size)
  }
}

extension JournalReader {
  /// How many records, from the first, were pruned of their frames.
  package func prunedSize() throws -> Int { try look { try PruningTables.size($0) } }

  /// The tree over the records up to `size`, or up to where pruning ends when that is before it.
  ///
  /// - Returns: nil where its hashes are gone.
  package func prunedFrontier(upTo size: Int) throws -> MerkleFrontier? {
    try look { try PruningTables.frontier(upTo: size, $0) }
  }
}
