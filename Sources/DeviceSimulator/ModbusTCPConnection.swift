internal import NIOCore
internal import Telemetry

/// One client's connection: its requests are answered in the order in which they came.
final class ModbusTCPConnection: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  private let units: UnitBank
  private let time: any TimeSource
  private let idle: TimeAmount
  private var framing = MBAPFraming()
  private var lastRequest = NIODeadline.uptimeNanoseconds(0)
  private var idleCheck: Scheduled<Void>?

  init(units: UnitBank, time: any TimeSource, idle: Duration) {
    self.units = units
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
    let unit = units.unit(onNetwork: request.unit)
    let reply =
      unit?.reply(to: request.pdu, at: time.uptime())
      ?? ModbusServerCodec.exception(.gatewayTargetSilent, to: request.pdu)
    let bytes = MBAPFraming.frame(reply, answering: request)
    context.write(wrapOutboundOut(context.channel.allocator.buffer(bytes: bytes)), promise: nil)
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
