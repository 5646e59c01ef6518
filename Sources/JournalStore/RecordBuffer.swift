internal import MerkleLog
internal import Telemetry

/// Records that wait for their commit, and the tree that they will make.
///
/// Their bytes lie one behind the other, since there may be hundreds of thousands a second.
struct RecordBuffer {
  struct Item {
    let seq: Int
    let at: Instant

    /// ``Record/story``.
    let story: String?
    let leaf: Digest

    /// Where its bytes end; they begin where those of the item before it do.
    var end: Int
  }

  private(set) var items: [Item] = []

  /// The items' bytes.
  private(set) var bytes: [UInt8] = []

  /// The nodes of the tree that are stored and that the items complete.
  private(set) var nodes: [MerkleNode] = []

  /// The tree with all items appended.
  private(set) var frontier: MerkleFrontier

  init(after frontier: MerkleFrontier) { self.frontier = frontier }

  /// Begins one that goes on from `other`, and will probably hold as much.
  init(after other: RecordBuffer) {
    frontier = other.frontier
    items.reserveCapacity(other.items.count)
    bytes.reserveCapacity(other.bytes.count)
  }

  var nextSeq: Int { frontier.size + 1 }

  /// Appends a record, whose number is ``nextSeq``.
  ///
  /// - Throws: ``JournalError/recordTooLong(bytes:limit:)``, and what `RecordCoding` throws.
  mutating func append(_ record: Record, limit: Int = .max) throws {
    if case .frame(let frame) = record.content { return try append(frame, limit: limit) }
    let body = try RecordCoding.encode(record)
    try append(at: record.at, story: record.story, limit: limit) { $0.append(contentsOf: body) }
  }

  /// Appends a frame.
  ///
  /// - Throws: ``JournalError/recordTooLong(bytes:limit:)``.
  mutating func append(_ frame: Frame, limit: Int) throws {
    let seq = nextSeq
    try append(at: frame.at, story: nil, limit: limit) {
      FrameCoding.encode(frame, seq: seq, to: &$0)
    }
  }

  private mutating func append(
    at: Instant,
    story: String?,
    limit: Int,
    _ write: (inout [UInt8]) -> Void
  ) throws {
    let start = bytes.count
    write(&bytes)
    let length = bytes.count - start
    guard length <= limit else {
      bytes.removeLast(length)
      throw JournalError.recordTooLong(bytes: length, limit: limit)
    }
    let leaf = bytes.withUnsafeBytes { Digest.leaf(UnsafeRawBufferPointer(rebasing: $0[start...])) }
    frontier.append(leaf, storing: { nodes.append($0) })
    items.append(Item(seq: frontier.size, at: at, story: story, leaf: leaf, end: bytes.count))
  }

  /// Shows each item with its bytes.
  func forEach(_ body: (Item, UnsafeRawBufferPointer) throws -> Void) rethrows {
    try bytes.withUnsafeBytes { bytes in
      var start = 0
      for item in items {
        try body(item, UnsafeRawBufferPointer(rebasing: bytes[start..<item.end]))
        start = item.end
      }
    }
  }

  /// Puts the items of `earlier`, which this one follows, in front.
  mutating func prepend(_ earlier: RecordBuffer) {
    items = earlier.items + items.map { $0.moved(by: earlier.bytes.count) }
    nodes = earlier.nodes + nodes
    bytes = earlier.bytes + bytes
  }

  /// Forgets the first `count` items: they are durable.
  mutating func removeFirst(_ count: Int) {
    let last = frontier.size - items.count + count
    nodes.removeAll { $0.lastSeq <= last }
    if count == items.count {
      bytes.removeAll(keepingCapacity: true)
      items.removeAll(keepingCapacity: true)
    } else if count > 0 {
      let end = items[count - 1].end
      bytes.removeFirst(end)
      items = items.dropFirst(count).map { $0.moved(by: -end) }
    }
  }

  /// Takes the last items back; `frontier` is the tree before them.
  mutating func removeLast(restoring frontier: MerkleFrontier) {
    while let last = items.last, last.seq > frontier.size { items.removeLast() }
    bytes.removeLast(bytes.count - (items.last?.end ?? 0))
    self.frontier = frontier
    nodes.removeAll { $0.lastSeq > frontier.size }
  }
}

extension RecordBuffer.Item {
  fileprivate func moved(by offset: Int) -> Self {
    var moved = self
    moved.end += offset
    return moved
  }
}
