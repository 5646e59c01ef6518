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
  func start(_ binding: Binding) throws -> Done { try perform { try $0.start(binding) } }

  /// Ends the lot at a station; durable when this returns.
  func endLot(at station: StationID) throws -> Done { try perform { try $0.end(station) } }

  /// Loads material; durable when this returns.
  func load(_ load: MaterialLoad) throws -> Done { try perform { try $0.load(load) } }

  /// Takes material away; durable when this returns.
  func unload(_ lot: LotID, from station: StationID) throws -> Done {
    try perform { try $0.unload(lot, from: station) }
  }

  /// Records that a lot went into another; durable when this returns.
  func consume(_ consumption: Consumption) throws -> Done {
    try perform { try $0.consume(consumption) }
  }

  /// Judges a command, writes its record and applies it.
  func perform(_ judge: (Bindings) throws -> Judgement) throws -> Done {
    try settleUndecided()
    let judgement = try judge(bindings)
    followClock()
    let at = time.now()
    let uptime = time.uptime()
    do {
      let record = try journal.assumeIsolated { try $0.appendDurably(judgement.content, at: at) }
      bindings.apply(record, uptime: uptime)
      return Done(record: record, notes: judgement.notes)
    } catch let error as JournalError {
      if case .uncertain(_, let seq, _) = error { undecided = (seq, uptime) }
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
