package import MerkleLog
package import Telemetry

/// A journal whose file cannot be trusted is never written again. An order lies beside it from then
/// on, and whoever opens it next sets the file aside and begins another that says so.
extension Journal {
  /// Least time between a journal that began since a hub had others, and the next one: a hub that
  /// answers nonsense must not make a new journal with every answer.
  static let forkInterval = Duration.seconds(3_600)

  /// Opens a journal, or begins one in the place of one that cannot go on.
  ///
  /// What is damaged, cut off, altered or gone is set aside as it is, under a name of its own, and the
  /// new journal's first record says from which one it goes on, and why.
  ///
  /// - Parameters:
  ///   - path: The SQLite file.
  ///   - opening: The first record of a new journal.
  ///   - time: As of ``open(at:opening:time:executors:keepsCopy:progress:)``.
  ///   - executors: What it runs on.
  ///   - keepsCopy: As of ``open(at:opening:time:executors:keepsCopy:progress:)``.
  ///   - signer: Whose key signs the journal that is made of what a restored copy alone recorded.
  ///   - progress: As of ``open(at:opening:time:executors:keepsCopy:progress:)``.
  /// - Returns: The journal; ``opening`` says whether it goes on from another.
  /// - Throws: ``JournalError`` for what a person must settle: another program's file, another
  ///   agent's, one that is in use, one of a later version, a folder that takes no files.
  package static func openTrusted(
    at path: String,
    opening: JournalOpening,
    time: any TimeSource,
    executors: JournalExecutors = JournalExecutors(),
    keepsCopy: Bool = true,
    signer: (_ origin: String) -> NoteSigner? = { _ in nil },
    progress: (JournalMigrationStep) -> Void = { _ in }
  ) throws -> Journal {
    let path = Files.resolved(path)
    let lock = try FileLock(for: path)
    let succession = Succession(path: path)
    func begin(after order: SuccessionOrder) throws -> Journal {
      let found = try succession.carry(
        succession.perform(order),
        opening: opening,
        signer: signer,
        at: time.now()
      )
      let journal = try open(
        at: path,
        opening: opening.continuing(found),
        lock: lock,
        time: time,
        executors: executors,
        keepsCopy: keepsCopy,
        progress: progress
      )
      try succession.finish()
      return journal
    }
    if let order = try SuccessionOrder.read(for: path) { return try begin(after: order) }
    do {
      return try open(
        at: path,
        opening: opening,
        lock: lock,
        time: time,
        executors: executors,
        keepsCopy: keepsCopy,
        progress: progress
      )
    } catch let error as JournalError {
      guard let reason = error.reasonToSucceed(at: path) else { throw error }
      return try begin(after: SuccessionOrder(reason: reason, detail: "\(error)", known: nil))
    }
  }

  /// Whether the file must be set aside: the agent is to open its journal anew.
  package var isToBeSucceeded: Bool { succession != nil }

  /// Orders that the file be set aside since a hub has other records under its numbers.
  ///
  /// - Parameters:
  ///   - detail: What the hub said.
  ///   - known: The last record that the hub holds.
  ///   - shared: The last record that is the same here and there; nil where that is not known. What
  ///     comes after it is recorded anew in a journal of its own, so that the hub gets it.
  /// - Returns: Whether that was ordered; not when this journal itself began for this reason only
  ///   just.
  package func orderFork(_ detail: String, known: Int, shared: Int? = nil) -> Bool {
    if isClosed { return false }
    if let reason = opening.continues?.reason, reason == .forked || reason == .carried,
      time.now().duration(since: openedAt) < Self.forkInterval
    {
      return false
    }
    orderSuccession(.forked, detail: detail, known: known, shared: shared)
    return isToBeSucceeded
  }

  /// Orders that the file be set aside since somebody who read it found it damaged.
  package func orderSuccession(for error: JournalError) {
    guard let reason = error.succession else { return }
    settle()
    orderSuccession(reason, detail: "\(error)", known: committed.size)
  }

  func orderSuccession(
    _ reason: JournalSuccession.Reason,
    detail: String,
    known: Int,
    shared: Int? = nil
  ) {
    guard succession == nil, !isClosed else { return }
    let order = SuccessionOrder(reason: reason, detail: detail, known: known, shared: shared)
    do {
      try order.write(for: path)
      succession = order
    } catch {
      // The file system is away; the next failure asks again.
      fault?.reason += "; \(error)"
    }
  }

  /// The journals that this one goes on from, the latest first, as far as their files are there.
  package nonisolated func predecessors() -> [Predecessor] {
    var predecessors: [Predecessor] = []
    var next = opening.continues
    while let succession = next, predecessors.count < Predecessor.limit {
      let predecessor = Predecessor(succession, of: opening.agent, beside: path)
      predecessors.append(predecessor)
      next = predecessor.opening?.continues
    }
    return predecessors
  }
}

extension JournalError {
  /// ``succession``, and for a file that is no database any more but has an anchor.
  fileprivate func reasonToSucceed(at path: String) -> JournalSuccession.Reason? {
    if case .foreignFile = self, Files.exists(Anchor.path(for: path)) { return .damaged }
    return succession
  }
}

/// A journal that was set aside.
package struct Predecessor: Sendable {
  /// Most that are followed back.
  static let limit = 100

  package let succession: JournalSuccession
  package let agent: AgentID

  /// Its file; nil where it is gone.
  package let path: String?

  /// Its first record; nil where that cannot be read.
  package let opening: JournalOpening?

  init(_ succession: JournalSuccession, of agent: AgentID, beside path: String) {
    self.succession = succession
    self.agent = agent
    let kept = succession.file.map { Files.sibling(of: path, named: $0) }
    self.path = kept.flatMap { Files.size($0) > 0 ? $0 : nil }
    opening = self.path.flatMap { path in
      guard let reader = try? JournalReader(path: path) else { return nil }
      defer { try? reader.close() }
      guard let first = try? reader.records(after: 0, limit: 1, bytes: 1).first,
        case .opening(let opening)? = try? RecordCoding.decode(first.body).content
      else { return nil }
      return opening
    }
  }

  /// A connection that reads its file.
  ///
  /// - Returns: nil where there is none.
  package func reader() throws -> JournalReader? { try path.map { try JournalReader(path: $0) } }
}
