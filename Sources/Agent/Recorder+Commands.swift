internal import JournalStore
internal import LotBinding
internal import Logging
internal import Telemetry

/// A command that was carried out.
struct Done: Sendable, Hashable {
  /// Its record, which is durable.
  let record: Record

  /// What its maker is told beside it.
  let notes: [BindingNote]

  var seq: Int { record.seq }
}

extension Recorder {
  /// Starts a lot; it is durable when this returns.
  ///
  /// Here and below, `scan` is what was scanned to have it done, for its record.
  func start(_ order: LotOrder, scan: String? = nil) throws -> Done {
    try perform(scan: scan, after: { try self.handOver(to: order) }) { bindings, now in
      try bindings.start(order, now: now.wall)
    }
  }

  /// Ends the lot at a place; durable when this returns.
  func endLot(
    at place: StationLane,
    _ reason: BindingEnd.Reason? = nil,
    scan: String? = nil
  ) throws -> Done {
    try perform(scan: scan) { bindings, _ in try bindings.end(place, reason) }
  }

  /// Records that a board or device came or went; durable when this returns.
  func pass(
    _ serial: SerialNumber,
    _ event: UnitPassage.Event,
    at place: StationLane,
    source: UnitPassage.Source,
    operatorName: Label? = nil,
    scan: String? = nil
  ) throws -> Done {
    let passed = event == .left ? conveyors.passed(by: serial, at: place) : []
    let done = try perform(scan: scan) { bindings, _ in
      try bindings.pass(serial, event, at: place, source: source, operatorName: operatorName)
    }
    if passed.isEmpty { return done }
    let note = BindingNote.outOfOrder(serial, before: passed, at: place)
    logger.warning("\(note.sentence)")
    let event = Event(
      .boardOutOfOrder,
      station: place.station,
      lane: place.lane,
      lot: lot(of: done.record),
      serial: serial,
      detail: note.sentence
    )
    write(.event(event), at: done.record.at)
    return Done(record: done.record, notes: done.notes + [note])
  }

  /// The lot of a unit's record.
  private func lot(of record: Record) -> LotID? {
    guard case .unit(let passage) = record.content else { return nil }
    return bindings.corrections.lot(passage.binding)?.recorded?.content.lot
  }

  /// Signs an operator on; durable when this returns.
  func signOn(
    _ who: Label,
    at station: StationID,
    replacing: Bool = false,
    scan: String? = nil
  ) throws -> Done {
    try perform(scan: scan) { [local] bindings, now in
      try bindings.signOn(who, at: station, replacing: replacing, now: now.wall, local: local)
    }
  }

  /// Signs an operator off; durable when this returns.
  func signOff(_ who: Label, from station: StationID, scan: String? = nil) throws -> Done {
    try perform(scan: scan) { bindings, _ in try bindings.signOff(who, from: station) }
  }

  /// Signs off operators whose time or shift is over.
  func timeOutCrews() {
    do {
      while let content = bindings.timeOut(at: clock.moment()) {
        _ = try perform { _, _ in Judgement(content) }
        if case .crew(let change) = content {
          logger.notice(
            "\(change.operatorName) is signed off from \(change.station): the time was over"
          )
        }
      }
    } catch {
      noteStorage(error)
    }
  }

  /// Corrects what is recorded; durable when this returns.
  func correct(_ order: CorrectionOrder) throws -> Done {
    try perform { bindings, now in try bindings.correct(order, now: now.wall) }
  }

  /// Judges a command, writes its record and applies it.
  ///
  /// - Parameters:
  ///   - scan: What was scanned to have it done; nil where nothing was.
  ///   - precursor: What must be recorded with it, just before it; nil for nothing.
  ///   - judge: Gets what is in force then, and now, which is the time of the record.
  /// - Returns: The record, and what its maker is told.
  /// - Throws: What `judge` throws, or `JournalError` when the journal cannot be written.
  func perform(
    scan: String? = nil,
    after precursor: () throws -> Record.Content? = { nil },
    _ judge: (Bindings, Moment) throws -> Judgement
  ) throws -> Done {
    try settleUndecided()
    followClock()
    let now = clock.moment()
    let first = try precursor().map { conveyors.stamped($0, at: now.uptime) }
    let inForce = first.map { first in
      let last = journal.assumeIsolated { $0.lastSeq }
      return bindings.after(Record(seq: last + 1, at: now.wall, content: first))
    }
    let judgement = try judge(inForce ?? bindings, now)
    let stamped = conveyors.stamped(judgement.content, at: now.uptime)
    let content = scan.map(stamped.scanned) ?? stamped
    func takeOver(_ record: Record) {
      if let first {
        apply(Record(seq: record.seq - 1, at: now.wall, content: first), uptime: now.uptime)
      }
      apply(record, uptime: now.uptime)
    }
    do {
      let record = try journal.assumeIsolated { journal in
        try journal.appendDurably(content, at: now.wall, after: first)
      }
      takeOver(record)
      // Whoever asks for the evidence of a lot that has ended gets all of it.
      if case .bindingEnd = first ?? record.content { checkpoints?.isWanted = true }
      return Done(record: record, notes: judgement.notes)
    } catch let error as JournalError {
      // It is kept, and nothing behind it is durable without it: frames must say what it says.
      if case .uncertain(_, let seq, _) = error {
        takeOver(Record(seq: seq, at: now.wall, content: content))
        undecided = seq
      }
      throw error
    }
  }

  private func apply(_ record: Record, uptime: Duration) {
    bindings.apply(record, uptime: uptime)
    conveyors.apply(record, uptime: uptime)
  }

  /// Waits, before anything is judged, for what a failed commit left undecided: what the disk does
  /// not hold then is written again.
  ///
  /// - Throws: `JournalError` while it is not in the journal.
  func settleUndecided() throws {
    guard let seq = undecided else { return }
    let status = journal.assumeIsolated { $0.status() }
    guard status.seq >= seq else {
      // Not `uncertain`: what is asked for now is certainly not recorded.
      throw JournalError.storage(
        path: journal.path,
        reason: status.problem ?? "record \(seq) waits to be written"
      )
    }
    undecided = nil
  }
}
