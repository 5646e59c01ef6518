package import Telemetry

/// The agent's one append-only, ordered, hash-linked sequence of records, and its one writer.
///
/// Records are appended to a bounded buffer, which gives them their sequence numbers, and become
/// durable together with ``commit()``. What an operator or another program waits for goes through
/// ``appendDurably(_:at:)``. It runs on a thread of its own, because committing waits for the disk.
package actor Journal {
  /// Most records, and bytes, that wait for a commit.
  package static let bufferRecordsLimit = 100_000
  package static let bufferBytesLimit = 16 * 1_048_576

  /// Longest record: a batch holds at least one, and a hub takes batches of several MiB.
  package static let recordBytesLimit = 1_048_576

  /// Time between two writings of the anchor.
  static let anchorInterval = Duration.seconds(5)

  package nonisolated let path: String

  /// The first record: whose journal it is.
  package nonisolated let opening: JournalOpening

  /// Its time.
  nonisolated let openedAt: Instant

  /// What was kept of it before a program of a later schema version changed it.
  nonisolated let copies: [String]

  /// The schema version that the file had, where this opening has brought it to the present one.
  package nonisolated let migratedFrom: Int?

  private let executor: any SerialExecutor
  let lane: CommitLane
  let time: any TimeSource

  /// Uptime until which a log that a reader holds is left alone, and what it may have grown by since
  /// its size was looked at.
  var logHeldUntil = Duration.zero
  var unseenLog = 0

  /// Blocks whose frames go with the next commit, which records that.
  var pruning: Range<Int>?

  /// Nil unless the file must be set aside.
  var succession: SuccessionOrder?

  /// Held until the end, so that nobody else writes.
  var lock: FileLock?

  /// Nil while the disk fails, and after the end.
  var file: JournalFile?
  var isClosed = false
  var fault: Fault?

  /// The tree over all durable records, and the time of the last of them.
  var committed: MerkleFrontier
  var lastAt: Instant
  var buffer: RecordBuffer

  /// What comes before the buffer, the oldest first, while it goes to the disk beside this thread.
  var underWay: [CommitUnderWay] = []
  var anchorDue: Duration
  var anchorProblem: String?

  package nonisolated var unownedExecutor: UnownedSerialExecutor {
    executor.asUnownedSerialExecutor()
  }

  /// Opens a journal, or begins one.
  ///
  /// - Parameters:
  ///   - path: The SQLite file; `path.lock` and `path.anchor` lie beside it.
  ///   - opening: The first record of a new journal. An existing one must belong to the same agent
  ///     and keeps its own.
  ///   - time: Stamps the opening, and paces retries and the anchor.
  ///   - executors: What it runs on; threads of its own where nothing else is given.
  ///   - keepsCopy: Whether a journal of an earlier version is copied before it is brought to this one.
  ///   - progress: Told how far that is: once, at the first start, and from where it was cut short.
  /// - Returns: The journal, with an exclusive lock on it.
  /// - Throws: ``JournalError`` when the file cannot be trusted or belongs to somebody else.
  package static func open(
    at path: String,
    opening: JournalOpening,
    time: any TimeSource,
    executors: JournalExecutors = JournalExecutors(),
    keepsCopy: Bool = true,
    progress: (JournalMigrationStep) -> Void = { _ in }
  ) throws -> Journal {
    let path = Files.resolved(path)
    let lock = try FileLock(for: path)
    return try open(
      at: path,
      opening: opening,
      lock: lock,
      time: time,
      executors: executors,
      keepsCopy: keepsCopy,
      progress: progress
    )
  }

  static func open(
    at path: String,
    opening: JournalOpening,
    lock: FileLock,
    time: any TimeSource,
    executors: JournalExecutors,
    keepsCopy: Bool,
    progress: (JournalMigrationStep) -> Void
  ) throws -> Journal {
    let anchor = try Anchor.read(for: path)
    if let anchor, Files.size(path) == 0 {
      throw JournalError.missing(path: path, anchor: Anchor.path(for: path), seq: anchor.seq)
    }
    if Files.size(path) > 0 {
      try inspect(path, anchor, agent: opening.agent)
    } else if !Files.exists(path) {
      try Files.createPrivate(path)
    }
    let first = {
      var first = RecordBuffer(after: MerkleFrontier())
      let record = Record(seq: 1, at: time.now(), content: .opening(opening))
      try first.append(record)
      return first
    }
    let file = try JournalFile(
      path: path,
      creating: first,
      keepsCopy: keepsCopy,
      progress: progress
    )
    return try Journal(
      file: file,
      expected: opening,
      anchor: anchor,
      lock: lock,
      time: time,
      executors: executors
    )
  }

  /// Looks at a file before it is opened for writing, which would move its log into it and take the
  /// log away: a file that cannot go on stays as it is.
  private static func inspect(_ path: String, _ anchor: Anchor?, agent: AgentID) throws {
    // Its making was cut short, which only a connection that writes can undo.
    if Files.size(path + "-journal") > 0 { return }
    guard let file = try JournalFile(inspecting: path) else {
      guard let anchor else { return }
      guard anchor.agent == agent else {
        throw JournalError.otherAgent(path: path, found: anchor.agent, expected: agent)
      }
      // All that there was lay in a log that is gone.
      let name = Anchor.path(for: path)
      throw JournalError.tailLost(path: path, anchor: name, last: 0, anchored: anchor.seq)
    }
    defer { try? file.close() }
    let head = try file.head().frontier
    let (opening, _) = try opening(of: file)
    if opening.agent == agent { try anchor?.check(file, head: head, opening: opening) }
  }

  private init(
    file: JournalFile,
    expected: JournalOpening,
    anchor: Anchor?,
    lock: FileLock,
    time: any TimeSource,
    executors: JournalExecutors
  ) throws {
    let (head, last) = try file.head()
    (opening, openedAt) = try Self.opening(of: file)
    guard opening.agent == expected.agent else {
      throw JournalError.otherAgent(
        path: file.path,
        found: opening.agent,
        expected: expected.agent
      )
    }
    try anchor?.check(file, head: head, opening: opening)
    path = file.path
    executor = executors.appending
    lane = CommitLane(executor: executors.committing)
    self.time = time
    self.lock = lock
    self.file = file
    copies = MigrationCopy.all(of: file.path)
    migratedFrom = file.migratedFrom
    committed = head
    lastAt = try RecordCoding.decode(last.body).at
    buffer = RecordBuffer(after: head)
    anchorDue = time.uptime() + Self.anchorInterval
    try Anchor(opening: opening, frontier: head).write(for: file.path)
  }

  private static func opening(of file: JournalFile) throws -> (JournalOpening, at: Instant) {
    guard let first = try file.record(1), let record = try? RecordCoding.decode(first.body),
      case .opening(let opening) = record.content
    else { throw JournalError.damaged(path: file.path, reason: "its first record is no opening") }
    return (opening, record.at)
  }

  /// Gives a record its sequence number and keeps it for the next ``commit()``.
  ///
  /// - Returns: The record; it is not durable yet.
  /// - Throws: ``JournalError`` when it is too long, or when the buffer is full and the disk takes
  ///   nothing.
  @discardableResult
  package func append(_ content: Record.Content, at: Instant) throws -> Record {
    try makeRoom()
    return try add(content, at: at)
  }

  /// Puts a record into the buffer, which has room.
  @discardableResult
  private func add(_ content: Record.Content, at: Instant) throws -> Record {
    let record = Record(seq: buffer.nextSeq, at: at, content: content)
    try buffer.append(record, limit: Self.recordBytesLimit)
    return record
  }

  /// Appends frames, in order; several at once are cheaper than one by one.
  ///
  /// - Throws: ``JournalError`` like ``append(_:at:)``; the frames before the one that was refused
  ///   are kept.
  package func append(_ frames: [Frame]) throws {
    for frame in frames {
      try makeRoom()
      try buffer.append(frame, limit: Self.recordBytesLimit)
    }
  }

  /// Appends a record and makes it durable, with all that were appended before it.
  ///
  /// - Parameters:
  ///   - content: What is recorded.
  ///   - at: When it happened.
  ///   - precursor: What is recorded just before it: both are there afterwards, or neither is.
  /// - Returns: The record, which now survives a power cut.
  /// - Throws: ``JournalError/storage(path:reason:)`` when it is not in the journal and will not be;
  ///   ``JournalError/uncertain(path:seq:reason:)`` when the disk failed in a way that leaves open
  ///   whether it is: it is then kept, and a later commit decides.
  package func appendDurably(
    _ content: Record.Content,
    at: Instant,
    after precursor: Record.Content? = nil
  ) throws -> Record {
    try makeRoom()
    let before = buffer.frontier
    let record: Record
    do {
      if let precursor { try add(precursor, at: at) }
      record = try add(content, at: at)
    } catch {
      buffer.removeLast(restoring: before)
      throw error
    }
    do {
      try commitAnchored()
    } catch {
      guard buffer.items.count > fault?.uncertain?.count ?? 0 else {
        throw JournalError.uncertain(path: path, seq: record.seq, reason: problem ?? "\(error)")
      }
      buffer.removeLast(restoring: before)
      throw error
    }
    return record
  }

  /// Makes all appended records durable like ``commit()``, so that nobody can cut them off from the
  /// log's end unnoticed: before something is acknowledged.
  package func commitAnchored() throws {
    try commit()
    writeAnchor()
  }

  /// Makes all appended records durable, in one transaction.
  ///
  /// - Throws: ``JournalError/storage(path:reason:)`` when the disk does not take them; they stay in
  ///   the buffer, and the next call tries again, at most once a second.
  package func commit() throws {
    if isClosed { throw JournalError.closed(path: path) }
    settle()
    if fault != nil { try recover() }
    guard !buffer.items.isEmpty else {
      fault = nil
      return
    }
    guard let file else { throw JournalError.storage(path: path, reason: problem ?? "not open") }
    let bytes = buffer.bytes.count
    do {
      try file.commit(buffer, pruning: pruning)
      adopt(buffer.frontier, count: buffer.items.count)
    } catch {
      failCommit(error, of: (buffer.items.count, buffer.frontier))
      if fault != nil { throw error }
    }
    tendFile(after: bytes)
  }

  private func makeRoom() throws {
    if isClosed { throw JournalError.closed(path: path) }
    let waiting = waiting
    guard
      waiting.records >= Self.bufferRecordsLimit || waiting.bytes >= Self.bufferBytesLimit
    else { return }
    do {
      try commit()
    } catch {
      throw JournalError.bufferFull(
        records: waiting.records,
        bytes: waiting.bytes,
        reason: problem ?? "\(error)"
      )
    }
  }
}
