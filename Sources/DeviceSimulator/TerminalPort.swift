internal import NIOCore
internal import NIOPosix
internal import Telemetry

/// Serves one pseudo terminal on an event loop, under a link of the user's choice.
struct TerminalPort: Sendable {
  /// Reply bytes that nobody takes, above which no more are sent.
  static let unsentLimit = 1_024

  private let link: String
  private let faults: FaultInjector
  private let time: any TimeSource

  init(link: String, faults: FaultInjector, time: any TimeSource) {
    self.link = link
    self.faults = faults
    self.time = time
  }

  /// Serves until the task is cancelled, then removes the link and returns.
  ///
  /// A port that a fault takes away comes back as another pseudo terminal under the same link, as
  /// an adapter does that is pulled and plugged in again.
  ///
  /// - Parameters:
  ///   - onReady: Called once, when the link is there.
  ///   - makeHandler: Makes what reads and answers, for each pseudo terminal.
  ///   - whileOpen: Runs beside it with the open port; it is cancelled when the port is closed.
  /// - Throws: ``SimulationError``
  func serve(
    onReady: @escaping @Sendable () -> Void,
    makeHandler: @escaping @Sendable (PseudoTerminal) -> any ChannelHandler,
    whileOpen: @escaping @Sendable (any Channel, PseudoTerminal) async throws -> Void = { _, _ in }
  ) async throws {
    try await serveOnce(makeHandler) { channel, terminal in
      onReady()
      try await whileOpen(channel, terminal)
    }
    while !Task.isCancelled {
      let back = faults.comesBack(at: time.uptime()) ?? .zero
      guard (try? await time.sleep(until: back)) != nil else { return }
      try await serveOnce(makeHandler, whileOpen)
    }
  }

  private func serveOnce(
    _ makeHandler: @escaping @Sendable (PseudoTerminal) -> any ChannelHandler,
    _ whileOpen: @escaping @Sendable (any Channel, PseudoTerminal) async throws -> Void
  ) async throws {
    let terminal = try PseudoTerminal()
    let channel = try await open(terminal, makeHandler)
    let port: PortLink
    do {
      port = try PortLink(path: link, target: terminal.path)
    } catch {
      channel.close(promise: nil)
      _ = await channel.closeFuture.outcome
      throw error
    }
    defer { port.remove() }
    try await keepOpen(channel) { try await whileOpen(channel, terminal) }
  }

  private func open(
    _ terminal: PseudoTerminal,
    _ makeHandler: @escaping @Sendable (PseudoTerminal) -> any ChannelHandler
  ) async throws -> any Channel {
    let bootstrap = NIOPipeBootstrap(group: .singletonMultiThreadedEventLoopGroup)
      .channelOption(
        .writeBufferWaterMark,
        value: .init(low: Self.unsentLimit / 2, high: Self.unsentLimit)
      )
      .channelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.addHandler(makeHandler(terminal))
        }
      }
    let opening = bootstrap.takingOwnershipOfDescriptor(inputOutput: terminal.controller)
    switch await opening.outcome {
    case .success(let channel): return channel
    case .failure(let error):
      terminal.closeController()
      throw SimulationError.terminal(call: "event loop", reason: "\(error)")
    }
  }

  private func keepOpen(
    _ channel: any Channel,
    beside work: @escaping @Sendable () async throws -> Void
  ) async throws {
    let ending = await withTaskCancellationHandler {
      await withTaskGroup(of: Void.self) { group in
        group.addTask { try? await work() }
        let ending = await channel.closeFuture.outcome
        group.cancelAll()
        return ending
      }
    } onCancel: {
      channel.close(promise: nil)
    }
    if case .failure(let error) = ending {
      throw SimulationError.carrierLost(link, reason: "\(error)")
    }
    if !Task.isCancelled, !faults.takeDeparture() {
      throw SimulationError.carrierLost(link, reason: "the pseudo terminal was closed")
    }
  }
}
