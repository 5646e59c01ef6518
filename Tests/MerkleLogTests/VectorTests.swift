import Foundation
import MerkleLog
import Telemetry
import TestSupport
import Testing

/// What others published lies beside the checkout.
enum Shared {
  static let data = Repository.root.deletingLastPathComponent().appending(path: "shared/data")

  static func exists(_ path: String) -> Bool {
    FileManager.default.fileExists(atPath: data.appending(path: path).path)
  }

  static func text(_ path: String) throws -> String {
    try String(contentsOf: data.appending(path: path), encoding: .utf8)
  }
}

@Suite("Published vectors of trees")
struct TreeVectorTests {
  private struct Inclusion: Decodable {
    let leafIdx: UInt64
    let treeSize: UInt64
    let root: Data
    let leafHash: Data
    let proof: [Data]?
    let wantErr: Bool
  }

  @Test(
    "Every published inclusion proof is judged as its publisher says",
    .enabled(if: Shared.exists("rfc6962/inclusion"), "there is no ../shared/data")
  )
  func inclusion() throws {
    let folder = Shared.data.appending(path: "rfc6962/inclusion").path
    let files = try FileManager.default.subpathsOfDirectory(atPath: folder)
      .filter { $0.hasSuffix(".json") }
    #expect(files.count >= 90)
    var accepted = 0
    for file in files {
      let data = try Data(contentsOf: URL(filePath: folder + "/" + file))
      let vector = try JSONDecoder().decode(Inclusion.self, from: data)
      #expect(judge(vector) != vector.wantErr, "\(file)")
      if !vector.wantErr { accepted += 1 }
    }
    #expect(accepted >= 5)
  }

  /// Hashes that are no hashes never become a proof.
  private func judge(_ vector: Inclusion) -> Bool {
    let hashes = (vector.proof ?? []).compactMap { Digest(bytes: $0) }
    guard hashes.count == vector.proof?.count ?? 0, let leaf = Digest(bytes: vector.leafHash),
      let root = Digest(bytes: vector.root), let index = Int(exactly: vector.leafIdx),
      let size = Int(exactly: vector.treeSize)
    else { return false }
    return InclusionProof(index: index, size: size, hashes: hashes).proves(leaf, root: root)
  }

  private struct Tree: Decodable {
    let leaf_inputs_hex: [String]
    let root_hashes_hex_by_size: [String]
  }

  @Test(
    "The published tree has its roots, and proofs of every record and of every growth",
    .enabled(if: Shared.exists("rfc6962/tree-vectors.json"), "there is no ../shared/data")
  )
  func tree() throws {
    let text = try Shared.text("rfc6962/tree-vectors.json")
    let vectors = try JSONDecoder().decode(Tree.self, from: Data(text.utf8))
    let roots = vectors.root_hashes_hex_by_size.compactMap { Digest($0) }
    let log = MemoryLog(vectors.leaf_inputs_hex.map { Digest.leaf(Self.bytes($0)) })
    #expect(roots.count == 9)
    for size in 0...8 {
      var tree = MerkleTree(size: size, in: log)
      #expect(try tree.root() == roots[size])
      for index in 0..<size {
        #expect(try tree.inclusion(of: index).proves(log.leaves[index], root: roots[size]))
      }
      for old in 0...size {
        #expect(try tree.consistency(from: old).proves(old: roots[old], new: roots[size]))
      }
    }
  }

  private static func bytes(_ hexadecimal: String) -> [UInt8] {
    let digits = Array(hexadecimal)
    return stride(from: 0, to: digits.count, by: 2).compactMap {
      UInt8(String(digits[$0...($0 + 1)]), radix: 16)
    }
  }
}

@Suite("Published signed notes")
struct NoteVectorTests {
  private struct Vector: Decodable { let vkey: String }

  @Test(
    "The published note is signed by the published key, and by no other",
    .enabled(if: Shared.exists("c2sp"), "there is no ../shared/data")
  )
  func note() throws {
    let vector = try JSONDecoder()
      .decode(Vector.self, from: Data(Shared.text("c2sp/signed-note-vector.json").utf8))
    let key = try #require(NoteKey(vector.vkey))
    #expect("\(key)" == vector.vkey)
    let text = try Shared.text("c2sp/signed-note-example.txt")
    let note = try #require(SignedNote(encoded: text))
    #expect(note.text == "This is an example message.\n")
    #expect(note.isSigned(by: key))
    #expect(note.encoded == text)
    let other = try #require(NoteSigner(name: key.name, secret: SecretKey())).key
    #expect(!note.isSigned(by: other))
    let altered = text.replacing("example message", with: "exemple message")
    #expect(try #require(SignedNote(encoded: altered)).isSigned(by: key) == false)
  }

  @Test(
    "The published checkpoint is read and written byte for byte",
    .enabled(if: Shared.exists("c2sp"), "there is no ../shared/data")
  )
  func checkpoint() throws {
    let text = try Shared.text("c2sp/checkpoint-example.txt")
    let note = try #require(SignedNote(encoded: text))
    let checkpoint = try #require(Checkpoint(text: note.text))
    #expect(checkpoint.origin == "example.com/behind-the-sofa")
    #expect(checkpoint.size == 20_852_163)
    #expect(checkpoint.text == note.text)
    #expect(note.encoded == text)
  }
}
