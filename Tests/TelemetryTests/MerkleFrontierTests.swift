import Foundation
import Telemetry
import TestSupport
import Testing

@Suite("Merkle tree")
struct MerkleFrontierTests {
  private struct Vectors: Decodable {
    let leafInputs: [String]
    let leafHashes: [String]
    let roots: [String]

    private enum CodingKeys: String, CodingKey {
      case leafInputs = "leaf_inputs_hex"
      case leafHashes = "leaf_hashes_hex"
      case roots = "root_hashes_hex_by_size"
    }
  }

  private let vectors: Vectors

  init() throws {
    let file = Repository.root.appending(path: "Tests/TelemetryTests/Vectors/rfc6962-tree.json")
    vectors = try JSONDecoder().decode(Vectors.self, from: Data(contentsOf: file))
  }

  private func bytes(_ hexadecimal: String) -> [UInt8] {
    let digits = Array(hexadecimal)
    return stride(from: 0, to: digits.count, by: 2).compactMap {
      UInt8(String(digits[$0...($0 + 1)]), radix: 16)
    }
  }

  @Test("Leaf hashes are those of the published vectors")
  func leaves() {
    #expect(vectors.leafInputs.count == 8)
    for (input, hash) in zip(vectors.leafInputs, vectors.leafHashes) {
      #expect(Digest.leaf(bytes(input)).description == hash)
    }
  }

  @Test("The root of every size is that of the published vectors")
  func roots() {
    var frontier = MerkleFrontier()
    #expect(frontier.root.description == vectors.roots[0])
    for (index, input) in vectors.leafInputs.enumerated() {
      frontier.append(.leaf(bytes(input)))
      #expect(frontier.root.description == vectors.roots[index + 1])
    }
  }

  /// RFC 9162, 2.1.1, as it is written: split at the largest power of two below the size.
  private func definition(_ leaves: ArraySlice<Digest>) -> Digest {
    if leaves.count == 1, let leaf = leaves.first { return leaf }
    var split = 1
    while split * 2 < leaves.count { split *= 2 }
    let middle = leaves.startIndex + split
    return .node(definition(leaves[..<middle]), definition(leaves[middle...]))
  }

  @Test("Appending gives the root that the definition gives, up to 130 leaves")
  func againstDefinition() {
    var frontier = MerkleFrontier()
    var leaves: [Digest] = []
    for number in 0..<130 {
      let leaf = Digest.leaf(Array("\(number)".utf8))
      leaves.append(leaf)
      frontier.append(leaf)
      #expect(frontier.root == definition(leaves[...]))
      #expect(frontier.hashes.count == frontier.size.nonzeroBitCount)
    }
  }

  @Test("A stored edge goes on where it stopped")
  func restored() throws {
    var frontier = MerkleFrontier()
    for number in 0..<77 { frontier.append(.leaf([UInt8(number)])) }
    var restored = try #require(MerkleFrontier(size: 77, hashes: frontier.hashes))
    restored.append(.leaf([77]))
    frontier.append(.leaf([77]))
    #expect(restored == frontier)
  }

  @Test("An edge with the wrong number of hashes is refused")
  func contradiction() {
    #expect(MerkleFrontier(size: 3, hashes: [.sha256([])]) == nil)
    #expect(MerkleFrontier(size: -1, hashes: []) == nil)
  }

  @Test("A digest reads back from its digits, and from nothing else")
  func digits() {
    let digest = Digest.sha256(Array("abc".utf8))
    let text = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    #expect(digest.description == text)
    #expect(Digest(text) == digest)
    #expect(Digest(bytes: digest.bytes) == digest)
    for wrong in [String(text.dropLast()), text.uppercased(), text + "0", "+" + text.dropFirst()] {
      #expect(Digest(wrong) == nil)
    }
    #expect(Digest(bytes: [1, 2, 3]) == nil)
  }
}
