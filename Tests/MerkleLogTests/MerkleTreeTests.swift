import MerkleLog
import Telemetry
import Testing

/// A log in memory, with the nodes that a journal stores.
struct MemoryLog: MerkleStore {
  private(set) var leaves: [Digest] = []
  private(set) var nodes: [Int: [Digest]] = [:]
  private(set) var frontier = MerkleFrontier()

  /// The root of every size.
  private(set) var roots = [MerkleFrontier().root]

  init(_ leaves: [Digest]) { for leaf in leaves { append(leaf) } }

  init(size: Int) { self.init((0..<size).map { .leaf(Array("record \($0)".utf8)) }) }

  mutating func append(_ leaf: Digest) {
    leaves.append(leaf)
    frontier.append(leaf) { node in
      #expect(nodes[node.level, default: []].count == node.number)
      nodes[node.level, default: []].append(node.hash)
    }
    roots.append(frontier.root)
  }

  func leaves(_ range: Range<Int>) -> [Digest] { Array(leaves[range.clamped(to: leaves.indices)]) }

  func nodes(level: Int, _ range: Range<Int>) -> [Digest] {
    let all = nodes[level] ?? []
    return Array(all[range.clamped(to: all.indices)])
  }
}

@Suite("Proofs")
struct MerkleTreeTests {
  private static let log = MemoryLog(size: 70_000)

  /// Sizes around those where a level begins or ends.
  private static let sizes = [
    1, 2, 3, 255, 256, 257, 511, 512, 513, 4_000, 65_535, 65_536, 65_537, 66_049, 70_000,
  ]

  @Test(
    "A tree of any size has the root and the right edge of a log that grew to it",
    arguments: sizes
  )
  func roots(size: Int) throws {
    var tree = MerkleTree(size: size, in: Self.log)
    #expect(try tree.root() == Self.log.roots[size])
    #expect(try tree.frontier() == MemoryLog(Array(Self.log.leaves[..<size])).frontier)
  }

  @Test(
    "Records at the edges of every level have proofs that hold for them alone",
    arguments: sizes
  )
  func inclusion(size: Int) throws {
    var tree = MerkleTree(size: size, in: Self.log)
    let root = Self.log.roots[size]
    for index in Set(Self.sizes.flatMap { [$0 - 1, $0] }) where index < size {
      let proof = try tree.inclusion(of: index)
      #expect(proof.proves(Self.log.leaves[index], root: root))
      #expect(!proof.proves(Self.log.leaves[(index + 1) % 70_000], root: root))
      let other = InclusionProof(index: index ^ 1, size: size, hashes: proof.hashes)
      #expect(size == 1 || !other.proves(Self.log.leaves[index], root: root))
      let longer = InclusionProof(index: index, size: size, hashes: proof.hashes + [root])
      #expect(!longer.proves(Self.log.leaves[index], root: root))
    }
  }

  @Test("A log proves that it only grew, and not that it grew from another", arguments: sizes)
  func consistency(size: Int) throws {
    var tree = MerkleTree(size: size, in: Self.log)
    for old in Self.sizes where old <= size {
      let proof = try tree.consistency(from: old)
      #expect(proof.proves(old: Self.log.roots[old], new: Self.log.roots[size]))
      #expect(!proof.proves(old: Self.log.roots[old - 1], new: Self.log.roots[size]))
      #expect(!proof.proves(old: Self.log.roots[old], new: Self.log.roots[size - 1]))
    }
  }

  @Test("A proof reads at most one run of hashes for each factor of 256 in the log's size")
  func reads() throws {
    final class Counting: MerkleStore {
      var reads = 0
      func leaves(_ range: Range<Int>) -> [Digest] {
        reads += 1
        #expect(range.count <= 256)
        return MerkleTreeTests.log.leaves(range)
      }
      func nodes(level: Int, _ range: Range<Int>) -> [Digest] {
        reads += 1
        #expect(range.count <= 256)
        return MerkleTreeTests.log.nodes(level: level, range)
      }
    }
    let store = Counting()
    var tree = MerkleTree(size: 70_000, in: store)
    _ = try tree.inclusion(of: 300)
    // The run that the record lies in and the last, of each of three levels.
    #expect(store.reads <= 6)
  }

  @Test("A hash that a log lacks is named, and nothing is proven without it")
  func missing() throws {
    var tree = MerkleTree(size: 70_001, in: Self.log)
    #expect(throws: MissingHash(level: 0, number: 70_000)) { try tree.root() }
  }
}
