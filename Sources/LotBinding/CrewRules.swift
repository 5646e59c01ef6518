package import Telemetry

/// When operators are signed off who do not do so themselves.
package struct CrewRules: Sendable, Hashable {
  /// One of the plant's shifts, each day at the same local time.
  package struct Shift: Sendable, Hashable {
    package let name: Label

    /// Minutes from midnight; a shift that ends before it begins ends on the next day.
    package let from: Int
    package let to: Int

    package init(name: Label, from: Int, to: Int) {
      self.name = name
      self.from = from
      self.to = to
    }
  }

  /// Longest time from a sign-on.
  package let timeOut: Duration
  package let shifts: [Shift]

  /// Whether everybody is signed off when the shift ends.
  package let endsWithShift: Bool

  /// Who signs on so short before the end of a shift is of the next one.
  package let early: Duration

  package init(
    timeOut: Duration = .seconds(12 * 3_600),
    shifts: [Shift] = [],
    endsWithShift: Bool = true,
    early: Duration = .seconds(30 * 60)
  ) {
    self.timeOut = timeOut
    self.shifts = shifts
    self.endsWithShift = endsWithShift
    self.early = early
  }

  /// The shift of somebody who signs on, and when the agent signs them off again.
  func term(at now: Instant, local: any LocalTime) -> (shift: Label?, until: Instant) {
    let latest = now.advanced(by: timeOut)
    guard let (shift, end) = shift(at: now, local: local) else { return (nil, latest) }
    return (shift.name, endsWithShift ? min(latest, end) : latest)
  }

  private func shift(at now: Instant, local: any LocalTime) -> (Shift, end: Instant)? {
    let dawn = now.advanced(by: early)
    let minute = local.minuteOfDay(at: dawn)
    guard let shift = shifts.first(where: { $0.covers(minute) }) else { return nil }
    let left = (shift.to - minute + Self.day) % Self.day
    return (shift, local.instant(after: dawn, minutes: left == 0 ? Self.day : left))
  }

  private static let day = 24 * 60
}

extension CrewRules.Shift {
  /// Whether a minute from midnight is in it.
  package func covers(_ minute: Int) -> Bool {
    from < to ? (from..<to).contains(minute) : minute >= from || minute < to
  }
}
