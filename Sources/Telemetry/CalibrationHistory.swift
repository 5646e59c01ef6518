/// The calibrations of one instrument in the order in which they were performed, whenever they were
/// recorded: what they say of its readings (ISO 13485, 7.6).
package struct CalibrationHistory<Source: Sendable & Hashable>: Sendable, Hashable {
  /// A calibration, and where it is recorded.
  package struct Entry: Sendable, Hashable {
    package let source: Source
    package let calibration: Calibration
  }

  /// An instrument that was found outside its tolerance, and the last calibration before it after
  /// which it was good; what was measured in between is in doubt.
  package struct Failure: Sendable, Hashable {
    package let found: Entry

    /// Nil when none is recorded.
    package let lastGood: Entry?

    /// When it may have measured wrongly; a day that may belong to it does.
    package var span: Range<Instant> {
      let end = found.calibration.done
      return min(start ?? Instant(microseconds: .min), end)..<end
    }

    /// Nil when no good calibration is recorded before.
    package var start: Instant? { lastGood?.calibration.performed }
  }

  package let instrument: Label
  package private(set) var entries: [Entry] = []

  package init(_ instrument: Label) { self.instrument = instrument }

  /// Takes a calibration; of several at one time the one that is added last counts.
  ///
  /// - Parameters:
  ///   - calibration: What was recorded.
  ///   - source: Where.
  ///   - limit: Calibrations that are kept.
  package mutating func add(_ calibration: Calibration, from source: Source, limit: Int = .max) {
    let before = entries.lastIndex { $0.calibration.done <= calibration.done }
    entries.insert(Entry(source: source, calibration: calibration), at: (before ?? -1) + 1)
    if entries.count > limit { entries.removeFirst(entries.count - limit) }
  }

  /// The last calibration that was surely performed by then.
  package func last(at time: Instant) -> Entry? {
    entries.last { $0.calibration.done <= time }
  }

  /// Every time that it was found outside its tolerance.
  package var failures: [Failure] {
    entries.indices.filter { entries[$0].calibration.asFound == .outside }.map { index in
      Failure(
        found: entries[index],
        lastGood: entries[..<index].last { $0.calibration.isGood }
      )
    }
  }

  /// How far its readings of a moment can be relied on, as far as that was known then.
  package func state(at time: Instant) -> CalibrationState {
    guard let last = last(at: time)?.calibration else { return .never }
    if !last.isGood { return .failed }
    return last.due <= time ? .overdue : .calibrated
  }

  /// The spans between two times in which its readings cannot be relied on, as is known by now: also
  /// those before a calibration that found it outside its tolerance.
  package func doubts(from start: Instant, to end: Instant) -> [CalibrationDoubt] {
    let changes = entries.map(\.calibration).flatMap { [$0.performed, $0.done, $0.due] }
      .filter { start < $0 && $0 < end }
    let starts = [start] + Set(changes).sorted()
    var doubts: [CalibrationDoubt] = []
    for (index, from) in starts.enumerated() {
      let to = index + 1 < starts.count ? starts[index + 1] : end
      let state = stateAsKnownNow(at: from)
      if state == .calibrated { continue }
      if let last = doubts.last, last.state == state, last.to == from {
        doubts[doubts.count - 1] = CalibrationDoubt(state: state, from: last.from, to: to)
      } else {
        doubts.append(CalibrationDoubt(state: state, from: from, to: to))
      }
    }
    return doubts
  }

  private func stateAsKnownNow(at time: Instant) -> CalibrationState {
    let state = state(at: time)
    if state == .failed { return state }
    return failures.contains { $0.span.contains(time) } ? .foundOut : state
  }
}

/// How far the readings of an instrument can be relied on.
package enum CalibrationState: String, Sendable, Hashable, Codable, CaseIterable {
  case calibrated
  /// Its last calibration is past its due date.
  case overdue
  /// Its last calibration has left it outside its tolerance, or does not say that it was put right.
  case failed
  /// No calibration of it is recorded.
  case never
  /// Its next calibration found it outside its tolerance.
  case foundOut = "found_out"
}

/// A span of time in which the readings of an instrument cannot be relied on.
package struct CalibrationDoubt: Sendable, Hashable, Codable {
  package let state: CalibrationState
  package let from: Instant
  package let to: Instant

  package init(state: CalibrationState, from: Instant, to: Instant) {
    self.state = state
    self.from = from
    self.to = to
  }
}
