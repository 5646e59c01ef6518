/// The right edge of a journal's Merkle tree: all that is needed to append and to know the root.
///
/// One hash for each complete subtree, largest first, as in RFC 9162, 2.1.2; a tree of n leaves
/// needs as many as n has bits set, so appending is O(log n) and nothing is rebuilt at start.
package struct MerkleFrontier: Sendable, Hashable, Codable {
  /// Leaves in the tree; the sequence number of the last record.
  package private(set) var size: Int

  /// Roots of the complete subtrees, largest first.
  package private(set) var hashes: [Digest]

  /// The tree without leaves.
  package init() {
    size = 0
    hashes = []
  }

  /// - Returns: nil unless there is one hash for each bit set in `size`.
  package init?(size: Int, hashes: [Digest]) {
    guard size >= 0, hashes.count == size.nonzeroBitCount else { return nil }
    self.size = size
    self.hashes = hashes
  }

  /// Appends one leaf hash.
  package mutating func append(_ leaf: Digest) { append(leaf) { _, _ in } }

  /// Appends one leaf hash, and shows every inner node that it completes with the node's level: 1 for
  /// the parent of two leaves.
  package mutating func append(_ leaf: Digest, completed: (_ level: Int, _ node: Digest) -> Void) {
    var node = leaf
    for level in 0..<(~size).trailingZeroBitCount {
      node = .node(hashes.removeLast(), node)
      completed(level + 1, node)
    }
    hashes.append(node)
    size += 1
  }

  /// The root hash of the tree (RFC 9162, 2.1.1); of no leaves, the hash of nothing.
  package var root: Digest {
    guard var root = hashes.last else { return .sha256([]) }
    for left in hashes.dropLast().reversed() { root = .node(left, root) }
    return root
  }
}
