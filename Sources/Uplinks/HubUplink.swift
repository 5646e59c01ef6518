internal import Gzip
package import JournalStore
package import Logging
package import StationAPI
package import Telemetry

/// Sends the journal to one hub, from where the hub's own mark says that it holds it.
///
/// A record counts as delivered only when the hub names it, and the same root over all records up
/// to it, after the hub's commit. An answer of anything else changes nothing. Delivering again what
/// the hub already holds does no harm.
package actor HubUplink {
  /// Most bytes of records in one batch, before compression.
  package static let batchBytes = 2 * 1_048_576

  /// Wait for new records, when all are delivered.
  package static let pollInterval = Duration.seconds(1)

  /// Leaf hashes in memory at a time while a root is recomputed.
  private static let leafChunk = 10_000

  /// What one ``syncOnce()`` came to.
  package enum Step: Sendable, Hashable {
    /// The hub has confirmed this many records more; there may be others.
    case confirmed(Int)
    /// Nothing waits.
    case idle
    /// It failed; try again after this time.
    case wait(Duration)
  }

  package nonisolated let id: String

  /// The hub's address, without a slash at its end.
  package nonisolated let url: String

  private let journal: Journal

  /// What is delivered now: journals that were set aside come before the one that goes on from them.
  private var source: DeliverySource
  private var waiting: [DeliverySource]

  /// What became of those that were set aside.
  private var notes: [String] = []
  private let client: any HubClient
  private let time: any TimeSource
  private let random: @Sendable () -> Double
  private let logger: Logger
  private var policy: UplinkPolicy

  /// The confirmed part of the journal; nil before it was looked up.
  private var cursor: MerkleFrontier?

  /// Whether the hub was asked what it holds, since the start.
  private var isGreeted = false

  /// - Parameters:
  ///   - id: Names the uplink in the journal's cursors; one that is renamed begins anew.
  ///   - url: The hub's address.
  ///   - batchRecords: Most records in one batch.
  ///   - journal: What to deliver.
  ///   - client: The way to the hub.
  ///   - time: Stamps the state, and waits.
  ///   - random: Numbers from 0 up to 1.
  ///   - logger: Told when the state changes.
  /// - Throws: `JournalError` when the journal cannot be read.
  package init(
    id: String,
    url: String,
    batchRecords: Int = 5_000,
    journal: Journal,
    client: any HubClient,
    time: any TimeSource,
    random: @escaping @Sendable () -> Double,
    logger: Logger
  ) throws {
    self.id = id
    self.url = url.hasSuffix("/") ? String(url.dropLast()) : url
    self.journal = journal
    waiting = [try DeliverySource(journal)]
    for predecessor in journal.predecessors() {
      if let kept = try? DeliverySource(predecessor) { waiting.insert(kept, at: 0) }
    }
    source = waiting.removeFirst()
    self.client = client
    self.time = time
    self.random = random
    self.logger = logger
    policy = UplinkPolicy(batchRecords: batchRecords, at: time.now())
  }

  /// Delivers until the task is cancelled.
  package func run() async {
    while !Task.isCancelled {
      let pause: Duration? =
        switch await syncOnce() {
        case .confirmed: nil
        case .idle: Self.pollInterval
        case .wait(let delay): delay
        }
      // Only cancellation ends a sleep early, and the loop's condition sees it.
      if let pause { try? await time.sleep(for: pause) }
    }
  }

  /// How the uplink stands.
  ///
  /// - Parameter last: The journal's last durable record.
  /// - Returns: What the page shows.
  package func status(last: Int) -> UplinkStatus {
    let confirmed = source.kept == nil ? cursor?.size ?? 0 : 0
    let before = source.kept.map { kept in
      "the journal before, \(kept.name), is sent first: \(kept.last - (cursor?.size ?? 0)) records "
        + "of it wait"
    }
    return UplinkStatus(
      id: id,
      url: url,
      state: policy.state,
      since: policy.since,
      confirmed: confirmed,
      backlog: max(last - confirmed, 0),
      detail: policy.detail ?? before
    )
  }

  /// What became of journals that were set aside, in sentences.
  package var keptNotes: [String] { notes }

  /// One exchange with the hub: its mark first, then a batch at a time.
  package func syncOnce() async -> Step {
    do {
      let cursor = try await currentCursor()
      guard isGreeted else {
        let answer = try await client.get("\(agentURL)/mark?journal=\(source.journal)")
        return try await settle(HubVerdict(answer), sent: [], from: cursor)
      }
      if let kept = source.kept, cursor.size >= kept.last {
        return next("the hub has its \(kept.last) records, so the file can be deleted")
      }
      let records = try source.reader.records(
        after: cursor.size,
        limit: min(policy.batchRecords, (source.kept?.last ?? .max) - cursor.size),
        bytes: Self.batchBytes
      )
      guard !records.isEmpty else { return .idle }
      let answer = try await client.post(try batch(of: records, from: cursor), to: recordsURL)
      return try await settle(HubVerdict(answer), sent: records, from: cursor)
    } catch HubClientError.timedOut {
      _ = policy.shrink()
      return away("\(HubClientError.timedOut)")
    } catch is CancellationError {
      // The program ends, which says nothing about the hub.
      return .wait(UplinkPolicy.shortestWait)
    } catch let error as JournalError {
      if source.kept != nil { return next("\(error)") }
      await journal.orderSuccession(for: error)
      return away("\(error)")
    } catch {
      return away("\(error)")
    }
  }

  /// Goes on to the next journal; `note` is what became of this one.
  private func next(_ note: String) -> Step {
    guard let kept = source.kept, !waiting.isEmpty else { return .idle }
    notes.append("\(kept.name): \(note)")
    logger.notice("\(kept.name): \(note)", metadata: ["uplink": "\(id)"])
    source = waiting.removeFirst()
    cursor = nil
    isGreeted = false
    return .confirmed(0)
  }

  private var agentURL: String { "\(url)/v1/agents/\(journal.opening.agent)" }

  private var recordsURL: String { "\(agentURL)/records" }

  private func currentCursor() async throws -> MerkleFrontier {
    if let cursor { return cursor }
    let stored =
      try await source.kept == nil ? journal.cursor(of: id) : source.reader.cursor(of: id)
    let cursor = stored ?? MerkleFrontier()
    self.cursor = cursor
    return cursor
  }

  private func batch(of records: [StoredRecord], from cursor: MerkleFrontier) throws -> [UInt8] {
    var frontier = cursor
    for record in records {
      // What the disk has altered must not go out, and no hub would take it.
      guard Digest.leaf(record.body) == record.leaf else {
        throw JournalError.damaged(
          path: source.path,
          reason: "record \(record.seq) is not what was recorded"
        )
      }
      frontier.append(record.leaf)
    }
    let header = JournalBatch.Header(
      agent: journal.opening.agent,
      journal: source.journal,
      first: cursor.size + 1,
      count: records.count,
      root: frontier.root
    )
    let batch = JournalBatch(header: header, records: records.map(\.body))
    return try Gzip.compress(batch.encode())
  }

  /// Acts on a verdict.
  private func settle(
    _ verdict: HubVerdict,
    sent records: [StoredRecord],
    from cursor: MerkleFrontier
  ) async throws -> Step {
    switch verdict {
    case .away(let reason): return away(reason)
    case .refused(let reason), .altered(let reason):
      if source.kept != nil { return next("\(reason); its records stay in the file") }
      // The next try asks for the mark, which tells whether the journals have gone separate ways.
      if !records.isEmpty { isGreeted = false }
      return refused(reason)
    case .tooLarge:
      return policy.shrink()
        ? .wait(UplinkPolicy.shortestWait)
        : refused("the hub does not take record \(cursor.size + 1), which is too large for it")
    case .confirmed(let mark), .resume(let mark):
      if let reason = foreign(mark) { return refused(reason) }
      let last = try last()
      guard mark.seq <= last else {
        return try await forked(
          "the hub holds records up to \(mark.seq), and this journal ends at \(last): it is an "
            + "older copy, or lost its end",
          mark
        )
      }
      guard let frontier = try await frontier(at: mark.seq, from: cursor, known: records) else {
        return refused(try pruned(after: mark))
      }
      guard frontier.root == mark.root else {
        return try await forked(
          "the hub's records 1 to \(mark.seq) are not this journal's: their root is \(mark.root), "
            + "and ours is \(frontier.root); another copy of it was sent there",
          mark
        )
      }
      if mark.seq < cursor.size, try mark.seq < source.reader.prunedSize() {
        return refused(try pruned(after: mark))
      }
      return await adopt(frontier, from: cursor, sent: records.count)
    }
  }

  /// The hub lost what it had confirmed, and that is no longer here.
  private func pruned(after mark: HubMark) throws -> String {
    "the hub holds records up to \(mark.seq) only, and frames up to "
      + "\(try source.reader.prunedSize()) were pruned here after it had confirmed them: restore a "
      + "newer copy of the hub's file"
  }

  /// The last record there: of the file that is read, since its writer may not know yet that a commit
  /// is through.
  private func last() throws -> Int { try source.kept?.last ?? source.reader.lastSeq }

  /// The hub knows other records under these numbers, or more: they must not be used again.
  private func forked(_ reason: String, _ mark: HubMark) async throws -> Step {
    if let kept = source.kept {
      if kept.isCarried {
        return next(
          "the hub has its first \(kept.last) records, and what follows in the file as another journal"
        )
      }
      let sent = min(mark.seq, cursor?.size ?? 0)
      return next(
        mark.seq > kept.last
          ? "the hub has more of it than the file, up to record \(mark.seq)"
          : "\(reason); what it holds after record \(sent) is only in the file, so keep it"
      )
    }
    let shared = try await shared(upTo: min(mark.seq, last()))
    if await journal.orderFork(reason, known: mark.seq, shared: shared) {
      return refused("\(reason). The agent goes on with a new journal, and keeps this one")
    }
    return refused(
      "\(reason). A new journal began for this reason within the hour, so none begins now: "
        + "look whether two agents have the name \(journal.opening.agent)"
    )
  }

  /// The last record that is the same here and at the hub, found by sending again what the hub holds
  /// other records for, or the same: it compares, and takes nothing.
  ///
  /// - Returns: nil where the hub does not tell, or tells what cannot be: that it confirmed more, or
  ///   holds another opening.
  /// - Throws: ``HubClientError`` when it is away in the meantime.
  private func shared(upTo limit: Int) async throws -> Int? {
    var tree = cursor ?? MerkleFrontier()
    guard tree.size <= limit else { return nil }
    var count = policy.batchRecords
    while tree.size < limit {
      let records = try source.reader.records(
        after: tree.size,
        limit: min(count, limit - tree.size),
        bytes: Self.batchBytes
      )
      guard records.first?.seq == tree.size + 1 else { return nil }
      switch HubVerdict(try await client.post(try batch(of: records, from: tree), to: recordsURL)) {
      case .confirmed: for record in records { tree.append(record.leaf) }
      case .altered where records.count == 1: return tree.size > 0 ? tree.size : nil
      case .altered,
        .tooLarge where records.count > 1:
        count = records.count / 2
      case .away(let reason): throw HubClientError.unreachable(reason)
      case .resume, .refused, .tooLarge: return nil
      }
    }
    return tree.size
  }

  private func foreign(_ mark: HubMark) -> String? {
    guard mark.agent == journal.opening.agent, mark.journal == source.journal else {
      return "the hub answered for journal \(mark.journal) of agent \(mark.agent), "
        + "not for \(source.journal) of \(journal.opening.agent)"
    }
    return mark.seq < 0 ? "the hub's mark is \(mark.seq)" : nil
  }

  /// The tree over records 1 … `seq`; nil when the journal is shorter.
  private func frontier(
    at seq: Int,
    from cursor: MerkleFrontier,
    known records: [StoredRecord]
  ) async throws -> MerkleFrontier? {
    var frontier = cursor
    if (cursor.size...cursor.size + records.count).contains(seq) {
      for record in records.prefix(seq - cursor.size) { frontier.append(record.leaf) }
      return frontier
    }
    // What was pruned has no records to take hashes from.
    guard let base = try source.reader.prunedFrontier(upTo: seq) else { return nil }
    if seq < cursor.size || base.size > cursor.size { frontier = base }
    while frontier.size < seq {
      try Task.checkCancellation()
      let limit = min(Self.leafChunk, seq - frontier.size)
      let leaves = try source.reader.leaves(after: frontier.size, limit: limit)
      if leaves.isEmpty { return nil }
      for leaf in leaves { frontier.append(leaf) }
      await Task.yield()
    }
    return frontier
  }

  /// Takes the hub's word, which has been checked.
  private func adopt(
    _ frontier: MerkleFrontier,
    from old: MerkleFrontier,
    sent: Int
  ) async -> Step {
    guard sent == 0 || frontier.size != old.size else {
      return away("the hub answered, but took none of the \(sent) records after \(old.size)")
    }
    if frontier.size < old.size {
      logger.warning(
        "the hub holds less than it had confirmed; sending again",
        metadata: ["uplink": "\(id)", "from": "\(frontier.size + 1)", "confirmed": "\(old.size)"]
      )
    }
    isGreeted = true
    cursor = frontier
    do {
      if frontier.size != old.size, source.kept == nil {
        try await journal.setCursor(frontier, of: id)
      }
    } catch {
      // The position is only a shortcut: after a restart the hub's mark gives it back.
      logger.warning("the uplink's position is not stored: \(error)", metadata: ["uplink": "\(id)"])
    }
    policy.confirmed(at: time.now())
    return .confirmed(max(frontier.size - old.size, 0))
  }

  private func away(_ reason: String) -> Step {
    if policy.state != .away {
      logger.notice("hub away, recording goes on: \(reason)", metadata: ["uplink": "\(id)"])
    }
    return .wait(policy.away(reason, at: time.now(), random: random()))
  }

  private func refused(_ reason: String) -> Step {
    if policy.detail != reason { logger.error("\(reason)", metadata: ["uplink": "\(id)"]) }
    return .wait(policy.refused(reason, at: time.now(), random: random()))
  }
}
