package import Fieldbus
package import Telemetry

/// What one device needs beside being read, and how far it is.
///
/// A poller decides when which device is read; its session decides what is asked for that.
package struct DeviceSession: Sendable {
  private var identity: Identity?
  private var rest: Rest

  /// - Parameter groups: All groups of one device.
  package init(_ groups: [ScanGroup]) {
    identity = groups.first?.identity.map { Identity($0) }
    rest = Rest(isNeeded: groups.contains { $0.pause > .zero })
  }

  /// Reads one group: finds out first whether the device is the right one, where that is due.
  ///
  /// - Returns: nil when the task was cancelled meanwhile.
  package mutating func read(
    _ group: ScanGroup,
    over bus: any Bus,
    time: any TimeSource
  ) async -> SessionReading? {
    let failure = await identify(group, over: bus, time: time)
    // Cancelled on the way, the device may not be known yet.
    if Task.isCancelled { return nil }
    if let failure {
      return SessionReading(
        scan: group.scan(refused: failure, at: time.now(), uptime: time.uptime()),
        isConnectionLost: failure.cause == .noConnection,
        isRefused: true
      )
    }
    let outcomes = await exchange(group.requests, of: group, over: bus, time: time)
    // Cancelled between two requests, a scan is not whole; one that is whole still counts.
    if outcomes.count < group.requests.count { return nil }
    let reading = SessionReading(
      scan: group.scan(from: outcomes),
      isConnectionLost: outcomes.contains(where: \.isLostConnection),
      isRefused: false
    )
    if reading.scan.silence != nil { forget() }
    return reading
  }

  /// Whoever answers next may be another: the device was silent, or the connection was lost.
  package mutating func forget() { identity?.forget() }

  /// Finds out whether the device is the right one.
  ///
  /// - Returns: Why it is not to be read; nil when it is.
  private mutating func identify(
    _ group: ScanGroup,
    over bus: any Bus,
    time: any TimeSource
  ) async -> BusFailure? {
    var step = identity?.step(at: time.uptime())
    while case .ask(let request) = step {
      let outcomes = await exchange([request], of: group, over: bus, time: time)
      if Task.isCancelled { return nil }
      guard let result = outcomes.first?.result else { return nil }
      step = identity?.take(result, at: time.uptime())
    }
    if case .refuse(let failure) = step { return failure }
    return nil
  }

  /// Exchanges, and asks again what the device was too busy for.
  private mutating func exchange(
    _ requests: [BusRequest],
    of group: ScanGroup,
    over bus: any Bus,
    time: any TimeSource
  ) async -> [BusOutcome] {
    var repeats = BusyRepeat(start: time.uptime(), period: group.period)
    var outcomes = await ask(requests, of: group, over: bus, time: time)
    while true {
      let busy = outcomes.indices.filter { outcomes[$0].isBusy }
      guard !busy.isEmpty, let end = repeats.restEnd(at: time.uptime()),
        (try? await time.sleep(until: end)) != nil
      else { return outcomes }
      let again = await ask(busy.map { requests[$0] }, of: group, over: bus, time: time)
      for (index, outcome) in zip(busy, again) { outcomes[index] = outcome }
    }
  }

  /// Exchanges with pauses between requests, where the device wants them.
  private mutating func ask(
    _ requests: [BusRequest],
    of group: ScanGroup,
    over bus: any Bus,
    time: any TimeSource
  ) async -> [BusOutcome] {
    guard rest.isNeeded else { return await bus.exchange(requests) }
    var outcomes: [BusOutcome] = []
    for request in requests {
      if let failure = outcomes.last?.silencing {
        outcomes.append(BusOutcome(notAsked: failure, at: time.moment()))
        continue
      }
      guard (try? await time.sleep(until: rest.end(before: group.pause))) != nil
      else { return outcomes }
      outcomes += await bus.exchange([request])
      rest.answered(at: time.uptime(), pause: group.pause)
    }
    return outcomes
  }

  /// The rest between a reply of the device and the next request to it.
  private struct Rest: Sendable {
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

/// What a session has to say of one group.
package struct SessionReading: Sendable, Hashable {
  package let scan: Scan

  /// Whether the connection was lost: then whoever answers on the next one may be another.
  package let isConnectionLost: Bool

  /// Whether the group was not asked at all, because the device is not known to be the right one.
  package let isRefused: Bool
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

  fileprivate init(notAsked failure: BusFailure, at moment: Moment) {
    let prefix = "not asked, because "
    let detail = failure.detail.hasPrefix(prefix) ? failure.detail : prefix + failure.detail
    self.init(result: .failure(BusFailure(failure.cause, detail)), sent: moment, elapsed: .zero)
  }
}
