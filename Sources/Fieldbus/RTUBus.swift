package import Telemetry

/// Modbus RTU on a serial port, with all the units on its line.
///
/// An actor on a thread of its own, because libmodbus blocks. The port is opened by the first
/// exchange, and after it was lost by the next one. ``LineHygiene`` says when the line may be asked
/// again after a failure.
package actor RTUBus: Bus {
  /// MODBUS over Serial Line V1.02, 2.2.
  private static let highestUnit: UInt8 = 247

  private let line: SerialLine
  private let timeout: Duration
  private let time: any TimeSource
  private let executor: ThreadExecutor

  private var port: RTUPort?
  private var hygiene: LineHygiene
  /// Units whose last request failed: they are asked once, not twice, until they answer.
  private var silent: Set<UnitID> = []
  private var lineFree: Duration = .zero

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
    precondition(timeout > .zero && quiet >= .zero)
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
    return requests.map { request in
      guard case .modbus(let request) = request else {
        return unsent(.noConnection, "\(line.port) carries Modbus, not text")
      }
      guard request.unit.rawValue <= Self.highestUnit else {
        return unsent(
          .noConnection,
          "\(line.port): unit \(request.unit.rawValue) cannot be on a serial line: use 1 to 247"
        )
      }
      if let lost { return unsent(.noConnection, "not asked, because \(lost.detail)") }
      if let failure = failed[request.unit] {
        return unsent(failure.cause, "not asked, because \(failure.detail)")
      }
      let outcome = carry(request)
      if case .failure(let failure) = outcome.result, !failure.isAnswer {
        if failure.cause == .noConnection && port == nil { lost = failure }
        failed[request.unit] = failure
      }
      return outcome
    }
  }

  package func close() { port = nil }

  /// Asks, and after a failure that is new for this unit asks the same again.
  private func carry(_ request: ModbusRequest) -> BusOutcome {
    let first = ask(request)
    guard case .failure(let failure) = first.outcome.result, !failure.isAnswer else {
      silent.remove(request.unit)
      return first.outcome
    }
    guard port != nil, first.wasSent else { return first.outcome }
    guard silent.insert(request.unit).inserted else { return first.outcome }
    let second = ask(request, isRepeated: true)
    switch second.outcome.result {
    case .failure(let again) where !again.isAnswer:
      return BusOutcome(
        result: .failure(failure),
        sent: first.outcome.sent,
        elapsed: time.uptime() - first.outcome.sent.uptime
      )
    default:
      silent.remove(request.unit)
      hygiene.recovered(request, now: monotonicNow())
      return second.outcome
    }
  }

  // MARK: One request

  private struct Attempt {
    var outcome: BusOutcome
    var wasSent = false
  }

  private func ask(_ request: ModbusRequest, isRepeated: Bool = false) -> Attempt {
    if let failure = prepare(for: request, isRepeated: isRepeated) {
      return Attempt(outcome: unsent(failure.cause, failure.detail))
    }
    block(until: lineFree)
    let sent = time.moment()
    let started = monotonicNow()
    let result = transact(request)
    lineFree = monotonicNow() + line.frameGap
    if case .failure(let failure) = result, !failure.isAnswer {
      hygiene.failed(
        request,
        for: failure.cause,
        sent: started,
        now: monotonicNow(),
        timeout: wait(for: request)
      )
    }
    return Attempt(
      outcome: BusOutcome(result: result, sent: sent, elapsed: time.uptime() - sent.uptime),
      wasSent: true
    )
  }

  private func transact(_ request: ModbusRequest) -> Result<BusReply, BusFailure> {
    do {
      let frame =
        try port?.transact(request, within: wait(for: request), silence: silence) ?? []
      return RTUFrame.judge(frame, answering: request).mapError { failure($0, request) }
    } catch {
      switch error {
      case .reply(let fault): return .failure(failure(fault, request))
      case .lost(let reason): return .failure(lose(reason))
      }
    }
  }

  /// Opens the port, lets the line rest as long as it must, and throws away what came unasked.
  private func prepare(for request: ModbusRequest, isRepeated: Bool) -> BusFailure? {
    do throws(BusFailure) {
      if port == nil {
        port = try RTUPort.open(line)
        port?.flush()
      }
    } catch {
      return error
    }
    guard let descriptor = port?.descriptor else { return lose("it is closed") }
    for _ in 0..<LineHygiene.maximumRests {
      let now = monotonicNow()
      let rest = hygiene.rest(before: request, isRepeated: isRepeated, now: now)
      guard rest != nil || descriptor.hasInput else { return nil }
      switch descriptor.drain(until: rest ?? now, silence: silence) {
      case .silent(let heard):
        if let heard { hygiene.heard(at: heard) }
        hygiene.rested(now: monotonicNow())
        port?.flush()
      case .babbling: return babble
      case .hungUp: return lose("the adapter was pulled")
      }
    }
    return babble
  }

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

  /// The timeout, and the time that request and reply take on the line.
  private func wait(for request: ModbusRequest) -> Duration {
    timeout + RTUFrame.lineTime(of: request, on: line)
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
