package import Fieldbus
package import Telemetry

/// Reads the scan groups of all devices on one bus, each at its period.
package struct BusPoller: Sendable {
  private let bus: any Bus
  private let groups: [ScanGroup]

  /// Index of each group's device.
  private let devices: [Int]

  /// What each device needs beside being read; nil for those that need nothing.
  private let links: [DeviceLink?]

  /// Whether a device on this bus is asked what it is.
  private let hasIdentities: Bool
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
    links = ids.map { id in DeviceLink(groups.filter { $0.id.device == id }) }
    hasIdentities = links.contains { $0?.identity != nil }
  }

  /// What a poller remembers between two scans.
  package struct State: Sendable {
    package var schedule: Schedule
    fileprivate var links: [DeviceLink?]
  }

  /// The state before the first scan.
  package func start() -> State {
    State(
      schedule: Schedule(
        periods: groups.map(\.period),
        phases: groups.map(\.phase),
        start: time.uptime()
      ),
      links: links
    )
  }

  /// Polls until the task is cancelled.
  package func run() async {
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
    await bus.close()
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
    let device = devices[index]
    if state.links[device]?.identity != nil, let failure = await identify(group, device, &state) {
      if Task.isCancelled { return }
      if failure.cause == .noConnection { forgetAll(&state) }
      await observe(
        .scan(group.scan(refused: failure, at: time.now(), uptime: time.uptime()))
      )
      return await restListener(group)
    }
    let outcomes =
      state.links[device] == nil
      ? await bus.exchange(group.requests)
      : await exchange(group.requests, of: group, device, &state)
    if Task.isCancelled { return }
    let scan = group.scan(from: outcomes, finished: time.uptime())
    let isLost =
      (hasIdentities || group.isListening) && outcomes.contains(where: \.isLostConnection)
    if isLost { forgetAll(&state) }
    if scan.silence != nil { state.links[device]?.identity?.forget() }
    await observe(.scan(scan))
    if isLost { await restListener(group) }
  }

  /// The connection was lost: whoever answers on the next one may be another.
  private func forgetAll(_ state: inout State) {
    for device in state.links.indices { state.links[device]?.identity?.forget() }
  }

  /// A port that is gone answers at once, and so does a device that is not read; waits as long as
  /// silence would have taken.
  private func restListener(_ group: ScanGroup) async {
    if group.isListening { try? await time.sleep(for: group.period) }
  }

  /// Finds out whether the device is the right one.
  ///
  /// - Returns: Why it is not to be read; nil when it is.
  private func identify(
    _ group: ScanGroup,
    _ device: Int,
    _ state: inout State
  ) async -> BusFailure? {
    var step = state.links[device]?.identity?.step(at: time.uptime())
    while case .ask(let request) = step {
      let outcomes = await exchange([request], of: group, device, &state)
      if Task.isCancelled { return nil }
      guard let result = outcomes.first?.result else { return nil }
      step = state.links[device]?.identity?.take(result, at: time.uptime())
    }
    if case .refuse(let failure) = step { return failure }
    return nil
  }

  /// Exchanges with pauses between requests, where the device wants them.
  private func exchange(
    _ requests: [BusRequest],
    of group: ScanGroup,
    _ device: Int,
    _ state: inout State
  ) async -> [BusOutcome] {
    guard let rest = state.links[device]?.rest, rest.isNeeded else {
      return await bus.exchange(requests)
    }
    var outcomes: [BusOutcome] = []
    for request in requests {
      if let failure = outcomes.last?.silencing {
        outcomes.append(BusOutcome(notAsked: failure, at: time.now()))
        continue
      }
      guard let until = state.links[device]?.rest.end(before: group.pause),
        (try? await time.sleep(until: until)) != nil
      else { return outcomes }
      outcomes += await bus.exchange([request])
      state.links[device]?.rest.answered(at: time.uptime(), pause: group.pause)
    }
    return outcomes
  }

  private func report(_ due: Schedule.Due) async {
    let now = time.now()
    let since = now.advanced(by: due.missedSince - time.uptime())
    await observe(
      .missed(MissedScans(group: groups[due.group].id, count: due.missed, from: since, to: now))
    )
  }
}

/// What a device needs beside being read, and how far it is.
private struct DeviceLink: Sendable {
  var identity: Identity?
  var rest: Rest

  /// - Returns: nil for a device that only needs to be read.
  init?(_ groups: [ScanGroup]) {
    identity = groups.first?.identity.map { Identity($0) }
    rest = Rest(isNeeded: groups.contains { $0.pause > .zero })
    if identity == nil, !rest.isNeeded { return nil }
  }

  /// The rest between a reply of the device and the next request to it.
  struct Rest: Sendable {
    let isNeeded: Bool
    private var lastReply: Duration?
    private var lastPause: Duration = .zero

    init(isNeeded: Bool) { self.isNeeded = isNeeded }

    /// When the next request may leave, if its group wants `pause` before it.
    func end(before pause: Duration) -> Duration {
      lastReply.map { $0 + max(pause, lastPause) } ?? .zero
    }

    mutating func answered(at instant: Duration, pause: Duration) {
      lastReply = instant
      lastPause = pause
    }
  }
}

extension BusOutcome {
  fileprivate var isLostConnection: Bool {
    if case .failure(let failure) = result { failure.cause == .noConnection } else { false }
  }

  /// The failure after which the device is not asked again in this scan: any but a refusal.
  fileprivate var silencing: BusFailure? {
    guard case .failure(let failure) = result else { return nil }
    if case .exception = failure.cause { return nil }
    return failure
  }

  fileprivate init(notAsked failure: BusFailure, at instant: Instant) {
    let prefix = "not asked, because "
    let detail = failure.detail.hasPrefix(prefix) ? failure.detail : prefix + failure.detail
    self.init(result: .failure(BusFailure(failure.cause, detail)), sent: instant, elapsed: .zero)
  }
}
