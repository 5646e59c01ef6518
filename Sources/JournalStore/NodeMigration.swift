internal import FoundationEssentials
internal import GRDB
internal import MerkleLog
package import Telemetry

/// Brings a journal of schema version 1 to version 2: computes the nodes of its tree once.
///
/// Each transaction adds a run of nodes, from the left; a start that was cut short goes on with the
/// first that is missing. Records are not touched, and an earlier program can still open the file
/// until the last transaction, which sets the version.
struct NodeMigration {
  let database: Database

  /// Nodes of the lowest level in one transaction.
  private static let chunk = 256

  /// - Throws: `DatabaseError`; of `SQLITE_CORRUPT` when the nodes do not yield the journal's root.
  func run(_ progress: (JournalMigrationStep) -> Void) throws {
    guard try Int.fetchOne(database, sql: "PRAGMA user_version") == 1 else { return }
    try database.execute(sql: JournalSchema.nodeTable)
    let size = try Int.fetchOne(database, sql: "SELECT size FROM head") ?? 0
    let total = MerkleNode.count(level: MerkleNode.stride, size: size)
    let sql = "SELECT max(number) FROM node WHERE level = ?"
    var next =
      try Int.fetchOne(database, sql: sql, arguments: [MerkleNode.stride]).map { $0 + 1 } ?? 0
    while next < total {
      let end = min(next + Self.chunk, total)
      progress(.records(done: next << MerkleNode.stride, of: size))
      try database.inTransaction {
        let store = JournalNodes(database: database)
        for number in next..<end {
          try store.complete(number) { try JournalFile.insert([$0], in: database) }
        }
        return .commit
      }
      next = end
    }
    try finish(size: size)
  }

  private func finish(size: Int) throws {
    let root = try Data.fetchOne(database, sql: "SELECT root FROM head")
    var tree = MerkleTree(size: size, in: JournalNodes(database: database))
    guard try tree.root().bytes == root.map({ Array($0) }) else {
      throw DatabaseError(
        resultCode: .SQLITE_CORRUPT,
        message: "the hashes of its \(size) records do not make the root of its head row"
      )
    }
    try database.inTransaction {
      try database.execute(sql: "PRAGMA user_version = \(JournalSchema.version)")
      return .commit
    }
  }
}

/// The hashes in a journal's file, within one look at it.
struct JournalNodes: MerkleStore {
  let database: Database

  func leaves(_ range: Range<Int>) throws -> [Digest] {
    let kept = try PruningTables.leaves(range, database)
    let rest = range.dropFirst(kept.count)
    // Where a hash is gone, so is what comes after it, as far as this reader is concerned.
    let pruned = try PruningTables.size(database)
    if rest.isEmpty || rest.lowerBound < pruned { return kept }
    let leaves = try JournalReader.leaves(
      after: rest.lowerBound,
      limit: rest.count,
      in: database
    )
    return kept + leaves
  }

  func nodes(level: Int, _ range: Range<Int>) throws -> [Digest] {
    let rows = try Row.fetchCursor(
      database.cachedStatement(
        sql: "SELECT hash FROM node WHERE level = ? AND number >= ? AND number < ? ORDER BY number"
      ),
      arguments: [level, range.lowerBound, range.upperBound]
    )
    var hashes: [Digest] = []
    while let row = try rows.next() {
      guard let hash = try row.withUnsafeData(atIndex: 0, { $0.flatMap { Digest(bytes: $0) } })
      else { throw DatabaseError(resultCode: .SQLITE_CORRUPT) }
      hashes.append(hash)
    }
    return hashes
  }
}

extension JournalReader: MerkleStore {
  /// Leaf hashes of committed records, counted from 0.
  package func leaves(_ range: Range<Int>) throws -> [Digest] {
    try look { try JournalNodes(database: $0).leaves(range) }
  }

  /// Stored nodes of the tree.
  package func nodes(level: Int, _ range: Range<Int>) throws -> [Digest] {
    try look { try JournalNodes(database: $0).nodes(level: level, range) }
  }
}
