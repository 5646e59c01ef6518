internal import FoundationEssentials
internal import GRDB
internal import MerkleLog
internal import Telemetry

/// One batch on its way into the file: judged, then written, all or nothing.
struct BatchIntake: Sendable {
  private let header: JournalBatch.Header
  private let held: JournalState
  private let frontier: MerkleFrontier
  private let new: ArraySlice<[UInt8]>
  private let leaves: ArraySlice<Digest>
  private let prepared: PreparedRecords
  private let log: LogIntake

  /// The records of a batch that are held already; nil for none.
  static func overlap(_ header: JournalBatch.Header, held: JournalState) -> ClosedRange<Int>? {
    guard header.first > 0, header.first <= held.frontier.size, header.count > 0 else { return nil }
    return header.first...min(held.frontier.size, header.first + header.count - 1)
  }

  /// Judges a batch against what is held.
  ///
  /// `heldLeaves` are the leaf hashes that the hub holds for the ``overlap(_:held:)``, `chain` what
  /// it knows of the journal's keys.
  ///
  /// - Throws: ``IntakeRefusal``.
  init(
    _ batch: JournalBatch,
    held: JournalState,
    heldLeaves: [Digest],
    chain: SignatureChain
  ) throws {
    header = batch.header
    self.held = held
    let mark = held.mark(agent: header.agent, journal: header.journal)
    let last = try Self.last(of: header, mark: mark)
    let leaves = batch.records.map { Digest.leaf($0) }
    let overlap = heldLeaves.count
    for (index, leaf) in heldLeaves.enumerated() where leaves[index] != leaf {
      throw IntakeRefusal(.altered(seq: header.first + index), mark: mark)
    }
    var frontier = held.frontier
    var nodes: [MerkleNode] = []
    for leaf in leaves[overlap...] { frontier.append(leaf, storing: { nodes.append($0) }) }
    if last >= mark.seq, frontier.root != header.root {
      let reason = IntakeRefusal.Reason.rootMismatch(
        seq: last,
        claimed: header.root,
        computed: frontier.root
      )
      throw IntakeRefusal(reason, mark: mark)
    }
    self.frontier = frontier
    self.leaves = leaves[overlap...]
    new = batch.records[overlap...]
    prepared = try Self.prepare(new, after: mark)
    try Self.checkOpening(prepared, header: header, mark: mark)
    do throws(SignatureProblem) {
      log = try LogIntake(
        prepared.facts,
        leaves: leaves[overlap...],
        after: held.frontier,
        nodes: nodes,
        chain: chain
      )
    } catch {
      throw IntakeRefusal(.untrusted(seq: error.seq, error.reason), mark: mark)
    }
  }

  /// Nothing in the batch is new.
  var isHeld: Bool { new.isEmpty }

  /// What the hub holds once it is written.
  var mark: HubMark {
    HubMark(
      agent: header.agent,
      journal: header.journal,
      seq: frontier.size,
      root: frontier.root
    )
  }

  private static func last(of header: JournalBatch.Header, mark: HubMark) throws -> Int {
    guard header.first > 0, header.first < 1 << Schema.seqBits - header.count else {
      throw IntakeRefusal(
        .malformed(seq: header.first, "no journal has a record of this number"),
        mark: mark
      )
    }
    guard header.first <= mark.seq + 1 else {
      throw IntakeRefusal(.gap(expected: mark.seq + 1, received: header.first), mark: mark)
    }
    return header.first + header.count - 1
  }

  private static func prepare(
    _ records: ArraySlice<[UInt8]>,
    after mark: HubMark
  ) throws -> PreparedRecords {
    var prepared = PreparedRecords()
    do throws(MalformedRecord) {
      for (index, bytes) in records.enumerated() {
        try prepared.add(bytes, seq: mark.seq + 1 + index)
      }
    } catch {
      throw IntakeRefusal(.malformed(seq: error.seq, error.reason), mark: mark)
    }
    return prepared
  }

