package import Fieldbus
package import Telemetry

/// Reads the scan groups of all devices on one bus, each at its period.
///
/// A device that gives no answer is probed instead, as ``BackOff`` says.
package struct BusPoller: Sendable {
  private let bus: any Bus
  private let groups: [ScanGroup]
  private let rules: PollRules

  /// The devices, and the index of each group's one.
  private let ids: [DeviceID]
  private let devices: [Int]

  /// One for each device, as it is before the first scan.
  private let sessions: [DeviceSession]
  private let time: any TimeSource
  private let observe: @Sendable (Observation) async -> Void

  /// - Parameters:
  ///   - bus: What carries the requests.
  ///   - groups: At least one.
  ///   - rules: How the bus's time is shared.
  ///   - time: The clocks that scans are scheduled and stamped by.
  ///   - observe: Takes each observation before the next scan begins.
  package init(
    bus: any Bus,
    groups: [ScanGroup],
    rules: PollRules = PollRules(),
    time: any TimeSource,
    observe: @escaping @Sendable (Observation) async -> Void
  ) {
    precondition(!groups.isEmpty)
    self.bus = bus
    self.groups = groups
    self.rules = rules
    self.time = time
    self.observe = observe
    var ids: [DeviceID] = []
    devices = groups.map { group in
      if let index = ids.firstIndex(of: group.id.device) { return index }
      ids.append(group.id.device)
      return ids.count - 1
    }
    self.ids = ids
    sessions = ids.map { id in DeviceSession(groups.filter { $0.id.device == id }) }
  }

  /// What a poller remembers between two scans.
  package struct State: Sendable {
    fileprivate var agenda: Agenda
    fileprivate var sessions: [DeviceSession]

    /// What was told last of each device.
    fileprivate var told: [SilentDevice]

    /// When there is something to do next, at `now` or later; earlier when it is overdue.
    package func next(at now: Duration) -> Duration { agenda.next(at: now) }
  }

  /// When the next scan of each group is due, for a poller that takes the place of another.
  package typealias Deadlines = [ScanGroupID: Duration]

  /// The state before the first scan; groups with a deadline go on with their grid.
  package func start(keeping deadlines: Deadlines = [:]) -> State {
    let now = time.uptime()
    let periods = groups.map(\.period)
    var schedule = Schedule(
      periods: periods,
      phases: groups.map { group in
        deadlines[group.id].map { ($0 - now).remainder(of: group.period) } ?? group.phase
      },
      times: groups.map { $0.time(over: rules.timing) },
      start: now
    )
    for (index, group) in groups.enumerated() {
      if let deadline = deadlines[group.id] { schedule.keep(deadline, of: index) }
    }
    return State(
      agenda: Agenda(
        schedule,
        BackOff(periods: periods, devices: devices, share: rules.silentShare, start: now)
      ),
      sessions: sessions,
      told: ids.map { SilentDevice(device: $0, interval: nil, isWhole: false) }
    )
  }

  /// Polls until the task is cancelled, and closes the bus.
  package func run() async {
    await poll()
    await bus.close()
  }

  /// Polls until the task is cancelled; the scan in flight is then taken to its end.
  ///
  /// - Parameter deadlines: Of groups that a poller before this one has read in the same way.
  /// - Returns: Those of the groups now; none for an instrument that sends by itself.
  @discardableResult
  package func poll(keeping deadlines: Deadlines = [:]) async -> Deadlines {
    var state = start(keeping: deadlines)
    if let listener = groups.first, listener.isListening {
      while !Task.isCancelled { await scan(0, &state) }
      return [:]
    }
    while !Task.isCancelled {
      do {
        try await time.sleep(until: state.next(at: time.uptime()))
      } catch {
        break
      }
      await pollOnce(&state)
    }
    await stop(&state)
    let ends = groups.indices.map { (groups[$0].id, state.agenda.deadline(of: $0)) }
    return Dictionary(ends) { first, _ in first }
  }

  /// Takes the scan that is furthest behind, or a probe; does nothing when none is due.
  package func pollOnce(_ state: inout State) async {
    switch state.agenda.step(at: time.uptime()) {
    case .scan(let due)?:
      if due.missed > 0 { await report(due, .late) }
      await scan(due.group, &state)
    case .probe(let probe)?: await self.probe(probe, &state)
    case nil: break
    }
    for due in state.agenda.account(at: time.uptime()) { await report(due, .deviceSilent) }
  }

  /// Tells what was skipped of silent devices, since nothing follows.
  package func stop(_ state: inout State) async {
    for due in state.agenda.skipped(at: time.uptime()) { await report(due, .deviceSilent) }
  }

  // MARK: One scan

  private func scan(_ index: Int, _ state: inout State) async {
    let group = groups[index]
    let start = time.uptime()
    let reading = await state.sessions[devices[index]].read(group, over: bus, time: time)
    guard let reading else { return }
    if reading.isConnectionLost { forget(&state) }
    await observe(.scan(reading.scan))
    for change in reading.changes { await observe(.signals(change)) }
    if group.isListening {
      // A port that is gone answers at once, and so does a device that is not read: waits as long
      // as silence would have taken.
      if reading.isConnectionLost || reading.isRefused { try? await time.sleep(for: group.period) }
      return
    }
    let exchange = BackOff.Exchange(
      isSilent: reading.scan.silence?.meansSilence ?? false,
      start: start,
      end: time.uptime()
    )
    let rest = state.sessions[devices[index]].restBefore
    if state.agenda.scanned(index, exchange, aftermath: rest) { await tell(&state) }
    await useSpareTime(&state)
  }

  /// Lets devices be asked about addresses that they refused, until the next scan is due.
  private func useSpareTime(_ state: inout State) async {
    for device in state.sessions.indices where state.sessions[device].hasQuestions {
      guard let end = state.agenda.nextScan else { return }
      let spare = await state.sessions[device].useSpareTime(over: bus, time: time, until: end)
      if spare.isConnectionLost { forget(&state) }
      for change in spare.changes { await observe(.signals(change)) }
    }
  }

  private func forget(_ state: inout State) {
    for device in state.sessions.indices { state.sessions[device].forget() }
  }

  private func report(_ due: Schedule.Due, _ reason: Gap.Reason) async {
    let moment = time.moment()
    let missed = MissedScans(
      group: groups[due.group].id,
      reason: reason,
      count: due.missed,
      from: moment.wall.advanced(by: due.missedSince - moment.uptime),
      to: moment.wall,
      uptime: moment.uptime
    )
    await observe(.missed(missed))
  }

  // MARK: One probe

  private func probe(_ probe: BackOff.Probe, _ state: inout State) async {
    let group = groups[probe.group]
    let start = time.uptime()
    let answer = await state.sessions[probe.device].probe(group, over: bus, time: time)
    guard let answer else { return }
    if answer.isConnectionLost { forget(&state) }
    let exchange = BackOff.Exchange(
      isSilent: answer.isSilent,
      start: start,
      end: time.uptime()
    )
    for due in state.agenda.probed(probe, exchange) { await report(due, .deviceSilent) }
    await tell(&state)
    if !answer.isSilent { await scan(probe.group, &state) }
  }

  /// Tells how often silent devices are probed, where that has changed.
  private func tell(_ state: inout State) async {
    for (index, id) in ids.enumerated() {
      let silent = SilentDevice(
        device: id,
        interval: state.agenda.interval(of: index),
        isWhole: state.agenda.isSurelySilent(index)
      )
      if state.told[index].isAlike(silent) { continue }
      state.told[index] = silent
      await observe(.silent(silent))
    }
  }
}

extension Duration {
  /// What is left when whole periods are taken away, from 0 to below one; also of a time before 0.
  fileprivate func remainder(of period: Duration) -> Duration {
    self - period * Int((self / period).rounded(.down))
  }
}
