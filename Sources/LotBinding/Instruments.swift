package import Telemetry

/// The stations that each instrument's readings count for.
package typealias InstrumentUse = [Label: Set<StationID>]

/// The calibrations of instruments, as far as they are recorded at this agent.
package struct Instruments: Sendable, Hashable {
  /// The record of a calibration.
  package struct Stamp: Sendable, Hashable {
    package let seq: Int
    package let at: Instant
  }

  package typealias History = CalibrationHistory<Stamp>

  /// Calibrations that are kept of one instrument; the journal and the hub have all.
  private static let historyLimit = 100

  private var histories: [Label: History] = [:]

  /// Instruments of which it is recorded that they are due, since their last calibration.
  private var announced: Set<Label> = []

  init() {}

  package func history(of instrument: Label) -> History {
    histories[instrument] ?? History(instrument)
  }

  /// Every instrument that was ever calibrated.
  package var known: [Label] { histories.keys.sorted() }

  mutating func apply(_ record: Record) {
    switch record.content {
    case .calibration(let calibration):
      let instrument = calibration.instrument
      histories[instrument, default: History(instrument)]
        .add(
          calibration,
          from: Stamp(seq: record.seq, at: record.at),
          limit: Self.historyLimit
        )
      announced.remove(instrument)
    case .event(let event):
      if event.kind == .calibrationOverdue, let instrument = event.instrument {
        announced.insert(instrument)
      }
    default: break
    }
  }

  /// How an instrument stands at a moment.
  package func standing(of instrument: Label, at now: Instant) -> InstrumentStanding {
    let history = history(of: instrument)
    return InstrumentStanding(
      instrument: instrument,
      state: history.state(at: now),
      last: history.last(at: now)
    )
  }

  /// What is due and is not recorded to be.
  func events(of instruments: [Label], at now: Instant) -> [Event] {
    instruments.filter { !announced.contains($0) }.compactMap { instrument in
      standing(of: instrument, at: now).doubt.map {
        Event(.calibrationOverdue, instrument: instrument, detail: $0)
      }
    }
  }

  /// Checks what a calibration says of itself.
  static func check(_ calibration: Calibration, at now: Instant) throws(BindingError) {
    if calibration.performed > now {
      throw .calibrationDates(
        reason: "the calibration would have been performed \(calibration.performed), which is "
          + "still to come; look at the date"
      )
    }
    if let until = calibration.performedUntil, until <= calibration.performed {
      throw .calibrationDates(
        reason: "the calibration would have been over by \(until), before it began "
          + "\(calibration.performed); look at the dates"
      )
    }
    if calibration.due <= calibration.done {
      throw .calibrationDates(
        reason: "the calibration would be due again \(calibration.due), before it was performed; "
          + "look at the dates"
      )
    }
  }
}

/// Whether an instrument's readings can be relied on, at a moment.
package struct InstrumentStanding: Sendable, Hashable {
  package let instrument: Label
  package let state: CalibrationState

  /// The last calibration until that moment.
  package let last: Instruments.History.Entry?

  /// From when on it could not be relied on; nil when it can, or when that is not known.
  package var since: Instant? {
    switch state {
    case .calibrated, .never: nil
    case .overdue: last?.calibration.due
    case .failed, .foundOut: last?.calibration.performed
    }
  }

  /// What is doubtful about its readings, and the mend; nil when nothing is.
  package var doubt: String? {
    let time = since.map(\.description) ?? ""
    switch state {
    case .calibrated: return nil
    case .overdue:
      return "the calibration of \(instrument) was due \(time); have it calibrated, then: "
        + "lotline calibration record"
    case .failed, .foundOut:
      return
        "\(instrument) was out of tolerance at its calibration \(time), and it is not recorded "
        + "that it was put right; have it calibrated anew"
    case .never:
      return "no calibration of \(instrument) is recorded; record its last one: "
        + "lotline calibration record"
    }
  }
}