  /// The first record opens the journal that the header names, and no other opens anything.
  private static func checkOpening(
    _ prepared: PreparedRecords,
    header: JournalBatch.Header,
    mark: HubMark
  ) throws {
    for record in prepared.facts where record.seq > 1 {
      guard case .opening = record.content else { continue }
      let text = "record \(record.seq) opens a journal, which only the first record may do"
      throw IntakeRefusal(.foreignJournal(text), mark: mark)
    }
    guard mark.seq == 0, !prepared.isEmpty else { return }
    guard let first = prepared.facts.first, first.seq == 1,
      case .opening(let opening) = first.content
    else {
      let text = "the first record of a journal must be its opening, which says whose it is"
      throw IntakeRefusal(.foreignJournal(text), mark: mark)
    }
    guard opening.agent == header.agent, opening.journal == header.journal else {
      let text =
        "the batch is said to be of agent \(header.agent), journal \(header.journal), but its "
        + "first record opens journal \(opening.journal) of agent \(opening.agent)"
      throw IntakeRefusal(.foreignJournal(text), mark: mark)
    }
    guard opening.format == JournalOpening.currentFormat else {
      let text =
        "the journal has format \(opening.format), and this hub reads format "
        + "\(JournalOpening.currentFormat); update the hub"
      throw IntakeRefusal(.foreignJournal(text), mark: mark)
    }
  }

  /// What became of a batch.
  enum Outcome: Sendable {
    /// Nothing, for its journal has grown since it was judged.
    case outrun

    /// It is written; `recounts` when lots that were corrected are still to be counted anew.
    case written(recounts: Bool)
  }

  /// Writes the batch, within a transaction, and counts at most `slice` records anew for lots that
  /// were corrected.
  ///
  /// - Returns: What became of it.
  /// - Throws: ``IntakeRefusal`` for references to records that are not there.
  func write(_ db: Database, recounting slice: Int) throws -> Outcome {
    guard try JournalState.fetch(db, agent: header.agent, journal: header.journal) == held else {
      return .outrun
    }
    let journal = try held.id ?? insertJournal(db)
    try insertRecords(db, journal: journal)
    try log.write(db, journal: journal)
    let recounts: Bool
    do {
      recounts = try RecordIndex(db: db, journal: journal).apply(prepared, recounting: slice)
    } catch let error as RecordIndex.UnknownReference {
      throw IntakeRefusal(
        .unknownReference(seq: error.seq, error.reason),
        mark: held.mark(agent: header.agent, journal: header.journal)
      )
    }
    try db.cachedStatement(
      sql: "UPDATE journal SET size = ?, root = ?, frontier = ?, last_at = ? WHERE id = ?"
    ).execute(arguments: [
      frontier.size, Data(frontier.root.bytes), JournalState.bytes(frontier),
      prepared.lastAt?.microseconds ?? 0, journal,
    ])
    return .written(recounts: recounts)
  }

  private func insertJournal(_ db: Database) throws -> Int64 {
    guard case .opening(let opening) = prepared.facts.first?.content else {
      preconditionFailure("checkOpening has seen the opening")
    }
    let empty = MerkleFrontier()
    try db.execute(
      sql: """
        INSERT INTO journal (agent, journal, site, software, opened_at, last_at, size, root, frontier)
        VALUES (?, ?, ?, ?, ?, ?, 0, ?, ?)
        """,
      arguments: [
        opening.agent.text, opening.journal, opening.site.text, opening.software,
        prepared.facts.first?.at.microseconds, prepared.facts.first?.at.microseconds,
        Data(empty.root.bytes), Data(),
      ]
    )
    return db.lastInsertedRowID
  }

  private func insertRecords(_ db: Database, journal: Int64) throws {
    let statement = try db.cachedStatement(
      sql: "INSERT INTO record (position, body, leaf) VALUES (?, ?, ?)"
    )
    for (offset, (body, leaf)) in zip(new, leaves).enumerated() {
      let seq = held.frontier.size + 1 + offset
      try statement.execute(arguments: [
        Schema.position(journal: journal, seq: seq), Data(body), Data(leaf.bytes),
      ])
    }
  }
}
