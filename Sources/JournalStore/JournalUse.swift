package import MerkleLog
package import Telemetry

extension Journal {
  /// How the journal stands.
  package struct Status: Sendable, Hashable {
    /// Sequence number, time and root of the last durable record.
    package let seq: Int
    package let at: Instant
    package let root: Digest

    /// Size of the file and its write-ahead log.
    package let bytes: Int

    /// Records that wait for their commit.
    package let waiting: Int

    /// What is wrong with the disk, in words; nil when all is well.
    package let problem: String?
  }

  /// What lies beside it that a migration kept: file names and their bytes.
  package nonisolated func keptCopies() -> [(name: String, bytes: Int)] {
    copies.filter { Files.exists($0) }.map { (Files.name(of: $0), Files.size($0)) }
  }

  /// Whether the disk takes nothing.
  package var isFailing: Bool { fault != nil }

  /// Records and bytes that are not durable yet.
  var waiting: (records: Int, bytes: Int) {
    underWay.reduce((buffer.items.count, buffer.bytes.count)) { sum, commit in
      (sum.0 + commit.count, sum.1 + commit.bytes)
    }
  }

  package func status() -> Status {
    Status(
      seq: committed.size,
      at: lastAt,
      root: committed.root,
      bytes: Files.size(path) + Files.size(path + "-wal"),
      waiting: waiting.records,
      problem: problem
    )
  }

  /// Goes through all durable records after `seq` that are not frames, in order.
  ///
  ///     let bindings = try await journal.replay(into: Bindings(stations: ids)) { $0.apply($1) }
  ///
  /// A journal of a hundred million frames replays as fast as its few other records.
  package func replay<State: Sendable>(
    into state: State,
    after seq: Int = 0,
    _ apply: @Sendable (inout State, Record) throws -> Void
  ) throws -> State {
    /// Records in memory at a time.
    let chunk = 500
    var state = state
    var last = seq
    while true {
      let records = try trustedFile().story(after: last, limit: chunk)
      for record in records { try apply(&state, RecordCoding.decode(record.body)) }
      guard let next = records.last?.seq else { return state }
      last = next
    }
  }

  /// Goes through all durable records, frames too, from the last one back, one at a time.
  ///
  /// - Parameters:
  ///   - state: What they are shown to.
  ///   - apply: Takes one, and says whether it wants the one before.
  /// - Returns: The state that `apply` has left.
  /// - Throws: ``JournalError`` when the file cannot be read, and what `apply` throws.
  package func replayBackwards<State: Sendable>(
    into state: State,
    _ apply: @Sendable (inout State, Record) throws -> Bool
  ) throws -> State {
    var state = state
    try trustedFile().visitBackwards { try apply(&state, RecordCoding.decode($0)) }
    return state
  }

  /// Appends a checkpoint of all records up to here; it is durable after the next ``commit()``.
  ///
  /// What is signed leaves the journal only as a part of it, so a checkpoint of records that the disk
  /// then loses is lost with them.
  package func appendCheckpoint(by signer: NoteSigner, at: Instant) throws -> Record {
    let checkpoint = Checkpoint(
      origin: opening.origin,
      size: buffer.frontier.size,
      root: buffer.frontier.root
    )
    let note = try checkpoint.signed(by: signer).encoded
    return try append(.checkpoint(JournalCheckpoint(note: note)), at: at)
  }

  /// The number of the last record, durable or not.
  package var lastSeq: Int { buffer.frontier.size }

  /// The last durable record of a type other than frame; nil when there is none.
  package func latest(_ type: String) throws -> Record? {
    try trustedFile().latest(type).map { try RecordCoding.decode($0.body) }
  }

  /// How much of the journal an uplink's hub has confirmed; nil when it never did.
  package func cursor(of uplink: String) throws -> MerkleFrontier? {
    try trustedFile().cursor(of: uplink)
  }

  /// Keeps how much of the journal an uplink's hub has confirmed, durably.
  package func setCursor(_ frontier: MerkleFrontier, of uplink: String) throws {
    let file = try trustedFile()
    do {
      try file.setCursor(frontier, of: uplink)
    } catch {
      fail(error, uncertain: nil)
      throw error
    }
  }

  /// Whether an agent writes the journal at `path` now.
  ///
  /// - Throws: ``JournalError`` when that cannot be found out.
  package static func isInUse(_ path: String) throws(JournalError) -> Bool {
    let path = Files.resolved(path)
    guard Files.exists(path + ".lock") else { return false }
    do throws(JournalError) {
      _ = try FileLock(for: path)
      return false
    } catch {
      guard case .inUse = error else { throw error }
      return true
    }
  }

  /// A connection that reads while this one writes.
  package nonisolated func reader() throws -> JournalReader { try JournalReader(path: path) }

  /// Commits what waits, writes the anchor and closes the file.
  ///
  /// - Throws: ``JournalError`` when the last records could not be committed; the file is closed all
  ///   the same.
  package func close() throws {
    if isClosed { return }
    defer {
      isClosed = true
      file = nil
      lock = nil
    }
    try commit()
    writeAnchor()
    // A reader may hold the log; then the next start finds it, which is as good.
    try? file?.checkpoint()
    try file?.close()
  }

  private func trustedFile() throws -> JournalFile {
    if isClosed { throw JournalError.closed(path: path) }
    settle()
    guard let file else {
      throw JournalError.storage(path: path, reason: problem ?? "it is not open")
    }
    return file
  }
}
