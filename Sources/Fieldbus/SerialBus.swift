package import Telemetry

/// A serial instrument that speaks in frames of text or bytes.
///
/// An actor on a thread of its own, because reading a port blocks. The port is opened by the first
/// exchange, and after it was lost by the next one.
///
/// An instrument is asked, or it sends by itself. A frame does not say what it answers: input is
/// thrown away before a request is sent, and after a failure the line rests first, for so long that
/// a late reply can come no more. Nothing is asked twice, since asking may make an instrument act.
/// What an instrument sends by itself is kept between exchanges and given out frame by frame; a frame
/// whose beginning may have been missed is none.
package actor SerialBus: Bus {
  /// After so long without a byte, the next byte begins a frame that ends by a mark.
  package static let silenceBetweenFrames: Duration = .seconds(1)

  /// After so long without a byte, the next byte begins a frame of fixed length.
  ///
  /// A frame whose end was in doubt has ended then, too. It is more than the 16 ms for which a USB
  /// adapter gathers bytes.
  package static let silenceAfterFrame: Duration = .milliseconds(50)

  /// Bytes that may wait unread; when there are more, the system may have lost some.
  package static let maximumBacklog = 16_384

  /// Response timeouts for which the line rests after silence, counted from the request.
  package static let timeoutsToRest = 3

  let line: SerialLine
  private let time: any TimeSource
  private let executor: ThreadExecutor

  private var port: SerialPortHandle?
  private var restUntil: Duration?
  private var assembler: FrameAssembler?
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
        return BusOutcome(.noConnection, "\(line.port) carries text, not Modbus", at: time.moment())
      }
      if let failed {
        return BusOutcome(failed.cause, "not asked, because \(failed.detail)", at: time.moment())
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
    var reply = FrameAssembler(request, startsInFrame: false)
    let item = try nextItem(of: &reply, until: deadline, isListening: false)
    let failure: BusFailure
    switch item?.content {
    case .frame(let content): return outcome(.success(.line(content)), sent)
    case .damaged(let frame): failure = damaged(frame, request)
    case .tooLong, .dropped: failure = tooLong(request)
    case nil: failure = silence(request, reply)
    }
    restUntil =
      switch failure.cause {
      // It may answer yet.
      case .timeout: started + request.timeout * Self.timeoutsToRest
      // A damaged answer was the answer.
      case .checksum: monotonicNow() + Self.silenceAfterFrame
      default: started + request.timeout
      }
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

  // MARK: Listening

  private func listen(
    _ request: SerialRequest,
    since start: FrameAssembler.Stamp
  ) throws(BusFailure) -> BusOutcome {
    var frames = listener(for: request)
    defer { assembler = frames }
    let ignored = frames.ignoredCount
    try takeBacklog(&frames, request)
    let deadline = monotonicNow() + request.timeout
    guard let item = try nextItem(of: &frames, until: deadline, isListening: true) else {
      let bytes = frames.ignoredCount - ignored + frames.partialCount
      return outcome(.failure(stale(request, bytes: bytes)), start)
    }
    let elapsed = item.ended.uptime - item.began.uptime
    let result: Result<BusReply, BusFailure> =
      switch item.content {
      case .frame(let content): .success(.line(content))
      case .damaged(let frame): .failure(damaged(frame, request))
      case .tooLong: .failure(tooLong(request))
      case .dropped(let count):
        .failure(
          BusFailure(
            .malformedReply,
            "\(line.port): \(count) \(request.framing.shape.noun)s came too fast and were dropped"
          )
        )
      }
    return BusOutcome(result: result, sent: item.began, elapsed: elapsed)
  }

  private func listener(for request: SerialRequest) -> FrameAssembler {
    if let assembler, assembler.framing == request.framing,
      assembler.maximumLength == request.maximumLength
    {
      return assembler
    }
    return FrameAssembler(request, startsInFrame: true)
  }

  /// Takes what came since the last exchange; when its bytes came is not known.
  private func takeBacklog(
    _ frames: inout FrameAssembler,
    _ request: SerialRequest
  ) throws(BusFailure) {
    let descriptor = try descriptor
    var total = 0
    if !descriptor.hasInput { noteSilence(&frames) }
    while descriptor.hasInput {
      guard let bytes = descriptor.read() else { throw gone }
      take(bytes, into: &frames)
      total += bytes.count
      guard total <= Self.maximumBacklog else {
        // The half that the system lost may be the end of one frame and the start of another.
        frames = FrameAssembler(request, startsInFrame: true)
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

  /// Reads until a frame has ended, or until `deadline`.
  private func nextItem(
    of frames: inout FrameAssembler,
    until deadline: Duration,
    isListening: Bool
  ) throws(BusFailure) -> FrameAssembler.Item? {
    let descriptor = try descriptor
    while true {
      if let item = frames.next() { return item }
      let now = monotonicNow()
      let quiet = lastByte + silence(that: frames)
      let end = quiet > now ? min(quiet, deadline) : deadline
      switch waitForInput(on: descriptor.descriptor, until: end) {
      case .silent:
        if isListening { noteSilence(&frames) } else { frames.settle() }
        if end == deadline { return frames.next() }
      case .hungUp: throw gone
      case .readable:
        guard let bytes = descriptor.read() else { throw gone }
        take(bytes, into: &frames)
      }
    }
  }

  /// Tells the assembler what follows from nothing having come until now.
  private func noteSilence(_ frames: inout FrameAssembler) {
    let quiet = monotonicNow() - lastByte
    if quiet >= Self.silenceAfterFrame { frames.settle() }
    if quiet >= silence(that: frames) { frames.beginFrame() }
  }

  /// How long the line must be silent for that to mean something.
  private func silence(that frames: FrameAssembler) -> Duration {
    if case .fixed = frames.framing.shape { return Self.silenceAfterFrame }
    return frames.isDoubtful ? Self.silenceAfterFrame : Self.silenceBetweenFrames
  }

  private func take(_ bytes: [UInt8], into frames: inout FrameAssembler) {
    frames.take(bytes, at: stamp)
    lastByte = monotonicNow()
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

  private var stamp: FrameAssembler.Stamp { time.moment() }

  private func outcome(
    _ result: Result<BusReply, BusFailure>,
    _ sent: FrameAssembler.Stamp
  ) -> BusOutcome {
    BusOutcome(result: result, sent: sent, elapsed: time.uptime() - sent.uptime)
  }
}

extension FrameAssembler {
  fileprivate init(_ request: SerialRequest, startsInFrame: Bool) {
    self.init(
      framing: request.framing,
      maximumLength: request.maximumLength,
      startsInFrame: startsInFrame
    )
  }
}
