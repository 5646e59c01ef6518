internal import Acquisition
package import Profiles
package import Telemetry

/// What a device did while it was read for some time.
package struct TrialWatch: Sendable {
  /// One signal over all scans.
  package struct Course: Sendable, Hashable {
    package let signal: Signal
    package fileprivate(set) var least: Double?
    package fileprivate(set) var greatest: Double?
    package fileprivate(set) var last: Reading?
    package fileprivate(set) var scans = 0

    /// Changes of more than the signal's deadband; without one, all.
    package fileprivate(set) var changes = 0

    /// How often it was bad, for each cause.
    package fileprivate(set) var failures: [Cause: Int] = [:]

    /// The value that the next one is compared with.
    fileprivate var settled: Value?
  }

  /// One change worth a line.
  package struct Change: Sendable, Hashable {
    package let at: Instant
    package let signal: Signal
    package let before: Reading?
    package let now: Reading
  }

  /// Scans of each group that are kept for suggestions.
  private static let keptScans = 20

  private var courses: [[Course]]
  private var recent: [[TrialScan]]

  /// Scans that were due while the bus was busy.
  package private(set) var missed = 0

  package init(_ trial: Trial) {
    courses = trial.groups.map { $0.signals.map { Course(signal: $0) } }
    recent = trial.groups.map { _ in [] }
  }

  /// One for each signal, in the profile's order.
  package var signals: [Course] { courses.flatMap { $0 } }

  /// The last scans of every group, for suggestions.
  package var scans: [TrialScan] { recent.flatMap { $0 } }

  /// The last scan of every group; fewer when not all were read yet.
  package var lastScans: [TrialScan] { recent.compactMap(\.last) }

  /// Takes a scan.
  ///
  /// - Returns: What changed: quality, flags and texts always, numbers beyond their deadband.
  package mutating func take(_ scan: TrialScan) -> [Change] {
    recent[scan.index].append(scan)
    if recent[scan.index].count > Self.keptScans { recent[scan.index].removeFirst() }
    return scan.signals.enumerated().compactMap { index, signal in
      let before = courses[scan.index][index].last
      guard courses[scan.index][index].take(signal.reading) else { return nil }
      return Change(at: scan.at, signal: signal.signal, before: before, now: signal.reading)
    }
  }

  fileprivate mutating func miss(_ count: Int) { missed += count }
}

extension TrialWatch.Course {
  /// - Returns: Whether the change is worth a line.
  fileprivate mutating func take(_ reading: Reading) -> Bool {
    defer { last = reading }
    scans += 1
    if case .bad(let cause) = reading.quality {
      failures[cause, default: 0] += 1
      return last?.quality != reading.quality
    }
    if let number = reading.value?.number {
      least = min(least ?? number, number)
      greatest = max(greatest ?? number, number)
    }
    let isBack = last.map { $0.quality != reading.quality } ?? false
    guard let value = reading.value, let settled else {
      settled = reading.value
      return isBack
    }
    guard signal.hasChanged(from: settled, to: value) else { return isBack }
    changes += 1
    self.settled = value
    return isBack || signal.deadband != nil || value.number == nil
  }
}

extension Trial {
  /// Reads every group at its period until the time is over or the task is cancelled.
  ///
  /// - Parameters:
  ///   - duration: How long; nil is until the task is cancelled.
  ///   - time: The clocks.
  ///   - observe: Takes each scan's changes as they come.
  /// - Returns: Everything that was seen.
  package func watch(
    for duration: Duration?,
    time: any TimeSource,
    observe: @Sendable ([TrialWatch.Change]) -> Void
  ) async -> TrialWatch {
    var watch = TrialWatch(self)
    let start = time.uptime()
    let end = duration.map { start + $0 }
    var findings = groups.map { _ in AddressFindings() }
    var schedule = Schedule(periods: groups.map(\.period), start: start)
    while !Task.isCancelled {
      var index = 0
      if !groups[0].isListening {
        let next = schedule.next ?? time.uptime()
        guard (try? await time.sleep(until: min(next, end ?? next))) != nil else { break }
        if let end, time.uptime() >= end { break }
        guard let due = schedule.take(at: time.uptime()) else { continue }
        watch.miss(due.missed)
        index = due.group
      } else if let end, time.uptime() >= end {
        break
      }
      let scan = await scan(index, around: findings[index])
      findings[index] = scan.findings
      if Task.isCancelled { break }
      observe(watch.take(scan))
      if groups[index].isListening, scan.exchanges.contains(where: { $0.failure?.isLoss == true }) {
        // A port that is gone answers at once; wait as long as silence would have taken.
        try? await time.sleep(for: groups[index].period)
      }
    }
    return watch
  }
}
