internal import FoundationEssentials
internal import GRDB
internal import MerkleLog
internal import Telemetry

/// The hashes of one journal in the hub's file, within one look at it.
struct HubNodes: MerkleStore {
  let db: Database
  let journal: Int64

  func leaves(_ range: Range<Int>) throws -> [Digest] {
    try hashes(
      "SELECT leaf FROM record WHERE position >= ? AND position < ? ORDER BY position",
      [
        Schema.position(journal: journal, seq: range.lowerBound + 1),
        Schema.position(journal: journal, seq: range.upperBound + 1),
      ]
    )
  }

  func nodes(level: Int, _ range: Range<Int>) throws -> [Digest] {
    try hashes(
      """
      SELECT hash FROM node WHERE journal = ? AND level = ? AND number >= ? AND number < ?
      ORDER BY number
      """,
      [journal, level, range.lowerBound, range.upperBound]
    )
  }

  private func hashes(_ sql: String, _ arguments: StatementArguments) throws -> [Digest] {
    let rows = try Data.fetchAll(db.cachedStatement(sql: sql), arguments: arguments)
    let hashes = rows.compactMap { Digest(bytes: $0) }
    guard hashes.count == rows.count else { throw HubStoreError.damaged("a hash has no 32 bytes") }
    return hashes
  }

  static func insert(_ node: MerkleNode, journal: Int64, _ db: Database) throws {
    try db.cachedStatement(sql: "INSERT INTO node VALUES (?, ?, ?, ?)")
      .execute(arguments: [journal, node.level, node.number, Data(node.hash.bytes)])
  }

  /// Nodes in one transaction.
  private static let chunk = 1_024

  /// Computes the nodes of journals that an earlier hub took, once; a start that was cut short goes
  /// on where it was.
  static func complete(_ db: Database) throws {
    for row in try Row.fetchAll(db, sql: "SELECT id, size FROM journal") {
      let journal: Int64 = row[0]
      let total = MerkleNode.count(level: MerkleNode.stride, size: row[1])
      let sql = "SELECT max(number) FROM node WHERE journal = ? AND level = ?"
      let last = try Int.fetchOne(db, sql: sql, arguments: [journal, MerkleNode.stride])
      var next = last.map { $0 + 1 } ?? 0
      while next < total {
        let end = min(next + chunk, total)
        try db.inTransaction {
          let store = HubNodes(db: db, journal: journal)
          for number in next..<end {
            try store.complete(number) { try insert($0, journal: journal, db) }
          }
          return .commit
        }
        next = end
      }
    }
  }
}
