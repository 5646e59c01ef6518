/// When each scan group of one bus is due: pure, on the monotonic clock.
///
/// Deadlines lie on a grid that starts at the group's phase, so they never drift. A scan that could
/// not be taken before the next one fell due is skipped and counted, never queued.
package struct Schedule: Sendable, Hashable {
  /// A group whose scan is due.
  package struct Due: Sendable, Hashable {
    /// Index of the group.
    package let group: Int

    /// Scans of this group that were skipped since the last.
    package let missed: Int

    /// When the first skipped scan was due.
    package let missedSince: Duration
  }

  private struct Entry: Sendable, Hashable {
    let period: Duration
    var next: Duration
  }

  private var entries: [Entry]

  /// Puts each group's first scan at its phase; those without one are spread over their periods, so
  /// that a bus is evenly loaded.
  ///
  /// - Parameters:
  ///   - periods: One for each group.
  ///   - phases: Of the first groups; those that follow have none.
  ///   - start: When all periods begin.
  /// - Precondition: There is a period, and all are positive.
  package init(periods: [Duration], phases: [Duration?] = [], start: Duration) {
    precondition(!periods.isEmpty && periods.allSatisfy { $0 > .zero })
    precondition(phases.count <= periods.count)
    entries = periods.enumerated().map { index, period in
      let phase = phases.indices.contains(index) ? phases[index] : nil
      return Entry(period: period, next: start + (phase ?? period * index / periods.count))
    }
  }

  /// The earliest deadline.
  package var next: Duration { entries.reduce(entries[0].next) { min($0, $1.next) } }

  /// Takes the group that has been due longest, and sets its next deadline.
  ///
  /// - Returns: nil when none is due at `now`.
  package mutating func take(at now: Duration) -> Due? {
    let due = entries.indices.filter { entries[$0].next <= now }
    guard let group = due.min(by: { entries[$0].next < entries[$1].next }) else { return nil }
    let entry = entries[group]
    let missed = Int((now - entry.next) / entry.period)
    entries[group].next = entry.next + entry.period * (missed + 1)
    return Due(group: group, missed: missed, missedSince: entry.next)
  }
}
