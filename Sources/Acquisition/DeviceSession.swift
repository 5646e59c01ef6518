package import Fieldbus
package import Telemetry

/// What one device needs beside being read, and how far it is.
///
/// A poller decides when which device is read; its session decides what is asked for that. It also
/// remembers which addresses the device turned out not to have, and asks around them.
package struct DeviceSession: Sendable {
  private var identity: Identity?
  private var rest: Rest

  /// Whether the last scan was answered, and nothing was left unanswered since.
  private var isAnswering = false

  /// What the last question about refused addresses took.
  private var questionTime: Duration = .zero

  /// Of the groups of which the device refused something, by their names.
  private var books: [String: AddressBook] = [:]

  /// Those groups, with requests that go around it.
  private var detours: [String: ScanGroup] = [:]

  /// Questions about refused addresses of one group at most in one spare time.
  static let maximumQuestions = 64

  /// What the bus had to rest before the first request of the last reading or probe.
  package private(set) var restBefore: Duration = .zero

  /// - Parameter groups: All groups of one device.
  package init(_ groups: [ScanGroup]) {
    identity = groups.first?.identity.map { Identity($0) }
    rest = Rest(isNeeded: groups.contains { $0.pause > .zero })
  }

  /// Reads one group: finds out first whether the device is the right one, where that is due.
  ///
  /// Where it refused addresses, one question about them follows, so that they are found also on a
  /// bus that has no time to spare.
  ///
  /// - Returns: nil when the task was cancelled meanwhile.
  package mutating func read(
    _ group: ScanGroup,
    over bus: any Bus,
    time: any TimeSource
  ) async -> SessionReading? {
    restBefore = .zero
    let group = detours[group.id.group] ?? group
    let failure = await identify(group, over: bus, time: time)
    // Cancelled on the way, the device may not be known yet.
    if Task.isCancelled { return nil }
    if let failure {
      return SessionReading(
        scan: group.scan(refused: failure, at: time.now(), uptime: time.uptime()),
        isConnectionLost: failure.cause == .noConnection,
        isRefused: true,
        changes: []
      )
    }
    let outcomes = await exchange(group.requests, of: group, over: bus, time: time)
    // Cancelled between two requests, a scan is not whole; one that is whole still counts.
    if outcomes.count < group.requests.count { return nil }
    let scan = group.scan(from: outcomes)
    var isConnectionLost = outcomes.contains(where: \.isLostConnection)
    isAnswering = outcomes.allSatisfy { $0.silencing == nil }
    if isAnswering {
      note(outcomes, of: group, at: time.uptime())
      let answer = await askNext(of: group, over: bus, time: time)
      isConnectionLost = isConnectionLost || answer?.isLostConnection == true
    }
    if scan.silence != nil { forget() }
    return SessionReading(
      scan: scan,
      isConnectionLost: isConnectionLost,
      isRefused: false,
      changes: settle(group, at: time.uptime())
    )
  }

  /// Asks one thing, to find out whether a silent device is back: what it is, where that is not
  /// known, or else the first request of a group.
  ///
  /// - Returns: Why there is still no answer, or the failure in place of one; nil in it when the
  ///   device answered. Nil when the task was cancelled meanwhile.
  package mutating func probe(
    _ group: ScanGroup,
    over bus: any Bus,
    time: any TimeSource
  ) async -> SessionProbe? {
    restBefore = .zero
    let group = detours[group.id.group] ?? group
    let step = identity?.step(at: time.uptime()) ?? .read
    let request: BusRequest
    switch step {
    case .ask(let question): request = question
    case .read: request = group.requests[0]
    case .refuse(let failure): return SessionProbe(failure: failure)
    }
    let outcomes = await ask([request], of: group, over: bus, time: time)
    guard !Task.isCancelled, let result = outcomes.first?.result else { return nil }
    if case .ask = step { _ = identity?.take(result, at: time.uptime()) }
    guard case .failure(let failure) = result else { return SessionProbe(failure: nil) }
    if failure.meansSilence { forget() }
    return SessionProbe(failure: failure)
  }

  /// Whoever answers next may be another: the device was silent, or the connection was lost.
  package mutating func forget() {
    identity?.forget()
    isAnswering = false
    for name in books.keys { books[name]?.forget() }
  }

  // MARK: Addresses that are refused

  private mutating func note(_ outcomes: [BusOutcome], of group: ScanGroup, at now: Duration) {
    let name = group.id.group
    if books[name] == nil, outcomes.contains(where: \.isAddressRefusal) {
      books[name] = group.locations.map { AddressBook($0) }
    }
    books[name]?.take(outcomes, of: group.blocks, at: now)
  }

  /// Whether there is something to find out while nobody else needs the bus.
  package var hasQuestions: Bool {
    isAnswering && books.values.contains { $0.question != nil }
  }

  /// Finds out which addresses the device does not have, as far as there is time.
  ///
  /// - Parameters:
  ///   - bus: What carries the requests.
  ///   - time: The clocks.
  ///   - end: Uptime at which somebody else needs the bus.
  /// - Returns: What came of it.
  package mutating func useSpareTime(
    over bus: any Bus,
    time: any TimeSource,
    until end: Duration
  ) async -> SpareTime {
    var spare = SpareTime()
    for group in detours.values.sorted(by: { $0.id.group < $1.id.group }) {
      for _ in 0..<Self.maximumQuestions {
        guard isAnswering, time.uptime() + questionTime <= end,
          let outcome = await askNext(of: group, over: bus, time: time)
        else { break }
        spare.isConnectionLost = spare.isConnectionLost || outcome.isLostConnection
      }
      spare.changes += settle(group, at: time.uptime())
    }
    return spare
  }

  /// Asks one question about the group's addresses.
  ///
  /// - Returns: nil when there is none, or the task was cancelled.
  private mutating func askNext(
    of group: ScanGroup,
    over bus: any Bus,
    time: any TimeSource
  ) async -> BusOutcome? {
    let start = time.uptime()
    guard let request = books[group.id.group]?.question.flatMap(group.request),
      let outcome = await exchange([request], of: group, over: bus, time: time).first,
      !Task.isCancelled
    else { return nil }
    let now = time.uptime()
    questionTime = now - start
    isAnswering = books[group.id.group]?.take(outcome.result, at: now) == true
    return outcome
  }

  /// Plans the next scans around what was found.
  ///
  /// - Returns: What is settled since the last time.
  private mutating func settle(_ group: ScanGroup, at now: Duration) -> [SignalsChange] {
    guard let findings = books[group.id.group]?.findings,
      let change = books[group.id.group]?.takeChange()
    else { return [] }
    detours[group.id.group] = group.around(findings)
    return [(SignalsChange.Kind.refused, change.refused), (.answered, change.answered)]
      .filter { !$0.1.isEmpty }
      .map { kind, signals in
        SignalsChange(kind, group: group.id, signals: group.refusals(signals), uptime: now)
      }
  }

  // MARK: Identification

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

  // MARK: Exchanges

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
    guard rest.isNeeded else { return await carry(requests, over: bus, time: time) }
    var outcomes: [BusOutcome] = []
    for request in requests {
      if let failure = outcomes.last?.silencing {
        outcomes.append(BusOutcome(notAsked: failure, at: time.moment()))
        continue
      }
      guard (try? await time.sleep(until: rest.end(before: group.pause))) != nil
      else { return outcomes }
      outcomes += await carry([request], over: bus, time: time)
      rest.answered(at: time.uptime(), pause: group.pause)
    }
    return outcomes
  }

  /// Exchanges, and notes how long the bus rested before the first request.
  private mutating func carry(
    _ requests: [BusRequest],
    over bus: any Bus,
    time: any TimeSource
  ) async -> [BusOutcome] {
    let start = time.uptime()
    let outcomes = await bus.exchange(requests)
    if restBefore == .zero, let first = outcomes.first {
      restBefore = max(.zero, first.sent.uptime - start)
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
    self.init(
      result: .failure(BusFailure(failure.cause, detail)),
      sent: moment,
      elapsed: .zero,
      wasSent: false
    )
  }
}
