internal import FoundationEssentials
internal import GRDB
package import MerkleLog
package import Telemetry

/// Checks a journal's file from outside, whether or not its agent runs.
///
/// It reads a page of records at a time, so that memory stays flat and the agent's write-ahead log is
/// never held up.
package struct JournalVerifier {
  /// Most records, and bytes, in memory at once.
  private static let pageRecords = 5_000
  private static let pageBytes = 4 << 20

  package let path: String
  private let reader: JournalReader
  private let trusted: Set<[UInt8]>

  /// What was found.
  package struct Result: Sendable, Hashable {
    package let opening: JournalOpening

    /// The records that were checked.
    package var range: ClosedRange<Int>

    /// Records in the journal when the check began, and their root.
    package let size: Int
    package let root: Digest

    /// Checkpoints among the checked records, and the last that covers any.
    package var checkpoints = 0
    package var lastCheckpoint: Checkpoint?

    /// Timestamps among the checked records, and the last of them.
    package var timestamps = 0
    package var lastTimestamp: CheckpointTimestamp?

    /// The key in force at the end; nil for a journal that was never signed.
    package var key: NoteKey?

    /// Records, from the first, of which the frames were pruned: what is left of them is checked.
    package var pruned = 0

    /// Bytes of records that were read.
    package var bytes = 0

    /// The first thing that is wrong; nil when all is as it was recorded.
    package var finding: AuditFinding?
  }

  /// - Parameters:
  ///   - path: The journal.
  ///   - trusted: Public keys that it must be signed by; empty to trust its first.
  /// - Throws: ``JournalError`` when it cannot be read as a journal at all.
  package init(path: String, trusted: Set<[UInt8]> = []) throws {
    self.path = path
    self.trusted = trusted
    reader = try JournalReader(path: path)
  }

  /// Checks records `first` … `last`, or to the end.
  ///
  /// - Parameters:
  ///   - first: The first record.
  ///   - last: The last; nil for the journal's last at the beginning of the check.
  ///   - progress: Told now and then how many records are done, of how many.
  /// - Returns: What was found.
  /// - Throws: ``JournalError`` when the file cannot be read, and what `progress` throws.
  package func verify(
    from first: Int = 1,
    to last: Int? = nil,
    progress: (_ done: Int, _ total: Int) throws -> Void = { _, _ in }
  ) throws -> Result {
    let (opening, head) = try reader.identity()
    guard first >= 1, first <= min(last ?? first, head.size), last ?? first <= head.size else {
      throw JournalError.noSuchRecord(path: path, last: head.size)
    }
    var result = Result(
      opening: opening,
      range: first...(last ?? head.size),
      size: head.size,
      root: head.root
    )
    do {
      try check(&result, head, progress)
    } catch let finding as AuditFinding {
      result.finding = finding
    } catch let missing as MissingHash {
      result.finding = AuditFinding(nil, missing.description)
    }
    return result
  }

  private func check(
    _ result: inout Result,
    _ head: MerkleFrontier,
    _ progress: (_ done: Int, _ total: Int) throws -> Void
  ) throws {
    result.pruned = try reader.prunedSize()
    if result.range.lowerBound <= result.pruned {
      try reader.look { try PrunedCheck(database: $0).run() }
    }
    var audit = try start(of: result)
    while audit.tree.size < result.range.upperBound {
      try progress(audit.tree.size - result.range.lowerBound + 1, result.range.count)
      let records = try reader.records(
        after: audit.tree.size,
        limit: min(Self.pageRecords, result.range.upperBound - audit.tree.size),
        bytes: Self.pageBytes
      )
      guard !records.isEmpty else { throw AuditFinding(audit.tree.size + 1, "it is missing") }
      for record in records {
        try audit.take(seq: record.seq, body: record.body, leaf: record.leaf.bytes)
        result.bytes += record.body.count
      }
      result.checkpoints = audit.checkpoints
      result.lastCheckpoint = audit.chain.last?.checkpoint
      result.timestamps = audit.timestamps
      result.lastTimestamp = audit.lastTimestamp
      result.key = audit.chain.key
    }
    try compare(audit.tree, head, result)
  }

  /// The tree and the keys before the first record to check.
  private func start(of result: Result) throws -> JournalAudit {
    let before = max(result.range.lowerBound - 1, result.pruned)
    var chain = SignatureChain(origin: result.opening.origin, trusted: trusted)
    if before > 0 {
      for key in try reader.story(ofType: "key", upTo: before) {
        let record = try decoded(key)
        do throws(SignatureProblem) {
          try chain.take(record, after: MerkleFrontier())
        } catch {
          throw AuditFinding(error.seq, error.reason)
        }
      }
    }
    guard before > 0 else { return JournalAudit(chain) }
    guard try reader.hasNodes() else { throw JournalError.noNodes(path: path) }
    var tree = MerkleTree(size: before, in: reader)
    return JournalAudit(chain, after: try tree.frontier())
  }

  private func decoded(_ record: StoredRecord) throws -> Telemetry.Record {
    do throws(RecordCodingError) {
      return try RecordCoding.decode(record.body)
    } catch {
      throw AuditFinding(record.seq, error.description)
    }
  }

  /// Compares what the records yield with what the journal, its nodes and its anchor say.
  private func compare(_ tree: MerkleFrontier, _ head: MerkleFrontier, _ result: Result) throws {
    guard try reader.hasNodes() else {
      guard result.range.count == head.size else { throw JournalError.noNodes(path: path) }
      guard tree == head else {
        throw AuditFinding(
          nil,
          "its records have the root \(tree.root), but its head says \(head.root)"
        )
      }
      return
    }
    // Up to where the next node is complete: it was stored when the records were.
    var tree = tree
    let end = min((tree.size | (1 << MerkleNode.stride - 1)) + 1, head.size)
    for leaf in try reader.leaves(tree.size..<end) { tree.append(leaf) }
    var stored = MerkleTree(size: tree.size, in: reader)
    guard try stored.frontier() == tree else {
      throw AuditFinding(
        nil,
        "the root of its records up to \(tree.size) is \(tree.root), but the stored nodes of its "
          + "tree do not yield it"
      )
    }
    var whole = MerkleTree(size: head.size, in: reader)
    guard try whole.frontier() == head else {
      throw AuditFinding(
        nil,
        "its \(head.size) records have the root \(try whole.root()), but its head says "
          + "\(head.root)"
      )
    }
    try compareAnchor(head, result.opening)
  }

  private func compareAnchor(_ head: MerkleFrontier, _ opening: JournalOpening) throws {
    let anchor: Anchor?
    do {
      anchor = try Anchor.read(for: path)
    } catch let error as JournalError {
      throw AuditFinding(nil, error.description)
    }
    guard let anchor else { return }
    guard anchor.journal == opening.journal else {
      throw AuditFinding(nil, "the anchor beside it is of journal \(anchor.journal)")
    }
    // The agent writes on: its anchor may be later than the head that was read.
    guard try anchor.seq <= reader.identity().head.size else {
      throw AuditFinding(
        head.size + 1,
        "it is missing: the anchor beside the journal says that \(anchor.seq) records were committed"
      )
    }
    var tree = MerkleTree(size: anchor.seq, in: reader)
    guard try tree.root() == anchor.root else {
      throw AuditFinding(
        nil,
        "its first \(anchor.seq) records have the root \(try tree.root()), but the anchor beside "
          + "it says \(anchor.root)"
      )
    }
  }
}

