package import Telemetry

/// A serial instrument that speaks in lines of text.
///
/// An actor on a thread of its own, because reading a port blocks. The port is opened by the first
/// exchange, and after it was lost by the next one.
///
/// An instrument is asked, or it sends by itself. Text does not say what it answers: input is
/// thrown away before a request is sent, and after a failure the line rests first, for so long that
/// a late reply can come no more. Nothing is asked twice, since asking may make an instrument act.
/// What an instrument sends by itself is kept between exchanges and given out line by line; a line
/// whose beginning may have been missed is none.
package actor SerialBus: Bus {
  /// After so long without a byte, the next byte begins a line.
  package static let silenceBetweenLines: Duration = .seconds(1)

  /// Bytes that may wait unread; when there are more, the system may have lost some.
  package static let maximumBacklog = 16_384

  /// Response timeouts for which the line rests after silence, counted from the request.
  package static let timeoutsToRest = 3

  private let line: SerialLine
  private let time: any TimeSource
  private let executor: ThreadExecutor

  private var port: SerialPortHandle?
  private var restUntil: Duration?
  private var assembler: LineAssembler?
  private var lastByte: Duration = .zero

  package nonisolated var unownedExecutor: UnownedSerialExecutor {
    executor.asUnownedSerialExecutor()
  }

  package init(on line: SerialLine, time: any TimeSource) {
    self.line = line
    self.time = time
    executor = ThreadExecutor(name: line.port)
  }

  package func exchange(_ requests: [BusRequest]) -> [BusOutcome] {
    var failed: BusFailure?
    return requests.map { request in
      guard case .serial(let request) = request else {
        return BusOutcome(.noConnection, "\(line.port) carries text, not Modbus", at: time.now())
      }
      if let failed {
        return BusOutcome(failed.cause, "not asked, because \(failed.detail)", at: time.now())
      }
      let outcome = carry(request)
      if case .failure(let failure) = outcome.result, ends(failure, request) { failed = failure }
      return outcome
    }
  }

  package func close() { forgetPort() }

  /// Whether a failure ends the batch: a listener's does only when the port is gone.
  private func ends(_ failure: BusFailure, _ request: SerialRequest) -> Bool {
    !request.isListening || failure.cause == .noConnection
  }

  private func carry(_ request: SerialRequest) -> BusOutcome {
    let start = stamp
    do throws(BusFailure) {
      if port == nil { try openPort() }
      return request.isListening ? try listen(request, since: start) : try ask(request)
    } catch {
      if error.cause == .noConnection { forgetPort() }
      return outcome(.failure(error), start)
    }
  }

  // MARK: Asking

  private func ask(_ request: SerialRequest) throws(BusFailure) -> BusOutcome {
    try clean()
    // What an instrument sends by itself is gone with the input that was thrown away.
    assembler = nil
    let sent = stamp
    let started = monotonicNow()
    let deadline = started + request.timeout
    guard try descriptor.write(request.send, until: deadline) else { throw gone }
    var reply = LineAssembler(
      terminator: request.terminator,
      maximumLength: request.maximumLength,
      startsInLine: false
    )
    let failure: BusFailure
    if let item = try nextItem(of: &reply, until: deadline) {
      if case .line(let line) = item.content { return outcome(.success(.line(line)), sent) }
      failure = tooLong(request)
    } else {
      failure = silence(request, partial: reply.partialCount)
    }
    // Too long a line shows that the instrument answered; after silence it may do so yet.
    restUntil =
      started + request.timeout * (failure.cause == .timeout ? Self.timeoutsToRest : 1)
    return outcome(.failure(failure), sent)
  }

  /// Lets the line rest as long as it must, and throws away what came.
  private func clean() throws(BusFailure) {
    let descriptor = try descriptor
    guard restUntil != nil || descriptor.hasInput else { return }
    switch descriptor.drain(until: restUntil ?? .zero, silence: SerialDescriptor.silence) {
    case .silent: restUntil = nil
    case .hungUp: throw gone
    case .babbling:
      throw BusFailure(
        .foreignReply,
        "\(line.port) does not fall silent: does the instrument send by itself? Then listen only"
      )
    }
  }

  private func silence(_ request: SerialRequest, partial: Int) -> BusFailure {
    let wait = request.timeout.inWords
    return BusFailure(
      .timeout,
      partial == 0
        ? "\(line.port): no answer within \(wait): is the instrument on, and is its speed right?"
        : "\(line.port): \(partial) bytes and no line end within \(wait): is the terminator right?"
    )
  }

  // MARK: Listening

  private func listen(
    _ request: SerialRequest,
    since start: LineAssembler.Stamp
  ) throws(BusFailure) -> BusOutcome {
    var lines = listener(for: request)
    defer { assembler = lines }
    try takeBacklog(&lines)
    guard let item = try nextItem(of: &lines, until: monotonicNow() + request.timeout) else {
      let wait = request.timeout.inWords
      return outcome(
        .failure(BusFailure(.stale, "\(line.port): no line came within \(wait)")),
        start
      )
    }
    let elapsed = item.ended.uptime - item.began.uptime
    let result: Result<BusReply, BusFailure> =
      switch item.content {
      case .line(let line): .success(.line(line))
      case .tooLong: .failure(tooLong(request))
      case .dropped(let count):
        .failure(
          BusFailure(.malformedReply, "\(line.port): \(count) lines came too fast and were dropped")
        )
      }
    return BusOutcome(result: result, sent: item.began.wall, elapsed: elapsed)
  }

  private func listener(for request: SerialRequest) -> LineAssembler {
    if let assembler, assembler.terminator == request.terminator,
      assembler.maximumLength == request.maximumLength
    {
      return assembler
    }
    return LineAssembler(
      terminator: request.terminator,
      maximumLength: request.maximumLength,
      startsInLine: true
    )
  }

  /// Takes what came since the last exchange.
  private func takeBacklog(_ lines: inout LineAssembler) throws(BusFailure) {
    let descriptor = try descriptor
    var total = 0
    while descriptor.hasInput {
      guard let bytes = descriptor.read() else { throw gone }
      take(bytes, into: &lines)
      total += bytes.count
      guard total <= Self.maximumBacklog else {
        // The half that the system lost may be the end of one line and the start of another.
        lines = LineAssembler(
          terminator: lines.terminator,
          maximumLength: lines.maximumLength,
          startsInLine: true
        )
        port?.flush()
        throw BusFailure(
          .malformedReply,
          "\(line.port): more than \(Self.maximumBacklog) bytes were waiting and were thrown away: "
            + "listen more often"
        )
      }
    }
  }

  // MARK: Both

  /// Reads until a line has ended, or until `deadline`.
  private func nextItem(
    of lines: inout LineAssembler,
    until deadline: Duration
  ) throws(BusFailure) -> LineAssembler.Item? {
    let descriptor = try descriptor
    while true {
      if let item = lines.next() { return item }
      switch waitForInput(on: descriptor.descriptor, until: deadline) {
      case .silent: return nil
      case .hungUp: throw gone
      case .readable:
        guard let bytes = descriptor.read() else { throw gone }
        take(bytes, into: &lines)
      }
    }
  }

  private func take(_ bytes: [UInt8], into lines: inout LineAssembler) {
    let now = monotonicNow()
    if now - lastByte >= Self.silenceBetweenLines { lines.beginLine() }
    lines.take(bytes, at: stamp)
    lastByte = now
  }

  private func openPort() throws(BusFailure) {
    port = try SerialPortHandle(line)
    lastByte = monotonicNow()
  }

  private func forgetPort() {
    port = nil
    assembler = nil
  }

  private var descriptor: SerialDescriptor {
    get throws(BusFailure) {
      guard let descriptor = port?.descriptor else { throw gone }
      return descriptor
    }
  }

  private var stamp: LineAssembler.Stamp {
    LineAssembler.Stamp(wall: time.now(), uptime: time.uptime())
  }

  private var gone: BusFailure {
    BusFailure(
      .noConnection,
      "serial port \(line.port) was lost: is the adapter plugged in?"
    )
  }

  private func tooLong(_ request: SerialRequest) -> BusFailure {
    BusFailure(
      .malformedReply,
      "\(line.port): more than \(request.maximumLength) bytes came without a line end: "
        + "are speed and terminator right?"
    )
  }

  private func outcome(
    _ result: Result<BusReply, BusFailure>,
    _ sent: LineAssembler.Stamp
  ) -> BusOutcome {
    BusOutcome(result: result, sent: sent.wall, elapsed: time.uptime() - sent.uptime)
  }
}
