internal import Glibc
internal import NIOCore
internal import NIOPosix
internal import Synchronization
package import Telemetry
package import TransportSecurity

/// Units behind one TCP endpoint, as a device, a gateway or a device server shows them.
package struct ModbusTCPSimulator: Sendable {
  /// What clients speak.
  package enum Framing: Sendable, Hashable {
    case modbusTCP
    /// The frames of a serial line; `baud` makes answers take as long as on it, with 11-bit
    /// characters.
    case rtu(baud: Int?)
  }

  /// What a client may take.
  package struct Limits: Sendable {
    /// Clients at a time; more are turned away.
    package let connections: Int

    /// A connection on which no request was completed for so long is closed.
    package let idle: Duration

    package init(connections: Int = 64, idle: Duration = .seconds(120)) {
      precondition(connections > 0 && idle > .zero)
      self.connections = connections
      self.idle = idle
    }
  }

  /// Most bytes that one read takes from a client.
  private static let readSize = 4_096

  /// Reply bytes that a client has not taken, above which its next requests wait.
  private static let unsentLimit = 65_536

  private let units: UnitBank
  private let faults: FaultInjector
  private let endpoint: Endpoint
  private let framing: Framing
  private let security: TLSServer?
  private let time: any TimeSource
  private let limits: Limits

  /// - Parameters:
  ///   - units: What answers, by unit identifier.
  ///   - faults: What goes wrong.
  ///   - endpoint: Port 0 takes any free port, which ``run(onReady:)`` reports.
  ///   - framing: What clients speak.
  ///   - security: TLS around it; nil for none.
  ///   - time: Whose uptime the process follows.
  ///   - limits: What a client may take.
  package init(
    units: [UnitID: SimulatedUnit],
    faults: FaultInjector = FaultInjector(),
    endpoint: Endpoint,
    framing: Framing = .modbusTCP,
    security: TLSServer? = nil,
    time: any TimeSource,
    limits: Limits = Limits()
  ) {
    self.units = UnitBank(units)
    self.faults = faults
    self.endpoint = endpoint
    self.framing = framing
    self.security = security
    self.time = time
    self.limits = limits
  }

  /// Serves until the task is cancelled, then closes every connection and returns.
  ///
  /// - Parameters:
  ///   - onClient: Called with the certificate of each client that has shown one.
  ///   - onReady: Called once with the endpoint that is listened on.
  /// - Throws: ``SimulationError`` when the endpoint cannot be listened on, or was lost.
  package func run(
    onClient: @escaping @Sendable (CertificateDetails) -> Void = { _ in },
    onReady: @Sendable (Endpoint) -> Void
  ) async throws {
    let connections = ConnectionList(limit: limits.connections)
    let server = try await bind(connections, onClient: onClient)
    onReady(Endpoint(host: endpoint.host, port: server.localAddress?.port ?? endpoint.port))
    let ending = await withTaskCancellationHandler {
      await server.closeFuture.outcome
    } onCancel: {
      server.close(promise: nil)
    }
    await connections.closeAll()
    if case .failure(let error) = ending {
      throw SimulationError.carrierLost("the address \(endpoint)", reason: "\(error)")
    }
  }

  private func bind(
    _ connections: ConnectionList,
    onClient: @escaping @Sendable (CertificateDetails) -> Void
  ) async throws -> any Channel {
    let bootstrap = ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
      .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
      .childChannelOption(.socketOption(.tcp_nodelay), value: 1)
      .childChannelOption(.maxMessagesPerRead, value: 1)
      .childChannelOption(
        .recvAllocator,
        value: FixedSizeRecvByteBufferAllocator(capacity: Self.readSize)
      )
      .childChannelOption(
        .writeBufferWaterMark,
        value: .init(low: Self.unsentLimit / 2, high: Self.unsentLimit)
      )
      .childChannelInitializer { [units, faults, framing, security, time, limits] channel in
        channel.eventLoop.makeCompletedFuture {
          if faults.comesBack(at: time.uptime()) != nil { throw Away() }
          try connections.admit(channel)
          try security?.secure(channel, onClient: onClient)
          let pipeline = channel.pipeline.syncOperations
          try pipeline.addHandler(BackPressureHandler())
          switch framing {
          case .modbusTCP:
            try pipeline.addHandler(
              ModbusTCPConnection(units: units, faults: faults, time: time, idle: limits.idle)
            )
          case .rtu(let baud):
            let line = baud.map { SerialLine(port: "", baud: $0) }
            try pipeline.addHandler(
              RTULineHandler(units: units, faults: faults, line: line, time: time)
            )
          }
        }
      }
    do {
      return try await bootstrap.bind(host: endpoint.host, port: endpoint.port).get()
    } catch {
      let reason = (error as? IOError).map { String(cString: strerror($0.errnoCode)) }
      throw SimulationError.bind(endpoint, reason: reason ?? "\(error)")
    }
  }
}

/// A fault has the device gone.
private struct Away: Error {}

/// The connections of a server: no more than the limit, all closed at the end.
private final class ConnectionList: Sendable {
  struct Full: Error {}

  private struct State: Sendable {
    var channels: [ObjectIdentifier: any Channel] = [:]
    var isClosed = false
  }

  private let limit: Int
  private let state = Mutex(State())

  init(limit: Int) { self.limit = limit }

  func admit(_ channel: any Channel) throws {
    let key = ObjectIdentifier(channel)
    let isAdmitted = state.withLock { state in
      guard !state.isClosed, state.channels.count < limit else { return false }
      state.channels[key] = channel
      return true
    }
    guard isAdmitted else { throw Full() }
    channel.closeFuture.whenComplete { _ in
      self.state.withLock { _ = $0.channels.removeValue(forKey: key) }
    }
  }

  func closeAll() async {
    let channels = state.withLock { state in
      state.isClosed = true
      return Array(state.channels.values)
    }
    for channel in channels {
      channel.close(promise: nil)
      _ = await channel.closeFuture.outcome
    }
  }
}
