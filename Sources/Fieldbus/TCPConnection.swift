internal import NIOCore
internal import Telemetry

/// One connection of a ``TCPLine``: writes requests, gives each reply to its request.
///
/// Any doubt ends the connection: an unknown transaction, another unit, a wrong length, silence.
final class TCPConnection: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  private let line: TCPLine
  private let settings: TCPSettings
  private var context: ChannelHandlerContext?
  private var batch: TCPBatch?
  /// In the order they were written, so the first is due first; at most `maximumInFlight`.
  private var asked: [TCPAsked] = []
  /// The last reply that came while others were due.
  ///
  /// When the bytes behind it are no reply, it may have been short, and filled up with what belongs
  /// to the next.
  private var doubtful: TCPAsked?
  private var wire: any TCPWire
  private var outgoing = ByteBuffer()
  private var timer: Scheduled<Void>?
  /// Whether a request was answered on it: one that was not, and is lost, is no idle one.
  private var hasAnswered = false
  /// Runs while the line rests before the next request.
  private var rest: Scheduled<Void>?

  init(_ line: TCPLine) {
    self.line = line
    settings = line.settings
    wire = settings.makeWire()
    asked.reserveCapacity(settings.maximumInFlight)
  }

  /// False from the moment that the connection was given up or lost.
  var isOpen: Bool { context != nil }

  /// Carries a batch; the line hears when all of it is settled.
  func carry(_ batch: TCPBatch) {
    self.batch = batch
    ask()
    finishIfSettled()
  }

  /// Gives up: closes the connection and fails what is being carried.
  func abandon(_ cause: Cause, _ detail: String) {
    for entry in asked { noteFailure(of: entry, for: cause) }
    shut()
    guard let batch else { return }
    self.batch = nil
    batch.failRest(cause, detail)
    line.finished(batch)
  }

  private func shut() {
    line.lost(self)
    timer?.cancel()
    timer = nil
    rest?.cancel()
    rest = nil
    asked.removeAll()
    let context = context
    self.context = nil
    context?.close(promise: nil)
  }

  // MARK: Channel events

  func handlerAdded(context: ChannelHandlerContext) { self.context = context }

  func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    guard self.context != nil else { return }
    if asked.isEmpty, line.quiet != nil {
      line.quiet?.heard(unwrapInboundIn(data).readableBytesView, at: monotonicNow())
      return
    }
    wire.take(unwrapInboundIn(data))
    let arrival = settings.time.uptime()
    do {
      while let first = asked.first, let frame = try wire.frame(answering: first.request) {
        guard try settle(frame, arrival: arrival) else { return }
      }
    } catch {
      doubtLast(error, arrival: arrival)
      return fail(error, at: 0, arrival: arrival)
    }
    guard !asked.isEmpty || wire.isEmpty else { return dropUnasked() }
    ask()
    finishIfSettled()
  }

  func channelInactive(context: ChannelHandlerContext) {
    lose("connection to \(settings.endpoint) was closed by the device")
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    lose(ConnectError.lost(error, endpoint: settings.endpoint))
  }

  private func lose(_ detail: String) {
    guard context != nil else { return }
    let now = settings.time.uptime()
    doubtLastBeforePart(arrival: now)
    if line.quiet != nil, !asked.isEmpty {
      return fail(BusFailure(.noConnection, detail), at: 0, arrival: now)
    }
    // A device server that closes an idle connection may do so while the line rests.
    if line.quiet != nil, hasAnswered, let batch {
      self.batch = nil
      shut()
      return line.reconnect(for: batch)
    }
    abandon(.noConnection, detail)
  }

  // MARK: Asking

  /// Fills the window and writes what that took, at once.
  private func ask() {
    guard let context, let batch, asked.count < settings.maximumInFlight else { return }
    outgoing.clear()
    while asked.count < settings.maximumInFlight, let next = batch.next() {
      guard mayAsk(next, batch) else { break }
      batch.advance()
      let transaction = line.nextTransaction
      line.nextTransaction &+= 1
      wire.write(next.request, transaction: transaction, to: &outgoing)
      asked.append(
        TCPAsked(
          transaction: transaction,
          index: next.index,
          request: next.request,
          isRepeated: next.isRepeated,
          isSure: line.quiet?.sends(next.request, at: monotonicNow()) ?? true,
          sent: settings.time.moment(),
          started: line.quiet == nil ? .zero : monotonicNow(),
          deadline: .now() + TimeAmount(settings.wait(for: next.request))
        )
      )
    }
    guard outgoing.readableBytes > 0 else { return }
    context.writeAndFlush(wrapOutboundOut(outgoing), promise: nil)
    watch()
  }

  /// Whether the line is quiet; when it is to rest first, ``ask()`` is called again after that.
  private func mayAsk(_ next: TCPBatch.Next, _ batch: TCPBatch) -> Bool {
    if line.quiet == nil { return true }
    let now = monotonicNow()
    let verdict = line.quiet?.verdict(
      before: next.request,
      isRepeated: next.isRepeated,
      now: now
    )
    if let finding = line.quiet?.takeFinding() { batch.doubt(finding) }
    switch verdict {
    case nil, .clear: return true
    case .rest(let until):
      rest?.cancel()
      // A little longer, so that it is over by the clock that was asked.
      let pause = TimeAmount(until - now) + .microseconds(1)
      rest = context?.eventLoop.assumeIsolated().scheduleTask(in: pause) {
        self.rest = nil
        self.ask()
        self.finishIfSettled()
      }
    case .babbling:
      batch.failRest(
        .foreignReply,
        "\(settings.endpoint) does not fall silent: does another program or device ask on this line?"
      )
    }
    return false
  }

  private func finishIfSettled() {
    guard let batch, batch.unsettled == 0 else { return }
    self.batch = nil
    doubtful = nil
    line.finished(batch)
  }

  // MARK: Settling

  /// - Returns: Whether the connection goes on.
  /// - Throws: When the frame answers nothing that was asked.
  private func settle(_ frame: TCPFrame, arrival: Duration) throws(ReplyFault) -> Bool {
    let position = try position(of: frame)
    let entry = asked[position]
    let result = ModbusPDU.judge(unit: frame.unit, pdu: frame.pdu, answering: entry.request)
    if case .failure(let fault) = result, !fault.isAnswer {
      let isAlone = frame.line?.rest.isEmpty ?? true
      fail(isAlone ? fault : Self.moreCame, at: position, arrival: arrival)
      return false
    }
    if let reply = frame.line { try accept(reply, of: entry) }
    close(entry, with: result.mapError { settings.failure($0, entry.request) }, arrival: arrival)
    asked.remove(at: position)
    doubtful = asked.isEmpty ? nil : entry
    hasAnswered = true
    return true
  }

  /// Takes the reply of a serial line for the answer, unless it may be a second copy of another.
  private func accept(_ reply: LineReply, of entry: TCPAsked) throws(ReplyFault) {
    let finding = line.quiet?.answered(
      entry.request,
      with: reply,
      isRepeated: entry.isRepeated,
      at: monotonicNow()
    )
    if let finding { batch?.doubt(finding) }
    guard reply.rest.isEmpty || reply.isDoubled && entry.isSure else {
      throw finding == nil ? Self.moreCame : CopyWatch.doubtful
    }
    line.heard(from: entry.request.unit)
  }

  /// Which of the requests that are under way the frame answers.
  private func position(of frame: TCPFrame) throws(ReplyFault) -> Int {
    guard let transaction = frame.transaction else { return 0 }
    if let position = asked.firstIndex(where: { $0.transaction == transaction }) { return position }
    // One that was asked lately and answered is whole: so was what came before it.
    if line.nextTransaction &- transaction <= 256 { doubtful = nil }
    throw ReplyFault(.foreignReply, "transaction \(transaction) was answered, never asked")
  }

  private static let moreCame = ReplyFault(
    .foreignReply,
    "more came with the answer than was asked for"
  )

  /// Takes the last reply back, because what follows it is none.
  private func doubtLast(_ fault: ReplyFault, arrival: Duration) {
    guard let entry = doubtful else { return }
    doubtful = nil
    let doubt = ReplyFault(.malformedReply, "the bytes behind the answer are none: \(fault.detail)")
    close(entry, with: .failure(settings.failure(doubt, entry.request)), arrival: arrival)
  }

  /// The connection ends with a part of a reply: that part may be what a short one left of the next.
  private func doubtLastBeforePart(arrival: Duration) {
    guard !wire.isEmpty else { return }
    doubtLast(ReplyFault(.malformedReply, "a part of a reply came, and no more"), arrival: arrival)
  }

  private func close(
    _ entry: TCPAsked,
    with result: Result<BusReply, BusFailure>,
    arrival: Duration
  ) {
    batch?.settle(entry.index, outcome(of: entry, result, arrival), isSure: entry.isSure)
  }

  private func outcome(
    of entry: TCPAsked,
    _ result: Result<BusReply, BusFailure>,
    _ arrival: Duration
  ) -> BusOutcome {
    BusOutcome(result: result, sent: entry.sent, elapsed: arrival - entry.sent.uptime)
  }

  /// The request at `position` has failed for `fault`, and the connection with it.
  private func fail(_ fault: ReplyFault, at position: Int, arrival: Duration) {
    guard asked.indices.contains(position) else { return dropUnasked() }
    fail(settings.failure(fault, asked[position].request), at: position, arrival: arrival)
  }

  private func fail(_ failure: BusFailure, at position: Int, arrival: Duration) {
    let entry = asked[position]
    let outcome = outcome(of: entry, .failure(failure), arrival)
    if line.quiet != nil, let batch {
      self.batch = nil
      noteFailure(of: entry, for: failure.cause)
      shut()
      return line.doubt(entry, outcome, failure, in: batch)
    }
    batch?.settle(entry.index, outcome)
    // A silent unit is not asked again and again for the rest of a scan: others wait behind it.
    abandon(
      failure.cause == .timeout ? .timeout : .noConnection,
      "not asked, because \(failure.detail)"
    )
  }

  private func noteFailure(of entry: TCPAsked, for cause: Cause) {
    line.quiet?.failed(
      entry.request,
      for: cause,
      sent: entry.started,
      now: monotonicNow(),
      timeout: settings.wait(for: entry.request)
    )
  }

  /// Bytes that nobody asked for: whatever comes after them cannot be trusted.
  private func dropUnasked() {
    abandon(
      .noConnection,
      "connection to \(settings.endpoint) was dropped: it sent what nobody asked for"
    )
  }

  // MARK: Time

  /// One timer serves all requests: it is set for the first that is due, and set again when it
  /// fires too early for the one that is then first.
  private func watch() {
    guard timer == nil, let first = asked.first, let context else { return }
    timer = context.eventLoop.assumeIsolated().scheduleTask(deadline: first.deadline) {
      self.timer = nil
      self.checkDeadline()
    }
  }

  private func checkDeadline() {
    guard let first = asked.first else { return }
    guard first.deadline <= .now() else { return watch() }
    let wait = settings.wait(for: first.request)
    let check =
      line.quiet == nil
      ? "is the unit number right?"
      : "do unit number, and the device server's speed and parity, fit?"
    let silence = ReplyFault(.timeout, "no answer within \(wait.inWords): is it on, and \(check)")
    let now = settings.time.uptime()
    doubtLastBeforePart(arrival: now)
    fail(wire.remainder(answering: first.request) ?? silence, at: 0, arrival: now)
  }
}
