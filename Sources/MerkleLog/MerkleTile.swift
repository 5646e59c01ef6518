internal import Telemetry

/// Up to 256 hashes of one level that is stored, and the nodes that they make.
struct MerkleTile {
  /// The hashes themselves, then the complete nodes of each level above.
  private let levels: [[Digest]]

  init(_ hashes: [Digest]) {
    var levels = [hashes]
    while let below = levels.last, below.count > 1 {
      levels.append(
        Swift.stride(from: 0, to: below.count - 1, by: 2).map { .node(below[$0], below[$0 + 1]) }
      )
    }
    self.levels = levels
  }

  /// The node `height` levels above the hashes, the `index`th of its level; nil when it is not there.
  func node(height: Int, index: Int) -> Digest? {
    guard levels.indices.contains(height), levels[height].indices.contains(index) else {
      return nil
    }
    return levels[height][index]
  }
}
