package import Telemetry

/// Where the hashes of a log lie.
package protocol MerkleStore {
  /// The leaf hashes of records `range`, counted from 0; all of them, in order.
  func leaves(_ range: Range<Int>) throws -> [Digest]

  /// The stored nodes of a level, counted from 0; all of them, in order.
  func nodes(level: Int, _ range: Range<Int>) throws -> [Digest]
}

extension MerkleStore {
  /// Computes a node of the lowest level that is stored, of a log that was begun without nodes, and
  /// those above it that it completes.
  ///
  /// - Parameters:
  ///   - number: The node's; all before it are stored.
  ///   - insert: Stores a node, so that the next can be made of it.
  /// - Throws: ``MissingHash``, or what the store throws.
  package func complete(_ number: Int, insert: (MerkleNode) throws -> Void) throws {
    var level = MerkleNode.stride
    var number = number
    while true {
      let below = level - MerkleNode.stride
      let range = number << MerkleNode.stride..<(number + 1) << MerkleNode.stride
      let hashes = try below == 0 ? leaves(range) : nodes(level: below, range)
      guard hashes.count == range.count else {
        throw MissingHash(level: below, number: range.lowerBound + hashes.count)
      }
      var frontier = MerkleFrontier()
      for hash in hashes { frontier.append(hash) }
      try insert(MerkleNode(level: level, number: number, hash: frontier.root))
      guard (number + 1).isMultiple(of: 1 << MerkleNode.stride) else { return }
      level += MerkleNode.stride
      number >>= MerkleNode.stride
    }
  }
}

/// A log does not hold a hash that a log of its size must hold.
package struct MissingHash: Error, Sendable, Hashable, CustomStringConvertible {
  /// 0 for the leaf hashes of records.
  package let level: Int
  package let number: Int

  package init(level: Int, number: Int) {
    self.level = level
    self.number = number
  }

  package var description: String {
    level == 0
      ? "the hash of record \(number + 1) is missing"
      : "the tree's node \(number) of level \(level) is missing"
  }
}

/// The tree over the first records of a log, read as far as a proof needs it (RFC 9162, 2.1).
///
/// A proof in a log of n records reads one run of at most 256 hashes for each factor of 256 in n, and
/// none that is still in memory from the proof before.
package struct MerkleTree<Store: MerkleStore> {
  /// Records in the tree.
  package let size: Int
  private let store: Store

  private struct Place: Hashable {
    let level: Int
    let number: Int
  }

  private var tiles: [Place: MerkleTile] = [:]

  /// Tiles in memory at once, 16 KiB each.
  private static var tilesLimit: Int { 64 }

  package init(size: Int, in store: Store) {
    self.size = size
    self.store = store
  }

  /// The root hash.
  package mutating func root() throws -> Digest {
    size == 0 ? MerkleFrontier().root : try hash(of: 0..<size)
  }

  /// The tree's right edge, by which a log goes on.
  package mutating func frontier() throws -> MerkleFrontier {
    var hashes: [Digest] = []
    var start = 0
    while start < size {
      let level = Self.level(of: start..<size)
      hashes.append(try node(level: level, number: start >> level))
      start += 1 << level
    }
    guard let frontier = MerkleFrontier(size: size, hashes: hashes) else {
      preconditionFailure("one hash for each bit of the size")
    }
    return frontier
  }

  /// The proof that a record, counted from 0, is in the tree (RFC 9162, 2.1.3.1).
  ///
  /// - Throws: ``MissingHash``, or what the store throws.
  package mutating func inclusion(of index: Int) throws -> InclusionProof {
    precondition((0..<size).contains(index))
    var hashes: [Digest] = []
    var range = 0..<size
    while range.count > 1 {
      let middle = Self.middle(of: range)
      if index < middle {
        hashes.append(try hash(of: middle..<range.upperBound))
        range = range.lowerBound..<middle
      } else {
        hashes.append(try hash(of: range.lowerBound..<middle))
        range = middle..<range.upperBound
      }
    }
    return InclusionProof(index: index, size: size, hashes: hashes.reversed())
  }

  /// The proof that the tree extends its first `old` records (RFC 9162, 2.1.4.1).
  ///
  /// - Throws: ``MissingHash``, or what the store throws.
  package mutating func consistency(from old: Int) throws -> ConsistencyProof {
    precondition((0...size).contains(old))
    guard old > 0, old < size else {
      return ConsistencyProof(oldSize: old, newSize: size, hashes: [])
    }
    var hashes: [Digest] = []
    var range = 0..<size
    while range.upperBound != old {
      let middle = Self.middle(of: range)
      if old <= middle {
        hashes.append(try hash(of: middle..<range.upperBound))
        range = range.lowerBound..<middle
      } else {
        hashes.append(try hash(of: range.lowerBound..<middle))
        range = middle..<range.upperBound
      }
    }
    // The old tree's own root is known to whoever asks.
    if range.lowerBound > 0 { hashes.append(try hash(of: range)) }
    return ConsistencyProof(oldSize: old, newSize: size, hashes: hashes.reversed())
  }

  /// Where the left half ends: after the largest power of two below the count.
  private static func middle(of range: Range<Int>) -> Int {
    range.lowerBound + 1 << (Int.bitWidth - 1 - (range.count - 1).leadingZeroBitCount)
  }

  /// The largest complete subtree that begins with the range and lies in it.
  private static func level(of range: Range<Int>) -> Int {
    Int.bitWidth - 1 - range.count.leadingZeroBitCount
  }

  /// The hash of a subtree that begins where one of its size may.
  private mutating func hash(of range: Range<Int>) throws -> Digest {
    let level = Self.level(of: range)
    let left = try node(level: level, number: range.lowerBound >> level)
    let rest = (range.lowerBound + 1 << level)..<range.upperBound
    return rest.isEmpty ? left : .node(left, try hash(of: rest))
  }

  private mutating func node(level: Int, number: Int) throws -> Digest {
    let base = level - level % MerkleNode.stride
    let height = level - base
    let perTile = 1 << (MerkleNode.stride - height)
    let tile = try self.tile(Place(level: base, number: number / perTile))
    guard let node = tile.node(height: height, index: number % perTile) else {
      throw MissingHash(level: base, number: number << height)
    }
    return node
  }

  private mutating func tile(_ place: Place) throws -> MerkleTile {
    if let tile = tiles[place] { return tile }
    let first = place.number << MerkleNode.stride
    let count = MerkleNode.count(level: place.level, size: size)
    let range = first..<max(first, min(first + 1 << MerkleNode.stride, count))
    let hashes =
      try place.level == 0 ? store.leaves(range) : store.nodes(level: place.level, range)
    guard hashes.count == range.count else {
      throw MissingHash(level: place.level, number: first + hashes.count)
    }
    let tile = MerkleTile(hashes)
    if tiles.count >= Self.tilesLimit { tiles.removeAll(keepingCapacity: true) }
    tiles[place] = tile
    return tile
  }
}
