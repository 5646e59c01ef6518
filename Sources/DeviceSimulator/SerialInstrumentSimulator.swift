internal import NIOCore
package import Telemetry

/// One serial instrument on a pseudo terminal.
package struct SerialInstrumentSimulator: Sendable {
  /// Sent bytes that nobody reads, above which a listener's lines are dropped: who opens the port
  /// days later must not find old ones.
  private static let unreadLimit = 1_024

  private let instrument: SerialInstrument
  private let faults: FaultInjector
  private let link: String
  private let time: any TimeSource

  /// - Parameters:
  ///   - instrument: What answers or speaks.
  ///   - faults: What goes wrong.
  ///   - link: Path of the symbolic link by which clients find the port.
  ///   - time: Whose uptime the process and the lines of a listener follow.
  package init(
    instrument: SerialInstrument,
    faults: FaultInjector = FaultInjector(),
    link: String,
    time: any TimeSource
  ) {
    self.instrument = instrument
    self.faults = faults
    self.link = link
    self.time = time
  }

  /// Serves until the task is cancelled, then removes the link and returns.
  ///
  /// - Parameter onReady: Called once, when the link is there.
  /// - Throws: ``SimulationError``
  package func run(onReady: @escaping @Sendable () -> Void) async throws {
    let source = LineSource(
      instrument: instrument,
      faults: faults,
      time: time,
      start: time.uptime()
    )
    let speaking = instrument.groups.filter(\.request.isEmpty)
    try await TerminalPort(link: link, faults: faults, time: time).serve(onReady: onReady) {
      InstrumentHandler(source: source, terminal: $0)
    } whileOpen: { channel, terminal in
      await withTaskGroup(of: Void.self) { tasks in
        for group in speaking {
          tasks.addTask { try? await Self.speak(group, source, channel, terminal) }
        }
      }
    }
  }

  /// Sends lines, two in each of the profile's periods: that is the silence after which a listener
  /// calls its values stale.
  private static func speak(
    _ group: SerialInstrument.Group,
    _ source: LineSource,
    _ channel: any Channel,
    _ terminal: PseudoTerminal
  ) async throws {
    let time = source.time
    var due = time.uptime()
    while true {
      due = max(due + group.period / 2, time.uptime())
      try await time.sleep(until: due)
      if terminal.unreadBytes > unreadLimit { terminal.dropUnread() }
      let start = time.uptime()
      for action in source.actions(for: group) {
        guard case .send(let bytes, let delay, _) = action else {
          return try await channel.close()
        }
        if delay > .zero { try await time.sleep(until: start + delay) }
        guard channel.isWritable else { continue }
        try await channel.writeAndFlush(channel.allocator.buffer(bytes: bytes))
      }
    }
  }
}

/// What an instrument sends for a group now, with its faults.
private struct LineSource: Sendable {
  let instrument: SerialInstrument
  let faults: FaultInjector
  let time: any TimeSource
  let start: Duration

  func actions(for group: SerialInstrument.Group) -> [FaultAction] {
    let uptime = time.uptime()
    let plan = faults.plan(for: .line, at: uptime)
    let line = instrument.line(of: group, at: uptime - start)
    return plan.actions(for: plan.errorReply.map { instrument.line(of: $0) } ?? line)
  }
}

/// Reads requests from the port and answers them.
private final class InstrumentHandler: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  /// Silence after which a request that could be the start of a longer one is taken as it is.
  private static let gap: TimeAmount = .milliseconds(50)

  private let source: LineSource
  private let terminal: PseudoTerminal
  private var matcher: SerialRequestMatcher
  private var silence: Scheduled<Void>?
  private var schedule = ReplySchedule()
  private var unreadReplies: UnreadReplies

  init(source: LineSource, terminal: PseudoTerminal) {
    self.source = source
    self.terminal = terminal
    matcher = SerialRequestMatcher(requests: source.instrument.groups.map(\.request))
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
    schedule.cancelAll()
    context.fireChannelInactive()
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    context.close(promise: nil)
  }

  private func answer(_ requests: [Int], _ context: ChannelHandlerContext) {
    for request in requests {
      let group = source.instrument.groups[request]
      for action in source.actions(for: group) { perform(action, context) }
    }
  }

  private func perform(_ action: FaultAction, _ context: ChannelHandlerContext) {
    switch action {
    case .disconnect: context.close(promise: nil)
    case .send(let line, let delay, let isLate):
      // An instrument has no place for more answers than fit into the schedule: they are lost.
      _ = schedule.send(line, after: delay, isLate: isLate, in: context) {
        self.send($0, context)
      }
    }
  }

  private func send(_ line: [UInt8], _ context: ChannelHandlerContext) {
    unreadReplies.dropOld(at: context.eventLoop.now)
    guard context.channel.isWritable else { return }
    let buffer = context.channel.allocator.buffer(bytes: line)
    context.writeAndFlush(wrapOutboundOut(buffer), promise: nil)
  }
}
