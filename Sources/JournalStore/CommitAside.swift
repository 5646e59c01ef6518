internal import Synchronization
internal import Telemetry

/// Records on their way to the disk, while later ones are appended behind them.
final class CommitUnderWay: Sendable {
  private enum State {
    /// The records, and what goes to the disk before them.
    case waiting(RecordBuffer, after: CommitUnderWay?)
    case ended(End)
  }

  enum End {
    case done

    /// The records are given back, and may be durable all the same.
    case failed(RecordBuffer, any Error)
  }

  let count: Int
  let bytes: Int
  let lastAt: Instant

  /// The tree with them.
  let frontier: MerkleFrontier
  private let file: JournalFile
  private let state: Mutex<State>

  /// - Returns: nil when there are none.
  init?(_ buffer: RecordBuffer, to file: JournalFile, after earlier: CommitUnderWay?) {
    guard let last = buffer.items.last else { return nil }
    count = buffer.items.count
    bytes = buffer.bytes.count
    frontier = buffer.frontier
    lastAt = last.at
    self.file = file
    state = Mutex(.waiting(buffer, after: earlier))
  }

  /// Commits them, unless somebody else does or did; then waits for that one's end.
  ///
  /// Where an earlier one failed nothing is written: the connection is not to be trusted any more.
  func end() -> End {
    state.withLock { state in
      switch state {
      case .ended(let end): return end
      case .waiting(let buffer, let earlier):
        let end = end(buffer, after: earlier)
        state = .ended(end)
        return end
      }
    }
  }

  private func end(_ buffer: RecordBuffer, after earlier: CommitUnderWay?) -> End {
    do {
      if case .failed(_, let error)? = earlier?.end() { throw error }
      try file.commit(buffer)
      return .done
    } catch {
      return .failed(buffer, error)
    }
  }
}

/// The thread that waits for the disk while the journal's own makes the next records.
actor CommitLane {
  private let executor: any SerialExecutor

  nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

  init(executor: any SerialExecutor) { self.executor = executor }

  func carry(_ commit: CommitUnderWay) { _ = commit.end() }
}

/// Commits can be under way beside the journal's thread. Whoever needs the file itself takes their end
/// into account first.
extension Journal {
  /// Makes all appended records durable like ``commit()``, but lets others append meanwhile.
  ///
  /// - Throws: ``JournalError`` as of ``commit()``.
  package func commitAside() async throws {
    let last = buffer.frontier.size
    if fault == nil, pruning == nil, !isClosed, let file,
      let commit = CommitUnderWay(buffer, to: file, after: underWay.last)
    {
      underWay.append(commit)
      buffer = RecordBuffer(after: buffer)
    }
    guard let newest = underWay.last, newest.frontier.size == last else { return try commit() }
    await lane.carry(newest)
    settle(newest)
    // It came back, since it failed, or one before it.
    if committed.size < last { return try commit() }
    if underWay.isEmpty, !isClosed { tendFile(after: newest.bytes) }
  }

  /// Takes the end of all commits that are under way into account, once it is there.
  func settle() {
    if let newest = underWay.last { settle(newest) }
  }

  /// The same, up to one of them; nothing happens where somebody else has done so.
  private func settle(_ newest: CommitUnderWay) {
    while let commit = underWay.first, underWay.contains(where: { $0 === newest }) {
      switch commit.end() {
      case .done:
        underWay.removeFirst()
        take(commit.frontier, at: commit.lastAt)
      case .failed(_, let error):
        for later in underWay.reversed() {
          if case .failed(let records, _) = later.end() { buffer.prepend(records) }
        }
        underWay = []
        failCommit(error, of: (commit.count, commit.frontier))
      }
    }
  }
}
