internal import FoundationEssentials
internal import GRDB
internal import Telemetry

extension StoredRecord {
  /// Columns: seq, body, leaf.
  init?(row: Row) throws {
    seq = row[0]
    body = try row.withUnsafeData(atIndex: 1) { $0.map { Array($0) } ?? [] }
    guard let leaf = try row.withUnsafeData(atIndex: 2, { $0.flatMap { Digest(bytes: $0) } }) else {
      return nil
    }
    self.leaf = leaf
  }
}

extension MerkleFrontier {
  /// The subtrees' hashes, one after the other.
  var concatenated: Data { hashes.reduce(into: Data()) { $0.append(contentsOf: $1.bytes) } }

  /// Columns: size, root, frontier; nil when they contradict each other.
  init?(row: Row) {
    let size: Int = row[0]
    let root: Data = row[1]
    let bytes: Data = row[2]
    let hashes = stride(from: 0, to: bytes.count, by: 32).compactMap { start in
      Digest(bytes: bytes.dropFirst(start).prefix(32))
    }
    self.init(size: size, hashes: hashes)
    guard self.root.bytes == Array(root) else { return nil }
  }

  /// Whether `leaf` can be the last: for an odd size it is the last subtree itself.
  func ends(with leaf: Digest) -> Bool { size.isMultiple(of: 2) || hashes.last == leaf }
}
