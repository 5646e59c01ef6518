internal import NIOCore
internal import Telemetry

/// Reads requests of a serial line, or of a client of a device server, and answers for its units.
final class RTULineHandler: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  /// Shortest silence that ends a frame: between machines that share processors, 3.5 characters
  /// pass unnoticed.
  private static let shortestGap: TimeAmount = .milliseconds(10)

  private let units: UnitBank
  private let faults: FaultInjector
  private let line: SerialLine?
  private let time: any TimeSource
  private let terminal: PseudoTerminal?
  private let gap: TimeAmount
  private var framing = RTUFraming()
  private var silence: Scheduled<Void>?
  private var schedule = ReplySchedule()
  private var unreadReplies: UnreadReplies?

  /// - Parameters:
  ///   - units: What answers.
  ///   - faults: What goes wrong.
  ///   - line: Whose time replies take; nil answers at once.
  ///   - time: Whose uptime the process follows.
  ///   - terminal: The pseudo terminal; nil on a connection.
  init(
    units: UnitBank,
    faults: FaultInjector,
    line: SerialLine?,
    time: any TimeSource,
    terminal: PseudoTerminal? = nil
  ) {
    self.units = units
    self.faults = faults
    self.line = line
    self.time = time
    self.terminal = terminal
    let gap = TimeAmount.microseconds(line?.frameGap.wholeMicroseconds ?? 0)
    self.gap = max(gap, Self.shortestGap)
    unreadReplies = terminal.map { UnreadReplies(terminal: $0) }
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    silence?.cancel()
    terminal?.releaseClaim()
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
    schedule.cancelAll()
    context.fireChannelInactive()
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    context.close(promise: nil)
  }

  /// Broadcasts and requests to units that are not here get no answer.
  private func answer(_ request: RTUFraming.Request, _ context: ChannelHandlerContext) {
    // A client that asks anew has given up on what was asked before.
    schedule.cancelInTurn()
    guard let unit = units.unit(onLine: request.unit) else { return }
    let uptime = time.uptime()
    let reply = unit.reply(to: request.pdu, at: uptime)
    let plan = faults.plan(for: FaultRequest(unit: request.unit, pdu: request.pdu), at: uptime)
    let frame = RTUFraming.frame(
      plan.pdu(reply, to: request.pdu),
      unit: plan.unit(request.unit)
    )
    for action in plan.actions(for: frame) { perform(action, request, context) }
  }

  private func perform(
    _ action: FaultAction,
    _ request: RTUFraming.Request,
    _ context: ChannelHandlerContext
  ) {
    switch action {
    case .disconnect: context.close(promise: nil)
    case .send(let frame, let delay, let isLate):
      for piece in LinePace.pieces(of: frame, after: request.pdu.count + 3, on: line) {
        // What a client that asks too often has no place to wait for is lost, as on a real line.
        _ = schedule.send(piece.bytes, after: delay + piece.end, isLate: isLate, in: context) {
          self.send($0, context)
        }
      }
    }
  }

  private func send(_ frame: [UInt8], _ context: ChannelHandlerContext) {
    unreadReplies?.dropOld(at: context.eventLoop.now)
    guard context.channel.isWritable else { return }
    let buffer = context.channel.allocator.buffer(bytes: frame)
    context.writeAndFlush(wrapOutboundOut(buffer), promise: nil)
  }
}

/// When the bytes of a reply have come over a line.
enum LinePace {
  /// Bytes that are handed over together, as an adapter does that gathers what comes.
  struct Piece: Hashable {
    let bytes: [UInt8]

    /// When its last bit is over, from the request's first one on.
    let end: Duration
  }

  private static let gathering: Duration = .milliseconds(1)

  /// Cuts a reply that begins as soon as the silence after a request of `requestLength` characters
  /// is over; without a line it comes whole and at once.
  static func pieces(of reply: [UInt8], after requestLength: Int, on line: SerialLine?) -> [Piece] {
    guard let line else { return [Piece(bytes: reply, end: .zero)] }
    let start = line.characterTime * requestLength + line.frameGap
    let length = max(1, Int(gathering / line.characterTime))
    return stride(from: 0, to: reply.count, by: length).map { first in
      let end = min(first + length, reply.count)
      return Piece(bytes: Array(reply[first..<end]), end: start + line.characterTime * end)
    }
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
