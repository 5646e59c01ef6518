internal import FoundationEssentials
internal import GRDB
internal import MerkleLog
internal import Telemetry

/// Checks what is left of records whose frames were pruned: that each of them has its place in the
/// tree, and that the tree is the one that was stored before.
struct PrunedCheck {
  let database: Database

  /// - Throws: `AuditFinding` for the first thing that is wrong.
  func run() throws {
    let rows = try Row.fetchCursor(
      database,
      sql: """
        SELECT pruned.number, pruned.root, pruned.leaves, node.hash FROM pruned
        LEFT JOIN node ON node.level = \(MerkleNode.stride) AND node.number = pruned.number
        ORDER BY pruned.number
        """
    )
    while let row = try rows.next() {
      let (number, root, node): (Int, Data, Data?) = (row[0], row[1], row[3])
      let first = number * PruningTables.block + 1
      guard node == root else {
        throw AuditFinding(
          first,
          "the hash that was kept of it and the 255 records after it, whose frames were pruned, is "
            + "not that of the tree"
        )
      }
      try check(first, root: root, leaves: row[2])
    }
  }

  private func check(_ first: Int, root: Data, leaves: Data?) throws {
    let hashes = stride(from: 0, to: leaves?.count ?? 0, by: 32).compactMap { start in
      leaves.flatMap { Digest(bytes: $0.dropFirst(start).prefix(32)) }
    }
    var tree = MerkleFrontier()
    for hash in hashes { tree.append(hash) }
    guard hashes.isEmpty || Data(tree.root.bytes) == root else {
      throw AuditFinding(
        first,
        "the hashes that were kept of its block do not make the block's root"
      )
    }
    let kept = try Row.fetchCursor(
      database,
      sql: "SELECT seq, body, leaf FROM record WHERE seq >= ? AND seq < ? ORDER BY seq",
      arguments: [first, first + PruningTables.block]
    )
    while let row = try kept.next() {
      guard let record = try StoredRecord(row: row), hashes.count == PruningTables.block,
        hashes[record.seq - first] == record.leaf, Digest.leaf(record.body) == record.leaf
      else {
        let seq: Int = row[0]
        throw AuditFinding(seq, "its bytes are not those that were recorded: the hash differs")
      }
    }
  }
}
