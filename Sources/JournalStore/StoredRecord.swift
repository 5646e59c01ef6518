internal import MerkleLog
package import Telemetry

/// A record as it lies in the journal.
package struct StoredRecord: Sendable, Hashable {
  package let seq: Int

  /// The bytes that were committed, hashed and sent; see `RecordCoding`.
  package let body: [UInt8]

  /// ``Digest/leaf(_:)`` of ``body``.
  package let leaf: Digest
}

/// Records that wait for their commit, and the tree that they will make.
struct RecordBuffer {
  struct Item {
    let record: StoredRecord
    let at: Instant

    /// The record's type; nil for a frame.
    let story: String?
  }

  private(set) var items: [Item] = []
  private(set) var bytes = 0

  /// The nodes of the tree that are stored and that the items complete.
  private(set) var nodes: [MerkleNode] = []

  /// The tree with all items appended.
  private(set) var frontier: MerkleFrontier

  init(after frontier: MerkleFrontier) { self.frontier = frontier }

  var nextSeq: Int { frontier.size + 1 }

  /// Appends a record, with its bytes.
  mutating func append(_ record: Record, _ body: [UInt8]) {
    let isFrame = if case .frame = record.content { true } else { false }
    append(body, at: record.at, story: isFrame ? nil : record.content.type)
  }

  mutating func append(_ body: [UInt8], at: Instant, story: String?) {
    let leaf = Digest.leaf(body)
    frontier.append(leaf, storing: { nodes.append($0) })
    items.append(
      Item(
        record: StoredRecord(seq: frontier.size, body: body, leaf: leaf),
        at: at,
        story: story
      )
    )
    bytes += body.count
  }

  /// Forgets the first `count` items: they are durable.
  mutating func removeFirst(_ count: Int) {
    bytes -= items.prefix(count).reduce(0) { $0 + $1.record.body.count }
    let last = frontier.size - items.count + count
    nodes.removeAll { $0.lastSeq <= last }
    if count == items.count {
      items.removeAll(keepingCapacity: true)
    } else {
      items.removeFirst(count)
    }
  }

  /// Takes the last items back; `frontier` is the tree before them.
  mutating func removeLast(restoring frontier: MerkleFrontier) {
    while let last = items.last, last.record.seq > frontier.size {
      bytes -= last.record.body.count
      items.removeLast()
    }
    self.frontier = frontier
    nodes.removeAll { $0.lastSeq > frontier.size }
  }
}
