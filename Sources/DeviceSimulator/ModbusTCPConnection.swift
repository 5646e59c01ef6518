internal import NIOCore
internal import Telemetry

/// One client's connection: its requests are answered in the order in which they came.
final class ModbusTCPConnection: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  private let units: UnitBank
  private let faults: FaultInjector
  private let time: any TimeSource
  private let idle: TimeAmount
  private var framing = MBAPFraming()
  private var schedule = ReplySchedule()
  private var lastRequest = NIODeadline.uptimeNanoseconds(0)
  private var idleCheck: Scheduled<Void>?

  init(units: UnitBank, faults: FaultInjector, time: any TimeSource, idle: Duration) {
    self.units = units
    self.faults = faults
    self.time = time
    self.idle = .microseconds(idle.wholeMicroseconds)
  }

  func channelActive(context: ChannelHandlerContext) {
    lastRequest = context.eventLoop.now
    scheduleIdleCheck(context, in: idle)
    context.fireChannelActive()
  }

  func channelInactive(context: ChannelHandlerContext) {
    idleCheck?.cancel()
    schedule.cancelAll()
    context.fireChannelInactive()
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    framing.receive(unwrapInboundIn(data).readableBytesView)
    do throws(MBAPFraming.Violation) {
      while let request = try framing.next() { answer(request, context) }
      context.flush()
    } catch {
      // The place in the stream is lost for good: what follows would be guesswork.
      context.flush()
      context.close(promise: nil)
    }
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    context.close(promise: nil)
  }

  private func answer(_ request: MBAPFraming.Request, _ context: ChannelHandlerContext) {
    lastRequest = context.eventLoop.now
    let uptime = time.uptime()
    let reply =
      units.unit(onNetwork: request.unit)?.reply(to: request.pdu, at: uptime)
      ?? ModbusServerCodec.exception(.gatewayTargetSilent, to: request.pdu)
    let plan = faults.plan(for: FaultRequest(unit: request.unit, pdu: request.pdu), at: uptime)
    let answered = MBAPFraming.Request(
      transaction: plan.transaction(request.transaction),
      unit: plan.unit(request.unit),
      pdu: request.pdu
    )
    let frame = MBAPFraming.frame(plan.pdu(reply, to: request.pdu), answering: answered)
    for action in plan.actions(for: frame) { perform(action, context) }
  }

  private func perform(_ action: FaultAction, _ context: ChannelHandlerContext) {
    switch action {
    case .disconnect: context.close(promise: nil)
    case .send(let frame, let delay, let isLate):
      let isTaken = schedule.send(frame, after: delay, isLate: isLate, in: context) { bytes in
        let buffer = context.channel.allocator.buffer(bytes: bytes)
        context.write(self.wrapOutboundOut(buffer), promise: nil)
      }
      // A client that asks on and on, while its replies wait, is one that nobody can serve.
      if !isTaken { context.close(promise: nil) }
    }
  }

  /// Closes the connection when no request was completed for too long: a client that trickles
  /// bytes, or takes no replies, holds its place no longer than one that went away.
  private func scheduleIdleCheck(_ context: ChannelHandlerContext, in delay: TimeAmount) {
    let loop = context.eventLoop.assumeIsolated()
    idleCheck = loop.scheduleTask(in: delay) {
      let quiet = context.eventLoop.now - self.lastRequest
      if quiet >= self.idle {
        context.close(promise: nil)
      } else {
        self.scheduleIdleCheck(context, in: self.idle - quiet)
      }
    }
  }
}
