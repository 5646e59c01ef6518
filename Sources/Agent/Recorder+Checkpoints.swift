internal import JournalStore
internal import Logging
internal import MerkleLog
internal import Telemetry

/// When the recorder signs next.
struct CheckpointSchedule {
  var signing: JournalSigning
  let interval: Duration

  /// Uptime of the next checkpoint.
  var due: Duration

  /// A lot has ended: its evidence needs a checkpoint that covers it.
  var isWanted = false

  /// The last checkpoint's record; a journal that has not grown since needs no other.
  var lastSeq = 0

  /// A key's record of which a failing disk left open whether it is in the journal.
  var undecided: Int?

  /// What went wrong last, so that it is said once.
  var problem: String?
}

extension Recorder {
  /// Time between two looks whether something is to be signed.
  static let checkpointPeriod = Duration.seconds(1)

  /// Records whose key signs from now on, and begins to sign.
  func sign(with signing: JournalSigning, every interval: Duration) throws {
    var signing = signing
    if let change = signing.change {
      _ = try journal.assumeIsolated { [time] in
        try $0.appendDurably(.key(change.content), at: time.now())
      }
      try signing.changeRecorded()
      logger.notice("the journal's key is \(signing.signer.key)")
    }
    checkpoints = CheckpointSchedule(
      signing: signing,
      interval: interval,
      due: time.uptime() + interval
    )
  }

  /// Signs the journal as it is, when it is time to, and takes over a key that waits.
  func signIfDue() {
    guard var schedule = checkpoints else { return }
    do {
      try rotate(&schedule)
      if schedule.undecided == nil, schedule.isWanted || time.uptime() >= schedule.due {
        schedule.due = time.uptime() + schedule.interval
        try sign(&schedule)
        schedule.isWanted = false
      }
      schedule.problem = nil
    } catch {
      let problem = "\(error)"
      if schedule.problem != problem { logger.error("the journal is not signed: \(problem)") }
      schedule.problem = problem
    }
    checkpoints = schedule
  }

  /// Signs the journal as the agent stops.
  func signLast() throws {
    guard var schedule = checkpoints, schedule.undecided == nil else { return }
    try sign(&schedule)
    checkpoints = schedule
  }

  private func sign(_ schedule: inout CheckpointSchedule) throws {
    let signer = schedule.signing.signer
    let last = schedule.lastSeq
    let seq: Int? = try journal.assumeIsolated { [time] journal in
      if journal.lastSeq == last { return nil }
      return try journal.appendCheckpoint(by: signer, at: time.now()).seq
    }
    if let seq { schedule.lastSeq = seq }
  }

  private func rotate(_ schedule: inout CheckpointSchedule) throws {
    let origin = journal.opening.origin
    guard let (content, next) = try schedule.signing.rotation(origin: origin) else { return }
    if let undecided = schedule.undecided {
      // It is in the buffer until the disk has it, so it must not be written again.
      if journal.assumeIsolated({ $0.status().seq }) < undecided { return }
      schedule.undecided = nil
    } else {
      do {
        _ = try journal.assumeIsolated { [time] in
          try $0.appendDurably(.key(content), at: time.now())
        }
      } catch JournalError.uncertain(let path, let seq, let reason) {
        schedule.undecided = seq
        throw JournalError.uncertain(path: path, seq: seq, reason: reason)
      }
    }
    try schedule.signing.rotated(to: next)
    schedule.isWanted = true
    logger.notice("the journal's key is now \(next.key)")
  }

  // MARK: Timestamps

  /// The last timestamp that is recorded, and when it was.
  func lastTimestamp() throws -> (timestamp: CheckpointTimestamp, at: Instant)? {
    let record = try journal.assumeIsolated { try $0.latest("timestamp") }
    guard let record, case .timestamp(let timestamp) = record.content else { return nil }
    return (timestamp, record.at)
  }

  /// The last checkpoint that is durable, and its record.
  func lastCheckpoint() throws -> (seq: Int, note: String)? {
    let record = try journal.assumeIsolated { try $0.latest("checkpoint") }
    guard let record, case .checkpoint(let checkpoint) = record.content else { return nil }
    return (record.seq, checkpoint.note)
  }

  /// Records a timestamp; it is durable after the next ``commit()``.
  func record(_ timestamp: CheckpointTimestamp) throws {
    let seq = try append(.timestamp(timestamp)).seq
    // Alone it is nothing that needs another checkpoint, which would then need a timestamp.
    if checkpoints?.lastSeq == seq - 1 { checkpoints?.lastSeq = seq }
  }
}
