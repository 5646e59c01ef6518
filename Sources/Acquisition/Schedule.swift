/// When each scan group of one bus is due: pure, on the monotonic clock.
///
/// Deadlines lie on a grid that starts at the group's phase, so they never drift. A scan that could
/// not be taken before the next one fell due is skipped and counted, never queued.
///
/// Of several that are due, the group goes first that is furthest behind: by the time that it has
/// waited, and a period for each scan that it has lost. So on a bus that has not the time for all,
/// every group loses the same part of its scans, and none starves.
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

    /// A period for each scan that was lost to the others.
    var lost: Duration = .zero
    var isSuspended = false

    /// When the next scan would be due, had none been lost.
    var fairNext: Duration { next - lost }
  }

  private var entries: [Entry]

  /// Puts each group's first scan at its phase; those without one are placed by ``PhasePlan``.
  ///
  /// - Parameters:
  ///   - periods: One for each group.
  ///   - phases: Of the first groups; those that follow have none.
  ///   - times: Bus time that each group's scan takes; none where they are taken as alike.
  ///   - start: When all periods begin.
  /// - Precondition: There is a period, and all are positive.
  package init(
    periods: [Duration],
    phases: [Duration?] = [],
    times: [Duration] = [],
    start: Duration
  ) {
    precondition(!periods.isEmpty && periods.allSatisfy { $0 > .zero })
    precondition(phases.count <= periods.count && [0, periods.count].contains(times.count))
    let scans = periods.enumerated().map { index, period in
      PhasePlan.Scan(
        period: period,
        time: times.isEmpty ? .milliseconds(1) : times[index],
        phase: phases.indices.contains(index) ? phases[index] : nil
      )
    }
    entries = zip(periods, PhasePlan(scans).phases).map { period, phase in
      Entry(period: period, next: start + phase)
    }
  }

  /// When the group's next scan is due, on its grid.
  package func deadline(of group: Int) -> Duration { entries[group].next }

  /// Has the group go on with the grid of a schedule before this one.
  package mutating func keep(_ deadline: Duration, of group: Int) {
    entries[group].next = deadline
  }

  /// The earliest deadline; nil when all groups are suspended.
  package var next: Duration? {
    var earliest: Duration?
    for entry in entries where !entry.isSuspended {
      earliest = min(earliest ?? entry.next, entry.next)
    }
    return earliest
  }

  /// Takes the group that is furthest behind, and sets its next deadline.
  ///
  /// - Returns: nil when none is due at `now`.
  package mutating func take(at now: Duration) -> Due? {
    var first: Int?
    for index in entries.indices where !entries[index].isSuspended && entries[index].next <= now {
      if let other = first, entries[other].fairNext <= entries[index].fairNext { continue }
      first = index
    }
    guard let group = first else { return nil }
    let due = takeNow(group, at: now)
    entries[group].lost += entries[group].period * due.missed
    return due
  }

  // MARK: Groups that are left out for a while

  /// Has no scan of the group fall due until it is resumed.
  package mutating func suspend(_ group: Int) { entries[group].isSuspended = true }

  /// Has the group's scans fall due again, on their grid.
  ///
  /// What the others have lost meanwhile does not count against it.
  package mutating func resume(_ group: Int) {
    let least = entries.filter { !$0.isSuspended }.map(\.lost).min()
    entries[group].lost = max(entries[group].lost, least ?? .zero)
    entries[group].isSuspended = false
  }

  /// The groups that are suspended.
  package var suspended: [Int] { entries.indices.filter { entries[$0].isSuspended } }

  /// Takes a group, whether it is due or not; a scan between two deadlines stands for the last one.
  package mutating func takeNow(_ group: Int, at now: Duration) -> Due {
    let entry = entries[group]
    guard entry.next <= now else { return Due(group: group, missed: 0, missedSince: now) }
    let missed = Int((now - entry.next) / entry.period)
    entries[group].next = entry.next + entry.period * (missed + 1)
    return Due(group: group, missed: missed, missedSince: entry.next)
  }

  /// Counts the scans of a group that have fallen due and are not to be taken.
  ///
  /// - Returns: nil when there are none.
  package mutating func skip(_ group: Int, through now: Duration) -> Due? {
    guard entries[group].next <= now else { return nil }
    let due = takeNow(group, at: now)
    return Due(group: group, missed: due.missed + 1, missedSince: due.missedSince)
  }
}
