package import Telemetry

/// Checks a journal record by record, as it is read: bytes against hashes, hashes against the tree,
/// the tree against every checkpoint, and checkpoints against keys.
///
/// What it keeps is as large for a record as for a hundred million.
package struct JournalAudit: Sendable {
  /// The tree over all records that were taken.
  package private(set) var tree: MerkleFrontier
  package private(set) var chain: SignatureChain

  /// Checkpoints that were found good.
  package private(set) var checkpoints = 0

  /// Timestamps that are of their checkpoint, and the last of them.
  package private(set) var timestamps = 0
  package private(set) var lastTimestamp: CheckpointTimestamp?

  /// The last checkpoints and the hashes of their notes, the latest last.
  private var notes: [(seq: Int, hash: Digest)] = []

  /// Records that were not read.
  private let before: Int

  /// - Parameters:
  ///   - chain: The journal's keys before the first record to check.
  ///   - tree: The tree before it; empty to begin with record 1.
  package init(_ chain: SignatureChain, after tree: MerkleFrontier = MerkleFrontier()) {
    self.chain = chain
    self.tree = tree
    before = tree.size
  }

  /// Takes the next record.
  ///
  /// A frame is not taken apart: its bytes are what was hashed, and that is what is to be shown.
  ///
  /// - Parameters:
  ///   - seq: The number that it is stored under.
  ///   - body: Its bytes.
  ///   - stored: The hash that is stored beside them.
  /// - Throws: ``AuditFinding`` for the first thing that is wrong.
  package mutating func take(
    seq: Int,
    body: [UInt8],
    leaf stored: [UInt8]
  ) throws(AuditFinding) {
    let expected = tree.size + 1
    guard seq == expected else {
      if seq < expected { throw AuditFinding(seq, "it is stored twice, or out of order") }
      throw AuditFinding(expected, "it is missing")
    }
    let leaf = Digest.leaf(body)
    guard leaf.bytes == stored else {
      throw AuditFinding(seq, "its bytes are not those that were recorded: the hash differs")
    }
    if let said = FrameCoding.seq(of: body) {
      guard said == seq else { throw AuditFinding(seq, "its bytes say that it is record \(said)") }
    } else {
      try take(story: body, seq: seq)
    }
    tree.append(leaf)
  }

  private mutating func take(story body: [UInt8], seq: Int) throws(AuditFinding) {
    let record: Record
    do throws(RecordCodingError) {
      record = try RecordCoding.decode(body)
    } catch {
      throw AuditFinding(seq, error.description)
    }
    guard record.seq == seq else {
      throw AuditFinding(seq, "its bytes say that it is record \(record.seq)")
    }
    do throws(SignatureProblem) {
      try chain.take(record, after: tree)
    } catch {
      throw AuditFinding(seq, error.reason)
    }
    switch record.content {
    case .checkpoint(let checkpoint):
      checkpoints += 1
      if notes.count == CheckpointTimestamp.reach { notes.removeFirst() }
      notes.append((seq, .sha256(Array(checkpoint.note.utf8))))
    case .timestamp(let timestamp): try take(timestamp, seq: seq)
    default: break
    }
  }

  /// Holds a timestamp to its checkpoint, unless that comes before what is checked.
  private mutating func take(_ timestamp: CheckpointTimestamp, seq: Int) throws(AuditFinding) {
    let note = notes.last { $0.seq == timestamp.checkpoint }
    if note == nil, timestamp.checkpoint > before {
      throw AuditFinding(
        seq,
        "it is a timestamp of record \(timestamp.checkpoint), which is none of the last "
          + "\(CheckpointTimestamp.reach) checkpoints before it"
      )
    }
    do throws(TimestampError) {
      let token = try timestamp.readToken()
      if let note { try token.check(is: note.hash) }
    } catch {
      throw AuditFinding(seq, error.description)
    }
    timestamps += 1
    lastTimestamp = timestamp
  }
}

/// The first thing that is wrong with a journal.
package struct AuditFinding: Error, Sendable, Hashable, CustomStringConvertible {
  /// The record; nil when it is the journal as a whole.
  package let seq: Int?
  package let detail: String

  package init(_ seq: Int?, _ detail: String) {
    self.seq = seq
    self.detail = detail
  }

  package var description: String { (seq.map { "record \($0): " } ?? "") + detail }
}
