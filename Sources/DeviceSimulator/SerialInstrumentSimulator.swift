internal import NIOCore
package import Telemetry

/// One serial instrument on a pseudo terminal.
package struct SerialInstrumentSimulator: Sendable {
  /// Sent bytes that nobody reads, above which a listener's lines are dropped: who opens the port
  /// days later must not find old ones.
  private static let unreadLimit = 1_024

  private let instrument: SerialInstrument
  private let link: String
  private let time: any TimeSource

  /// - Parameters:
  ///   - instrument: What answers or speaks.
  ///   - link: Path of the symbolic link by which clients find the port.
  ///   - time: Whose uptime the process and the lines of a listener follow.
  package init(instrument: SerialInstrument, link: String, time: any TimeSource) {
    self.instrument = instrument
    self.link = link
    self.time = time
  }

  /// Serves until the task is cancelled, then removes the link and returns.
  ///
  /// - Parameter onReady: Called once, when the link is there.
  /// - Throws: ``SimulationError``
  package func run(onReady: @escaping @Sendable () -> Void) async throws {
    let (instrument, time, start) = (instrument, time, time.uptime())
    let speaking = instrument.groups.filter(\.request.isEmpty)
    try await TerminalPort(link: link).serve { terminal in
      InstrumentHandler(instrument: instrument, time: time, start: start, terminal: terminal)
    } whileOpen: { channel, terminal in
      onReady()
      await withTaskGroup(of: Void.self) { tasks in
        for group in speaking {
          tasks.addTask {
            try? await Self.speak(group, instrument, time, start, channel, terminal)
          }
        }
      }
    }
  }

  /// Sends lines, two in each of the profile's periods: that is the silence after which a listener
  /// calls its values stale.
  private static func speak(
    _ group: SerialInstrument.Group,
    _ instrument: SerialInstrument,
    _ time: any TimeSource,
    _ start: Duration,
    _ channel: any Channel,
    _ terminal: PseudoTerminal
  ) async throws {
    var due = time.uptime()
    while true {
      due = max(due + group.period / 2, time.uptime())
      try await time.sleep(until: due)
      if terminal.unreadBytes > unreadLimit { terminal.dropUnread() }
      guard channel.isWritable else { continue }
      let line = instrument.line(of: group, at: time.uptime() - start)
      try await channel.writeAndFlush(channel.allocator.buffer(bytes: line))
    }
  }
}

/// Reads requests from the port and answers them.
private final class InstrumentHandler: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  /// Silence after which a request that could be the start of a longer one is taken as it is.
  private static let gap: TimeAmount = .milliseconds(50)

  private let instrument: SerialInstrument
  private let time: any TimeSource
  private let start: Duration
  private let terminal: PseudoTerminal
  private var matcher: SerialRequestMatcher
  private var silence: Scheduled<Void>?
  private var unreadReplies: UnreadReplies

  init(
    instrument: SerialInstrument,
    time: any TimeSource,
    start: Duration,
    terminal: PseudoTerminal
  ) {
    self.instrument = instrument
    self.time = time
    self.start = start
    self.terminal = terminal
    matcher = SerialRequestMatcher(requests: instrument.groups.map(\.request))
    unreadReplies = UnreadReplies(terminal: terminal)
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    silence?.cancel()
    terminal.releaseClaim()
    answer(matcher.receive(unwrapInboundIn(data).readableBytesView), context)
    guard matcher.pendingBytes > 0 else { return }
    silence = context.eventLoop.assumeIsolated().scheduleTask(in: Self.gap) {
      self.answer(self.matcher.silence(), context)
    }
  }

  func channelInactive(context: ChannelHandlerContext) {
    silence?.cancel()
    context.fireChannelInactive()
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    context.close(promise: nil)
  }

  private func answer(_ requests: [Int], _ context: ChannelHandlerContext) {
    for request in requests {
      unreadReplies.dropOld(at: context.eventLoop.now)
      guard context.channel.isWritable else { return }
      let line = instrument.line(of: instrument.groups[request], at: time.uptime() - start)
      let buffer = context.channel.allocator.buffer(bytes: line)
      context.writeAndFlush(wrapOutboundOut(buffer), promise: nil)
    }
  }
}
