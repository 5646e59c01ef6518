internal import NIOCore
internal import NIOPosix

/// Serves one pseudo terminal on an event loop, under a link of the user's choice.
struct TerminalPort: Sendable {
  /// Reply bytes that nobody takes, above which no more are sent.
  static let unsentLimit = 1_024

  private let link: String

  init(link: String) { self.link = link }

  /// Serves until the task is cancelled, then removes the link and returns.
  ///
  /// - Parameters:
  ///   - makeHandler: Makes what reads and answers.
  ///   - whileOpen: Runs beside it with the open port; it is cancelled with the task.
  /// - Throws: ``SimulationError``
  func serve(
    makeHandler: @escaping @Sendable (PseudoTerminal) -> any ChannelHandler,
    whileOpen: @escaping @Sendable (any Channel, PseudoTerminal) async throws -> Void
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
    if !Task.isCancelled {
      throw SimulationError.carrierLost(link, reason: "the pseudo terminal was closed")
    }
  }
}
