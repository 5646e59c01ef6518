internal import GRDB
internal import MerkleLog
internal import Telemetry

/// What a batch adds to what the hub knows of a journal's keys and checkpoints.
struct LogIntake: Sendable {
  private var keys: [(seq: Int, key: NoteKey)] = []
  private var checkpoints: [(seq: Int, size: Int)] = []
  private let nodes: [MerkleNode]

  /// Judges the new records of a batch.
  ///
  /// - Parameters:
  ///   - facts: Those that are not frames, in order.
  ///   - leaves: The hashes of all.
  ///   - tree: The tree before them.
  ///   - nodes: Those that they complete.
  ///   - chain: The keys before them.
  /// - Throws: ``SignatureProblem``.
  init(
    _ facts: [JournalRecord],
    leaves: ArraySlice<Digest>,
    after tree: MerkleFrontier,
    nodes: [MerkleNode],
    chain: SignatureChain
  ) throws(SignatureProblem) {
    self.nodes = nodes
    var chain = chain
    var tree = tree
    var rest = leaves
    for record in facts {
      switch record.content {
      case .key, .checkpoint: break
      default: continue
      }
      while tree.size < record.seq - 1, let leaf = rest.popFirst() { tree.append(leaf) }
      try chain.take(record, after: tree)
      if case .key = record.content, let key = chain.key {
        keys.append((record.seq, key))
      } else if let last = chain.last {
        checkpoints.append((last.seq, last.checkpoint.size))
      }
    }
  }

  /// Writes it, in the transaction that stores the records.
  func write(_ db: Database, journal: Int64) throws {
    for (seq, key) in keys {
      try db.cachedStatement(sql: "INSERT INTO log_key VALUES (?, ?, ?)")
        .execute(arguments: [journal, seq, "\(key)"])
    }
    for (seq, size) in checkpoints {
      try db.cachedStatement(sql: "INSERT INTO log_checkpoint VALUES (?, ?, ?)")
        .execute(arguments: [journal, seq, size])
    }
    for node in nodes { try HubNodes.insert(node, journal: journal, db) }
  }

  /// The keys of a journal as the hub knows them.
  static func chain(
    _ db: Database,
    journal: Int64?,
    origin: String,
    trusted: Set<[UInt8]>
  ) throws -> SignatureChain {
    let row = try journal.flatMap {
      try Row.fetchOne(
        db,
        sql: "SELECT key FROM log_key WHERE journal = ? ORDER BY seq DESC LIMIT 1",
        arguments: [$0]
      )
    }
    guard let row else { return SignatureChain(origin: origin, trusted: trusted) }
    let text: String = row[0]
    guard let key = NoteKey(text) else { throw HubStoreError.damaged("\(text) is no key") }
    return SignatureChain(origin: origin, trusted: trusted, key: key)
  }
}
