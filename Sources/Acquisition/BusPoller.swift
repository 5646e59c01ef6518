package import Fieldbus
package import Telemetry

/// Reads the scan groups of all devices on one bus, each at its period.
package struct BusPoller: Sendable {
  private let bus: any Bus
  private let groups: [ScanGroup]
  private let time: any TimeSource
  private let observe: @Sendable (Observation) async -> Void

  /// - Parameters:
  ///   - bus: What carries the requests.
  ///   - groups: At least one.
  ///   - time: The clocks that scans are scheduled and stamped by.
  ///   - observe: Takes each observation before the next scan begins.
  package init(
    bus: any Bus,
    groups: [ScanGroup],
    time: any TimeSource,
    observe: @escaping @Sendable (Observation) async -> Void
  ) {
    precondition(!groups.isEmpty)
    self.bus = bus
    self.groups = groups
    self.time = time
    self.observe = observe
  }

  /// Polls until the task is cancelled.
  package func run() async {
    if let listener = groups.first, listener.isListening {
      while !Task.isCancelled { await scan(listener) }
    } else {
      var schedule = Schedule(periods: groups.map(\.period), start: time.uptime())
      while !Task.isCancelled {
        do {
          try await time.sleep(until: schedule.next)
        } catch {
          break
        }
        await pollOnce(&schedule)
      }
    }
    await bus.close()
  }

  /// Takes the scan that has been due longest; none when none is due.
  package func pollOnce(_ schedule: inout Schedule) async {
    guard let due = schedule.take(at: time.uptime()) else { return }
    if due.missed > 0 { await report(due) }
    await scan(groups[due.group])
  }

  private func scan(_ group: ScanGroup) async {
    let outcomes = await bus.exchange(group.requests)
    if Task.isCancelled { return }
    await observe(.scan(group.scan(from: outcomes, finished: time.uptime())))
    if group.isListening, outcomes.contains(where: \.isLostConnection) {
      // A port that is gone answers at once; wait as long as silence would have taken.
      try? await time.sleep(for: group.period)
    }
  }

  private func report(_ due: Schedule.Due) async {
    let now = time.now()
    let since = now.advanced(by: due.missedSince - time.uptime())
    await observe(
      .missed(MissedScans(group: groups[due.group].id, count: due.missed, from: since, to: now))
    )
  }
}

extension BusOutcome {
  fileprivate var isLostConnection: Bool {
    if case .failure(let failure) = result { failure.cause == .noConnection } else { false }
  }
}
