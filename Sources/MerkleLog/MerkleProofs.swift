package import Telemetry

/// The proof that a record is in a log of some size (RFC 9162, 2.1.3).
package struct InclusionProof: Sendable, Hashable {
  /// The record, counted from 0: its sequence number less one.
  package let index: Int

  /// Records in the log.
  package let size: Int

  /// The hashes beside its way to the root, the lowest first.
  package let hashes: [Digest]

  package init(index: Int, size: Int, hashes: [Digest]) {
    self.index = index
    self.size = size
    self.hashes = hashes
  }

  /// The root that the log has when this leaf is in it (RFC 9162, 2.1.3.2).
  ///
  /// - Returns: nil when there are too few or too many hashes, or no such place.
  package func root(with leaf: Digest) -> Digest? {
    guard index >= 0, index < size else { return nil }
    var ascent = Ascent(number: index, last: size - 1)
    var root = leaf
    for hash in hashes {
      if ascent.isAtRoot { return nil }
      root = ascent.step() == .left ? .node(hash, root) : .node(root, hash)
    }
    return ascent.isAtRoot ? root : nil
  }

  /// Whether it proves that `leaf` is in the log with this root.
  package func proves(_ leaf: Digest, root: Digest) -> Bool { self.root(with: leaf) == root }
}

/// The proof that a log only grew between two sizes (RFC 9162, 2.1.4).
package struct ConsistencyProof: Sendable, Hashable {
  package let oldSize: Int
  package let newSize: Int

  /// Empty when the old log is empty or the sizes are equal.
  package let hashes: [Digest]

  package init(oldSize: Int, newSize: Int, hashes: [Digest]) {
    self.oldSize = oldSize
    self.newSize = newSize
    self.hashes = hashes
  }

  /// Whether it proves that the log with the new root extends the one with the old root (RFC 9162,
  /// 2.1.4.2).
  package func proves(old: Digest, new: Digest) -> Bool {
    guard oldSize >= 0, oldSize <= newSize else { return false }
    if oldSize == 0 { return hashes.isEmpty && old == MerkleFrontier().root }
    if oldSize == newSize { return hashes.isEmpty && old == new }
    var path = hashes
    // The old tree is complete: its root is itself a node of the new one.
    if oldSize.nonzeroBitCount == 1 { path.insert(old, at: 0) }
    guard let first = path.first else { return false }
    let complete = (~(oldSize - 1)).trailingZeroBitCount
    var ascent = Ascent(number: (oldSize - 1) >> complete, last: (newSize - 1) >> complete)
    var oldRoot = first
    var newRoot = first
    for hash in path.dropFirst() {
      if ascent.isAtRoot { return false }
      switch ascent.step() {
      case .left:
        oldRoot = .node(hash, oldRoot)
        newRoot = .node(hash, newRoot)
      case .right: newRoot = .node(newRoot, hash)
      }
    }
    return ascent.isAtRoot && oldRoot == old && newRoot == new
  }
}

/// The way from a node to the root, level by level (RFC 9162, 2.1.3.2 and 2.1.4.2).
private struct Ascent {
  enum Side { case left, right }

  /// The node's number in its level, and that of the level's last one.
  var number: Int
  var last: Int

  var isAtRoot: Bool { last == 0 }

  /// Goes on to the next node that has a sibling, and from there to their parent.
  ///
  /// - Returns: On which side the sibling stands.
  mutating func step() -> Side {
    let side: Side = !number.isMultiple(of: 2) || number == last ? .left : .right
    if side == .left { while number.isMultiple(of: 2), number != 0 { rise() } }
    rise()
    return side
  }

  private mutating func rise() {
    number >>= 1
    last >>= 1
  }
}
