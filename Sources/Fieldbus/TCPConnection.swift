internal import NIOCore
internal import Telemetry

/// One connection of a ``TCPLine``: writes requests, gives each reply to its request.
///
/// Any doubt ends the connection: an unknown transaction, another unit, a wrong length, silence.
final class TCPConnection: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  /// A request that was written and not answered yet.
  private struct Asked {
    let transaction: UInt16
    let index: Int
    let request: ModbusRequest
    let sent: Moment
    let deadline: NIODeadline
  }

  private let line: TCPLine
  private let settings: TCPSettings
  private var context: ChannelHandlerContext?
  private var batch: TCPBatch?
  /// In the order they were written, so the first is due first; at most `maximumInFlight`.
  private var asked: [Asked] = []
  /// The last reply that came while others were due.
  ///
  /// When the bytes behind it are no reply, it may have been short, and filled up with what belongs
  /// to the next.
  private var doubtful: Asked?
  private var decoder = MBAPDecoder()
  private var outgoing = ByteBuffer()
  private var timer: Scheduled<Void>?

  init(_ line: TCPLine) {
    self.line = line
    settings = line.settings
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
    line.lost(self)
    timer?.cancel()
    timer = nil
    asked.removeAll()
    let context = context
    self.context = nil
    context?.close(promise: nil)
    guard let batch else { return }
    self.batch = nil
    batch.failRest(cause, detail)
    line.finished(batch)
  }

  // MARK: Channel events

  func handlerAdded(context: ChannelHandlerContext) { self.context = context }

  func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    guard self.context != nil else { return }
    decoder.take(unwrapInboundIn(data))
    let arrival = settings.time.uptime()
    do {
      while !asked.isEmpty, let frame = try decoder.next() {
        guard try settle(frame, arrival: arrival) else { return }
      }
    } catch {
      doubtLast(error, arrival: arrival)
      return fail(error, at: 0, arrival: arrival)
    }
    guard !asked.isEmpty || decoder.isEmpty else { return dropUnasked() }
    ask()
    finishIfSettled()
  }

  func channelInactive(context: ChannelHandlerContext) {
    guard self.context != nil else { return }
    doubtLastBeforePart(arrival: settings.time.uptime())
    abandon(.noConnection, "connection to \(settings.endpoint) was closed by the device")
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    guard self.context != nil else { return }
    abandon(.noConnection, ConnectError.lost(error, endpoint: settings.endpoint))
  }

  // MARK: Asking

  /// Fills the window and writes what that took, at once.
  private func ask() {
    guard let context, let batch, asked.count < settings.maximumInFlight else { return }
    outgoing.clear()
    while asked.count < settings.maximumInFlight, let (index, request) = batch.takeNext() {
      let transaction = line.nextTransaction
      line.nextTransaction &+= 1
      MBAP.write(request, transaction: transaction, to: &outgoing)
      asked.append(
        Asked(
          transaction: transaction,
          index: index,
          request: request,
          sent: settings.time.moment(),
          deadline: .now() + settings.timeout
        )
      )
    }
    guard outgoing.readableBytes > 0 else { return }
    context.writeAndFlush(wrapOutboundOut(outgoing), promise: nil)
    watch()
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
  private func settle(_ frame: MBAPFrame, arrival: Duration) throws(ReplyFault) -> Bool {
    guard let position = asked.firstIndex(where: { $0.transaction == frame.transaction }) else {
      // One that was asked lately and answered is whole: so was what came before it.
      if line.nextTransaction &- frame.transaction <= 256 { doubtful = nil }
      throw ReplyFault(.foreignReply, "transaction \(frame.transaction) was answered, never asked")
    }
    let entry = asked[position]
    switch ModbusPDU.judge(unit: frame.unit, pdu: frame.pdu, answering: entry.request) {
    case .success(let reply):
      close(entry, with: .success(reply), arrival: arrival)
    case .failure(let fault) where fault.isAnswer:
      close(entry, with: .failure(failure(fault, entry.request)), arrival: arrival)
    case .failure(let fault):
      fail(fault, at: position, arrival: arrival)
      return false
    }
    asked.remove(at: position)
    doubtful = asked.isEmpty ? nil : entry
    return true
  }

  /// Takes the last reply back, because what follows it is none.
  private func doubtLast(_ fault: ReplyFault, arrival: Duration) {
    guard let entry = doubtful else { return }
    doubtful = nil
    let doubt = ReplyFault(.malformedReply, "the bytes behind the answer are none: \(fault.detail)")
    close(entry, with: .failure(failure(doubt, entry.request)), arrival: arrival)
  }

  /// The connection ends with a part of a reply: that part may be what a short one left of the next.
  private func doubtLastBeforePart(arrival: Duration) {
    guard !decoder.isEmpty else { return }
    doubtLast(ReplyFault(.malformedReply, "a part of a reply came, and no more"), arrival: arrival)
  }

  private func close(_ entry: Asked, with result: Result<BusReply, BusFailure>, arrival: Duration) {
    batch?.settle(
      entry.index,
      BusOutcome(result: result, sent: entry.sent, elapsed: arrival - entry.sent.uptime)
    )
  }

  /// The request at `position` has failed for `fault`, and the connection with it.
  private func fail(_ fault: ReplyFault, at position: Int, arrival: Duration) {
    guard asked.indices.contains(position) else { return dropUnasked() }
    let entry = asked[position]
    let failure = failure(fault, entry.request)
    close(entry, with: .failure(failure), arrival: arrival)
    // A silent unit is not asked again and again for the rest of a scan: others wait behind it.
    abandon(
      fault.cause == .timeout ? .timeout : .noConnection,
      "not asked, because \(failure.detail)"
    )
  }

  private func failure(_ fault: ReplyFault, _ request: ModbusRequest) -> BusFailure {
    BusFailure(
      fault.cause,
      "unit \(request.unit.rawValue) at \(settings.endpoint): \(fault.detail)"
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
    let fault = ReplyFault(
      .timeout,
      "no answer within \(settings.timeout.inWords): is it on, and is the unit number right?"
    )
    let now = settings.time.uptime()
    doubtLastBeforePart(arrival: now)
    fail(fault, at: 0, arrival: now)
  }
}
