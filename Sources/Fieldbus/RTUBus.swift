package import Telemetry

/// Modbus RTU on a serial port, with all the units on its line.
///
/// An actor on a thread of its own, because reading a port blocks. The port is opened by the first
/// exchange, and after it was lost by the next one. ``LineHygiene`` says when the line may be asked
/// again after a failure.
package actor RTUBus: Bus {
  private let line: SerialLine
  private let timeout: Duration
  private let time: any TimeSource
  private let direction: PortDirection
  private let executor: ThreadExecutor

  private var port: RTUPort?
  private var hygiene: LineHygiene
  private var patience = UnitPatience()
  /// Whether something answered on this port without an echo before it.
  private var isEchoAbsent = false
  private var lineFree: Duration = .zero
  /// A reply that nobody asked for, which came since the batch's last request.
  private var finding: CopyWatch.Finding?

  package nonisolated var unownedExecutor: UnownedSerialExecutor {
    executor.asUnownedSerialExecutor()
  }

  /// - Parameters:
  ///   - line: The port, and how bits go over it.
  ///   - timeout: Longest wait for a reply, beside the time that its bytes take on the line.
  ///   - quiet: How much later than `timeout` the slowest device may still answer.
  ///   - time: Clocks for the stamps.
  package init(
    on line: SerialLine,
    timeout: Duration,
    quiet: Duration,
    time: any TimeSource
  ) {
    self.init(on: line, timeout: timeout, quiet: quiet, time: time, direction: .kernel)
  }

  /// The same with something else than the kernel to switch the line.
  init(
    on line: SerialLine,
    timeout: Duration,
    quiet: Duration,
    time: any TimeSource,
    direction: PortDirection
  ) {
    precondition(timeout > .zero && quiet >= .zero)
    self.direction = direction
    self.line = line
    self.timeout = timeout
    self.time = time
    hygiene = LineHygiene(quiet: quiet)
    executor = ThreadExecutor(name: line.port)
  }

  package func exchange(_ requests: [BusRequest]) -> [BusOutcome] {
    /// Units that failed in this batch, and the first failure of each.
    var failed: [UnitID: BusFailure] = [:]
    var lost: BusFailure?
    var attempts: [Attempt] = []
    for request in requests {
      guard case .modbus(let request) = request else {
        attempts.append(Attempt(unsent(.noConnection, "\(line.port) carries Modbus, not text")))
        continue
      }
      if let refusal = refusal(of: request, failed[request.unit], lost) {
        attempts.append(Attempt(refusal))
        continue
      }
      let attempt = carry(request)
      if let finding = takeFinding() { doubt(&attempts, finding) }
      if case .failure(let failure) = attempt.outcome.result, !failure.isAnswer {
        if failure.cause == .noConnection && port == nil { lost = failure }
        failed[request.unit] = failure
      }
      attempts.append(attempt)
    }
    for index in attempts.indices where attempts[index].isDoubted {
      // Asked on a line that is known to answer twice, this one is sure; but nothing is written twice.
      guard let request = attempts[index].request, !request.isWrite else { continue }
      attempts[index] = carry(request)
    }
    if let finding = takeFinding() { doubt(&attempts, finding) }
    return attempts.map(\.outcome)
  }

  /// What is not asked at all, and why.
  private func refusal(
    of request: ModbusRequest,
    _ failed: BusFailure?,
    _ lost: BusFailure?
  ) -> BusOutcome? {
    guard request.unit.rawValue <= RTUFrame.highestUnit else {
      return unsent(
        .noConnection,
        "\(line.port): unit \(request.unit.rawValue) cannot be on a serial line: use 1 to 247"
      )
    }
    if let lost { return unsent(.noConnection, "not asked, because \(lost.detail)") }
    return failed.map { unsent($0.cause, "not asked, because \($0.detail)") }
  }

  package func close() { port = nil }

  /// Asks, and after a failure asks the same again if ``UnitPatience`` says so.
  private func carry(_ request: ModbusRequest) -> Attempt {
    let first = ask(request)
    guard case .failure(let failure) = first.outcome.result, !failure.isAnswer else {
      patience.answered(request.unit)
      return first
    }
    guard port != nil, first.wasSent, patience.asksAgain(request, after: failure) else {
      return first
    }
    let second = ask(request, isRepeated: true)
    switch second.outcome.result {
    case .failure(let again) where !again.isAnswer:
      return Attempt(
        BusOutcome(
          result: .failure(failure),
          sent: first.outcome.sent,
          elapsed: time.uptime() - first.outcome.sent.uptime
        )
      )
    default:
      patience.answered(request.unit)
      hygiene.recovered(request, now: monotonicNow())
      return second
    }
  }

  // MARK: One request

  private struct Attempt {
    var outcome: BusOutcome
    /// What was asked; nil when nothing left.
    var request: ModbusRequest?
    /// Whether the answer cannot be a second copy of an earlier one.
    var isSure = true
    /// Whether it turned out that it may be one.
    var isDoubted = false

    init(_ outcome: BusOutcome) { self.outcome = outcome }

    var wasSent: Bool { request != nil }
  }

  private func ask(_ request: ModbusRequest, isRepeated: Bool = false) -> Attempt {
    if let failure = prepare(for: request, isRepeated: isRepeated) {
      return Attempt(unsent(failure.cause, failure.detail))
    }
    block(until: lineFree)
    let isSure = hygiene.sends(request, now: monotonicNow())
    let sent = time.moment()
    let started = monotonicNow()
    let result = transact(request, isSure: isSure)
    lineFree = monotonicNow() + line.requestGap
    if case .failure(let failure) = result, !failure.isAnswer {
      hygiene.failed(
        request,
        for: failure.cause,
        sent: started,
        now: monotonicNow(),
        timeout: wait(for: request)
      )
    }
    var attempt = Attempt(
      BusOutcome(result: result, sent: sent, elapsed: time.uptime() - sent.uptime)
    )
    attempt.request = request
    attempt.isSure = isSure
    return attempt
  }

  private func transact(
    _ request: ModbusRequest,
    isSure: Bool
  ) -> Result<BusReply, BusFailure> {
    do {
      guard
        let (frame, rest) = try port?.transact(
          request,
          echo: line.echoes ? .expected : isEchoAbsent ? .absent : .unknown,
          within: wait(for: request),
          silence: silence
        )
      else { return .failure(lose("it is closed")) }
      let result = RTUFrame.judge(frame, answering: request).mapError { failure($0, request) }
      switch result {
      case .failure(let failure) where !failure.isAnswer: break
      default: return accept(result, of: request, frame, rest, isSure: isSure)
      }
      return result
    } catch {
      switch error {
      case .reply(let fault): return .failure(failure(fault, request))
      case .lost(let reason): return .failure(lose(reason))
      }
    }
  }

  /// Takes a frame for the answer, unless it may be the second copy of an earlier one.
  private func accept(
    _ result: Result<BusReply, BusFailure>,
    of request: ModbusRequest,
    _ frame: [UInt8],
    _ rest: [UInt8],
    isSure: Bool
  ) -> Result<BusReply, BusFailure> {
    isEchoAbsent = isEchoAbsent || !line.echoes
    let finding = hygiene.answered(request, with: frame, and: rest, now: monotonicNow())
    guard let finding else { return result }
    self.finding = finding
    return finding.doubts(request, isSure: isSure) ? .failure(doubtful(request)) : result
  }

  /// Opens the port, lets the line rest as long as it must, and throws away what came unasked.
  private func prepare(for request: ModbusRequest, isRepeated: Bool) -> BusFailure? {
    do throws(BusFailure) {
      if port == nil {
        port = try RTUPort.open(line, direction: direction)
        port?.flush()
        isEchoAbsent = false
      }
    } catch {
      return error
    }
    guard let descriptor = port?.descriptor else { return lose("it is closed") }
    for _ in 0..<LineHygiene.maximumRests {
      let now = monotonicNow()
      let rest = hygiene.rest(before: request, isRepeated: isRepeated, now: now)
      let hadWaited = descriptor.hasInput
      let isHeard = hadWaited || descriptor.hears(until: lineFree)
      guard rest != nil || isHeard else { return nil }
      switch descriptor.drain(until: rest ?? now, silence: silence) {
      case .silent(let heard):
        if let heard { finding = hygiene.heard(heard, hadWaited: hadWaited) ?? finding }
        hygiene.rested(now: monotonicNow())
        port?.flush()
      case .babbling: return babble
      case .hungUp: return lose("the adapter was pulled")
      }
    }
    return babble
  }

  // MARK: Replies that came twice

  private func takeFinding() -> CopyWatch.Finding? {
    defer { finding = nil }
    return finding
  }

  /// Takes back the answers of a batch that may have been second copies of others; they are asked
  /// again at its end.
  private func doubt(_ attempts: inout [Attempt], _ finding: CopyWatch.Finding) {
    for index in attempts.indices {
      guard let request = attempts[index].request, case .success = attempts[index].outcome.result,
        finding.doubts(request, isSure: attempts[index].isSure)
      else { continue }
      let outcome = attempts[index].outcome
      attempts[index].isDoubted = true
      attempts[index].outcome = BusOutcome(
        result: .failure(doubtful(request)),
        sent: outcome.sent,
        elapsed: outcome.elapsed
      )
    }
  }

  private func doubtful(_ request: ModbusRequest) -> BusFailure {
    failure(CopyWatch.doubtful, request)
  }

  // MARK: Words and times

  private var silence: Duration { max(line.frameGap, SerialDescriptor.silence) }

  private var babble: BusFailure {
    BusFailure(
      .foreignReply,
      "\(line.port) does not fall silent: does another program or device ask on this line?"
    )
  }

  private func lose(_ reason: String) -> BusFailure {
    port = nil
    return BusFailure(
      .noConnection,
      "serial port \(line.port) was lost (\(reason)): is the adapter plugged in?"
    )
  }

  /// The timeout, and the time that request and reply take on the line and switching it.
  private func wait(for request: ModbusRequest) -> Duration {
    timeout + RTUFrame.lineTime(of: request, on: line) + (line.direction?.delay ?? .zero)
  }

  private func failure(_ fault: ReplyFault, _ request: ModbusRequest) -> BusFailure {
    BusFailure(fault.cause, "unit \(request.unit.rawValue) at \(line.port): \(fault.detail)")
  }

  private func unsent(_ cause: Cause, _ detail: String) -> BusOutcome {
    BusOutcome(cause, detail, at: time.moment())
  }
}

extension BusFailure {
  /// Whether the device did answer, though with a refusal.
  var isAnswer: Bool {
    if case .exception = cause { true } else { false }
  }
}
