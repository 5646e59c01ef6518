internal import FoundationEssentials

/// A run of records on their way from an agent to the hub.
///
/// On the wire: one line of JSON (``Header``), then one line for each record, its bytes unchanged.
package struct JournalBatch: Sendable, Hashable {
  /// What the batch claims; the hub believes none of it unchecked.
  package struct Header: Sendable, Hashable, Codable {
    package let agent: AgentID

    /// ``JournalOpening/journal``.
    package let journal: String

    /// Sequence number of the first record.
    package let first: Int

    /// Number of records.
    package let count: Int

    /// Root of the journal's Merkle tree with the batch's last record as its last leaf.
    package let root: Digest

    package init(agent: AgentID, journal: String, first: Int, count: Int, root: Digest) {
      self.agent = agent
      self.journal = journal
      self.first = first
      self.count = count
      self.root = root
    }
  }

  package let header: Header

  /// The bytes of each record, in order.
  package let records: [[UInt8]]

  package init(header: Header, records: [[UInt8]]) {
    precondition(header.count == records.count)
    self.header = header
    self.records = records
  }

  /// The batch as lines, each ended by a line feed.
  package func encode() throws -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    var bytes = try Array(encoder.encode(header))
    bytes.reserveCapacity(bytes.count + records.reduce(1) { $0 + $1.count + 1 })
    bytes.append(UInt8(ascii: "\n"))
    for record in records {
      bytes.append(contentsOf: record)
      bytes.append(UInt8(ascii: "\n"))
    }
    return bytes
  }

  /// Reads the lines back.
  ///
  /// - Throws: ``JournalBatchError`` when they are not a batch.
  package init(lines bytes: [UInt8]) throws(JournalBatchError) {
    var lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    guard lines.popLast()?.isEmpty == true, let headerLine = lines.first else {
      throw .incomplete
    }
    let header: Header
    do {
      header = try JSONDecoder().decode(Header.self, from: Data(headerLine))
    } catch {
      throw .header("\(error)")
    }
    let records = lines.dropFirst().map { Array($0) }
    guard header.count == records.count, header.count > 0, header.first > 0 else {
      throw .count(claimed: header.count, received: records.count)
    }
    self.init(header: header, records: records)
  }
}

/// Bytes that are not a batch of records.
package enum JournalBatchError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The last line has no end: the connection broke.
  case incomplete
  case header(String)
  case count(claimed: Int, received: Int)

  package var description: String {
    switch self {
    case .incomplete: "the batch ends in mid-line; it was cut on the way"
    case .header(let reason): "the batch's first line is not its header: \(reason)"
    case .count(let claimed, let received):
      "the batch claims \(claimed) records and holds \(received)"
    }
  }
}

/// The hub's word, given after its commit, on how much of a journal it holds.
///
/// Only this releases records at the agent (`design`, decision 3).
package struct HubMark: Sendable, Hashable, Codable {
  package let agent: AgentID
  package let journal: String

  /// The last record that the hub has committed; 0 for none.
  package let seq: Int

  /// Root of the Merkle tree over records 1 … `seq`, as the hub computed it.
  package let root: Digest

  package init(agent: AgentID, journal: String, seq: Int, root: Digest) {
    self.agent = agent
    self.journal = journal
    self.seq = seq
    self.root = root
  }
}
