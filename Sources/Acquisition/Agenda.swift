/// What a bus does next, a scan or a probe: pure, on the monotonic clock.
package struct Agenda: Sendable {
  package enum Step: Sendable, Hashable {
    case scan(Schedule.Due)
    case probe(BackOff.Probe)
  }

  /// For so long a probe waits for a moment when no scan falls due while it probably lasts.
  package static let patience: Duration = .seconds(5)

  /// How long scans that are not taken may go without a record.
  package static let accountInterval: Duration = .seconds(300)

  private var schedule: Schedule
  private var backOff: BackOff

  /// When what the resting groups skipped is told next.
  private var accountDue: Duration?

  package init(_ schedule: Schedule, _ backOff: BackOff) {
    self.schedule = schedule
    self.backOff = backOff
  }

  /// When a group's next scan is due, whether it rests or not.
  package func deadline(of group: Int) -> Duration { schedule.deadline(of: group) }

  /// When the next scan is due; nil when there is none to come.
  package var nextScan: Duration? { schedule.next }

  /// When there is something to do next, at `now` or later; earlier when it is overdue.
  package func next(at now: Duration) -> Duration {
    let scan = schedule.next
    guard let probe = backOff.next else { return scan ?? now }
    let earliest = max(probe.at, now)
    guard let scan else { return earliest }
    if scan - earliest >= probe.time { return min(scan, earliest) }
    return min(scan, max(probe.at + Self.patience, now))
  }

  /// What to do at `now`; nil when nothing is due.
  package mutating func step(at now: Duration) -> Step? {
    if let probe = backOff.next, probe.at <= now {
      let hasRoom = schedule.next.map { $0 > now && $0 - now >= probe.time } ?? true
      if hasRoom || now - probe.at >= Self.patience { return .probe(probe) }
    }
    return schedule.take(at: now).map(Step.scan)
  }

  /// Takes a scan; groups of a device that is silent rest from now on.
  ///
  /// - Returns: Whether any do, or a probe before it turns out to have cost more.
  package mutating func scanned(
    _ group: Int,
    _ exchange: BackOff.Exchange,
    aftermath: Duration
  ) -> Bool {
    let isCostlier = backOff.hasAftermath && aftermath > .zero
    let resting = backOff.scanned(group, exchange, aftermath: aftermath)
    for group in resting { schedule.suspend(group) }
    if !resting.isEmpty, accountDue == nil { accountDue = exchange.end + Self.accountInterval }
    return isCostlier || !resting.isEmpty
  }

  /// Takes a probe.
  ///
  /// - Returns: What was skipped of the groups that are scanned from now on; that of the probe is
  ///   to be scanned at once.
  package mutating func probed(
    _ probe: BackOff.Probe,
    _ exchange: BackOff.Exchange
  ) -> [Schedule.Due] {
    let woken = backOff.probed(probe, exchange)
    return woken.compactMap { group in
      schedule.resume(group)
      guard group == probe.group else { return schedule.skip(group, through: exchange.end) }
      let due = schedule.takeNow(group, at: exchange.end)
      return due.missed > 0 ? due : nil
    }
  }

  /// What was skipped of the groups that rest, every few minutes.
  package mutating func account(at now: Duration) -> [Schedule.Due] {
    guard let due = accountDue, due <= now else { return [] }
    accountDue = schedule.suspended.isEmpty ? nil : now + Self.accountInterval
    return skipped(at: now)
  }

  /// What was skipped of the groups that rest, and not told yet.
  package mutating func skipped(at now: Duration) -> [Schedule.Due] {
    schedule.suspended.compactMap { schedule.skip($0, through: now) }
  }

  /// About how long it is from one probe of a device to the next; nil when nothing of it rests.
  package func interval(of device: Int) -> Duration? { backOff.interval(of: device) }

  /// Whether nothing of a device is scanned, since it gives no answer at all.
  package func isSurelySilent(_ device: Int) -> Bool { backOff.isSurelySilent(device) }
}