extension JournalReader {
  /// Whose journal it is, and its tree.
  ///
  /// - Throws: ``JournalError`` when the file is no journal.
  package func identity() throws -> (opening: JournalOpening, head: MerkleFrontier) {
    try look { database in
      try JournalFile.checkIdentity(database, path: path)
      let row = try Row.fetchOne(database, sql: "SELECT size, root, frontier FROM head")
      guard let row, let head = MerkleFrontier(row: row) else {
        throw JournalError.damaged(path: path, reason: "its head row is unreadable")
      }
      let first = try Row.fetchOne(
        database,
        sql: "SELECT seq, body, leaf FROM record WHERE seq = 1"
      )
      .flatMap { try StoredRecord(row: $0) }
      guard let first,
        case .opening(let opening)? = try? RecordCoding.decode(first.body).content
      else {
        throw JournalError.damaged(path: path, reason: "its first record is no opening")
      }
      return (opening, head)
    }
  }

  /// Whether it is of a version that stores nodes of its tree.
  func hasNodes() throws -> Bool {
    try look { try Int.fetchOne($0, sql: "PRAGMA user_version") ?? 0 >= 2 }
  }

  /// Records of a type other than frame, up to one, in order.
  package func story(ofType type: String, upTo last: Int) throws -> [StoredRecord] {
    try look { database in
      let rows = try Row.fetchCursor(
        database,
        sql: """
          SELECT record.seq, record.body, record.leaf FROM story
          JOIN record ON record.seq = story.seq
          WHERE story.type = ? AND story.seq <= ? ORDER BY story.seq
          """,
        arguments: [type, last]
      )
      return try Array(rows.compactMap { try StoredRecord(row: $0) })
    }
  }
}
