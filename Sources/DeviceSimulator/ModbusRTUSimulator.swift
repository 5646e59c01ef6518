internal import NIOCore
package import Telemetry

/// Units on one serial line, which is a pseudo terminal.
package struct ModbusRTUSimulator: Sendable {
  private let units: UnitBank
  private let link: String
  private let line: SerialLine?
  private let time: any TimeSource

  /// - Parameters:
  ///   - units: What answers, by unit identifier.
  ///   - link: Path of the symbolic link by which clients find the line.
  ///   - baud: Answers take as long as they would at this rate with 11-bit characters, the
  ///     standard's; nil answers as fast as the machine can.
  ///   - time: Whose uptime the process follows.
  package init(
    units: [UnitID: SimulatedUnit],
    link: String,
    baud: Int? = nil,
    time: any TimeSource
  ) {
    self.units = UnitBank(units)
    self.link = link
    line = baud.map { SerialLine(port: link, baud: $0) }
    self.time = time
  }

  /// Serves until the task is cancelled, then removes the link and returns.
  ///
  /// - Parameter onReady: Called once, when the link is there.
  /// - Throws: ``SimulationError``
  package func run(onReady: @escaping @Sendable () -> Void) async throws {
    let (units, line, time) = (units, line, time)
    try await TerminalPort(link: link).serve { terminal in
      RTULineHandler(units: units, line: line, time: time, terminal: terminal)
    } whileOpen: { _, _ in
      onReady()
    }
  }
}

/// Reads requests from the line and answers for its units.
private final class RTULineHandler: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  /// Shortest silence that ends a frame: between machines that share processors, 3.5 characters
  /// pass unnoticed.
  private static let shortestGap: TimeAmount = .milliseconds(10)

  private let units: UnitBank
  private let line: SerialLine?
  private let time: any TimeSource
  private let terminal: PseudoTerminal
  private let gap: TimeAmount
  private var framing = RTUFraming()
  private var silence: Scheduled<Void>?
  private var pendingReply: Scheduled<Void>?
  private var unreadReplies: UnreadReplies

  init(units: UnitBank, line: SerialLine?, time: any TimeSource, terminal: PseudoTerminal) {
    self.units = units
    self.line = line
    self.time = time
    self.terminal = terminal
    let gap = TimeAmount.microseconds(line?.frameGap.wholeMicroseconds ?? 0)
    self.gap = max(gap, Self.shortestGap)
    unreadReplies = UnreadReplies(terminal: terminal)
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    silence?.cancel()
    terminal.releaseClaim()
    if let request = framing.receive(unwrapInboundIn(data).readableBytesView) {
      answer(request, context)
    } else {
      silence = context.eventLoop.assumeIsolated().scheduleTask(in: gap) {
        if let request = self.framing.silence() { self.answer(request, context) }
      }
    }
  }

  func channelInactive(context: ChannelHandlerContext) {
    silence?.cancel()
    pendingReply?.cancel()
    context.fireChannelInactive()
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    context.close(promise: nil)
  }

  /// Broadcasts and requests to units that are not here get no answer.
  private func answer(_ request: RTUFraming.Request, _ context: ChannelHandlerContext) {
    // A client that asks anew has given up on what was asked before.
    pendingReply?.cancel()
    guard let unit = units.unit(onLine: request.unit) else { return }
    let reply = unit.reply(to: request.pdu, at: time.uptime())
    let frame = RTUFraming.frame(reply, unit: request.unit)
    guard let line else { return send(frame, context) }
    let characters = request.pdu.count + 3 + frame.count
    let delay = line.characterTime * characters + line.frameGap
    pendingReply = context.eventLoop.assumeIsolated()
      .scheduleTask(in: .microseconds(delay.wholeMicroseconds)) { self.send(frame, context) }
  }

  private func send(_ frame: [UInt8], _ context: ChannelHandlerContext) {
    unreadReplies.dropOld(at: context.eventLoop.now)
    guard context.channel.isWritable else { return }
    let buffer = context.channel.allocator.buffer(bytes: frame)
    context.writeAndFlush(wrapOutboundOut(buffer), promise: nil)
  }
}

/// Replies that nobody fetched: a port that is closed forgets them, so the next client of a line
/// that stays open must not find them.
struct UnreadReplies {
  private static let keeping: TimeAmount = .seconds(1)

  private let terminal: PseudoTerminal
  private var lastSend: NIODeadline?

  init(terminal: PseudoTerminal) { self.terminal = terminal }

  /// Called before each reply.
  mutating func dropOld(at now: NIODeadline) {
    if let lastSend, now - lastSend > Self.keeping, terminal.unreadBytes > 0 {
      terminal.dropUnread()
    }
    lastSend = now
  }
}
