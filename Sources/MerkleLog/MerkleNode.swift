package import Telemetry

/// The hash of a complete subtree whose number of leaves is a power of 256.
///
/// These nodes are all that is stored beside the leaves: every other node is made of at most 255
/// hashes below it, so a proof reads one run of hashes for each factor of 256 in the log's size, and
/// 256 records cost one row more.
package struct MerkleNode: Sendable, Hashable {
  /// Levels of the tree between two that are stored: 2⁸ hashes make one node.
  package static let stride = 8

  /// 8, 16, 24 …: the subtree has 2^level leaves.
  package let level: Int

  /// Its place among the subtrees of its level, from 0.
  package let number: Int
  package let hash: Digest

  package init(level: Int, number: Int, hash: Digest) {
    self.level = level
    self.number = number
    self.hash = hash
  }

  /// The sequence number of the last record below it.
  package var lastSeq: Int { (number + 1) << level }

  /// How many nodes of a level a log of `size` records has.
  package static func count(level: Int, size: Int) -> Int { size >> level }
}

extension MerkleFrontier {
  /// Appends one leaf hash, and shows the nodes to store that it completes.
  package mutating func append(_ leaf: Digest, storing store: (MerkleNode) -> Void) {
    let size = self.size + 1
    append(leaf) { level, hash in
      guard level.isMultiple(of: MerkleNode.stride) else { return }
      store(MerkleNode(level: level, number: (size >> level) - 1, hash: hash))
    }
  }
}
