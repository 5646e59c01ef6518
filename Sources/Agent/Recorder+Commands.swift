internal import JournalStore
internal import LotBinding
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
  func start(_ binding: Binding) throws -> Done {
    try perform { bindings, _ in try bindings.start(binding) }
  }

  /// Ends the lot at a station; durable when this returns.
  func endLot(at station: StationID) throws -> Done {
    try perform { bindings, _ in try bindings.end(station) }
  }

  /// Loads material; durable when this returns.
  func load(_ load: MaterialLoad) throws -> Done {
    try perform { bindings, _ in try bindings.load(load) }
  }

  /// Takes material away; durable when this returns.
  func unload(_ lot: LotID, from station: StationID) throws -> Done {
    try perform { bindings, _ in try bindings.unload(lot, from: station) }
  }

  /// Records that a lot went into another; durable when this returns.
  func consume(_ consumption: Consumption) throws -> Done {
    try perform { bindings, _ in try bindings.consume(consumption) }
  }

  /// Judges a command, writes its record and applies it.
  ///
  /// - Parameter judge: Gets what is in force, and now, which is the time of the record.
  /// - Returns: The record, and what its maker is told.
  /// - Throws: What `judge` throws, or `JournalError` when the journal cannot be written.
  func perform(_ judge: (Bindings, Moment) throws -> Judgement) throws -> Done {
    try settleUndecided()
    followClock()
    let now = time.moment()
    let judgement = try judge(bindings, now)
    do {
      let record = try journal.assumeIsolated { journal in
        try journal.appendDurably(judgement.content, at: now.wall)
      }
      bindings.apply(record, uptime: now.uptime)
      return Done(record: record, notes: judgement.notes)
    } catch let error as JournalError {
      if case .uncertain(_, let seq, _) = error { undecided = (seq, now.uptime) }
      throw error
    }
  }

  /// Takes what a failed commit left undecided, once the journal knows whether it is recorded.
  func settleUndecided() throws {
    guard let (seq, uptime) = undecided else { return }
    bindings = try journal.assumeIsolated { [bindings] journal in
      try journal.replay(into: bindings, after: seq - 1) { $0.apply($1, uptime: uptime) }
    }
    undecided = nil
  }
}
