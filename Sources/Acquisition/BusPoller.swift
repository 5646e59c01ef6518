package import Fieldbus
package import Telemetry

/// Reads the scan groups of all devices on one bus, each at its period.
package struct BusPoller: Sendable {
  private let bus: any Bus
  private let groups: [ScanGroup]

  /// Index of each group's device.
  private let devices: [Int]

  /// One for each device, as it is before the first scan.
  private let sessions: [DeviceSession]
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
    var ids: [DeviceID] = []
    devices = groups.map { group in
      if let index = ids.firstIndex(of: group.id.device) { return index }
      ids.append(group.id.device)
      return ids.count - 1
    }
    sessions = ids.map { id in DeviceSession(groups.filter { $0.id.device == id }) }
  }

  /// What a poller remembers between two scans.
  package struct State: Sendable {
    package var schedule: Schedule
    fileprivate var sessions: [DeviceSession]
  }

  /// The state before the first scan.
  package func start() -> State {
    State(
      schedule: Schedule(
        periods: groups.map(\.period),
        phases: groups.map(\.phase),
        start: time.uptime()
      ),
      sessions: sessions
    )
  }

  /// Polls until the task is cancelled, and closes the bus.
  package func run() async {
    await poll()
    await bus.close()
  }

  /// Polls until the task is cancelled; the scan in flight is then taken to its end.
  package func poll() async {
    var state = start()
    if let listener = groups.first, listener.isListening {
      while !Task.isCancelled { await scan(0, &state) }
    } else {
      while !Task.isCancelled {
        do {
          try await time.sleep(until: state.schedule.next)
        } catch {
          break
        }
        await pollOnce(&state)
      }
    }
  }

  /// Takes the scan that has been due longest; none when none is due.
  package func pollOnce(_ state: inout State) async {
    guard let due = state.schedule.take(at: time.uptime()) else { return }
    if due.missed > 0 { await report(due) }
    await scan(due.group, &state)
  }

  // MARK: One scan

  private func scan(_ index: Int, _ state: inout State) async {
    let group = groups[index]
    let reading = await state.sessions[devices[index]]
      .read(group, over: bus, time: time, spareEnd: state.schedule.next)
    guard let reading else { return }
    if reading.isConnectionLost {
      for device in state.sessions.indices { state.sessions[device].forget() }
    }
    await observe(.scan(reading.scan))
    for change in reading.changes { await observe(.signals(change)) }
    // A port that is gone answers at once, and so does a device that is not read: waits as long as
    // silence would have taken.
    if group.isListening, reading.isConnectionLost || reading.isRefused {
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
