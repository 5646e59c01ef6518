internal import HTTPTypes
internal import Hummingbird
package import Logging
internal import NIOCore
internal import ServiceLifecycle
package import Telemetry

#if canImport(Glibc)
internal import Glibc
#endif

/// Serves the local API and the page on loopback.
///
///     GET    /                                      the page
///     GET    /v1/status                             AgentStatus
///     GET    /v1/events                             the same as server-sent events
///     POST   /v1/stations/{station}/lot             StartLot      -> 201 Receipt
///     DELETE /v1/stations/{station}/lot                           -> 200 Receipt
///     POST   /v1/stations/{station}/materials       LoadMaterial  -> 201 Receipt
///     DELETE /v1/stations/{station}/materials/{lot}               -> 200 Receipt
///     POST   /v1/consumptions                       Consumption   -> 201 Receipt
///     POST   /v1/reload                             {}            -> 201 ReloadReceipt
///     GET    /health                                200 while the journal takes records, else 503
///
/// Every error is a problem as of RFC 9457. There is no sign-in: whoever uses this machine is
/// trusted, and nobody else is answered.
package struct StationServer: Service {
  /// Most connections at one time; more wait in the operating system's queue.
  static let maximumConnections = 128

  /// How many of them a process may have that may have so many descriptors: a quarter.
  ///
  /// The rest is for files and buses; libdispatch ends a process that has none left, since it cannot
  /// look at its own threads then (swift-corelibs-libdispatch, `workqueue.c`).
  package static func connections(ofDescriptors descriptors: Int) -> Int {
    max(4, min(maximumConnections, descriptors / 4))
  }

  private static var connectionLimit: Int {
    var limit = rlimit()
    guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else {
      return maximumConnections
    }
    return connections(ofDescriptors: Int(clamping: limit.rlim_cur))
  }

  /// Most pages and programs that may follow the events at one time.
  package static let maximumStreams = StatusBroadcast.maximumFollowers

  /// Longest that clients which take nothing may hold up a shutdown.
  static let shutdownLimit: Duration = .seconds(3)

  /// Time after which a connection without a request is closed.
  private static let idleLimit: TimeAmount = .seconds(75)

  private let address: Endpoint
  private let time: any TimeSource
  private let logger: Logger
  private let responder: StationResponder
  private let listening = Listening()

  /// Prepares a server; ``run()`` starts it.
  ///
  /// - Parameters:
  ///   - address: Where to listen, a loopback address; port 0 takes any free one.
  ///   - service: What is served.
  ///   - time: Clocks for ticks and signs of life.
  ///   - logger: Told of what goes wrong inside.
  package init(
    address: Endpoint,
    service: any StationService,
    time: any TimeSource,
    logger: Logger
  ) {
    self.address = address
    self.time = time
    self.logger = logger
    let broadcast = StatusBroadcast(service: service, time: time, logger: logger)
    responder = StationResponder(service: service, broadcast: broadcast, logger: logger)
  }

  /// The port that the server listens on; waits until it does.
  ///
  /// - Throws: What ``run()`` threw, when the server never came to listen.
  package var port: Int {
    get async throws { try await listening.port() }
  }

  /// Pages and programs that follow the events now.
  package var streamCount: Int {
    get async { await responder.broadcast.count }
  }

  /// Serves until graceful shutdown or cancellation.
  ///
  /// - Throws: ``StationServerError`` when it cannot listen.
  package func run() async throws {
    do {
      guard Loopback.contains(address.host) else { throw StationServerError.notLoopback(address) }
      try await serve()
      await listening.fail(CancellationError())
    } catch let error as IOError {
      let failure = StationServerError(error, at: address)
      await listening.fail(failure)
      throw failure
    } catch {
      await listening.fail(error)
      throw error
    }
  }

  private func serve() async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await application.run() }
      group.addTask {
        try await gracefulShutdown()
        try await time.sleep(for: Self.shutdownLimit)
      }
      defer { group.cancelAll() }
      try await group.next()
    }
  }

  private var application: Application<StationResponder> {
    Application(
      responder: responder,
      server: .http1(
        configuration: .init(
          idleTimeout: Self.idleLimit,
          httpDecoderConfiguration: .init(
            maxHeaderFieldSize: 8_192,
            maxHeaderListSize: 32_768,
            maxHeaderFieldCount: 100
          )
        )
      ),
      configuration: ApplicationConfiguration(
        address: .hostname(address.host, port: address.port),
        availableConnectionsDelegate: .maximum(Self.connectionLimit, logger: logger)
      ),
      services: [responder.broadcast],
      onServerRunning: { channel in
        await listening.succeed(channel.localAddress?.port ?? address.port)
      },
      logger: logger
    )
  }
}

/// Why the local API cannot be served.
package enum StationServerError: Error, Sendable, Hashable {
  /// Other machines could reach the address, and there is no sign-in.
  case notLoopback(Endpoint)
  /// Another program listens there.
  case addressTaken(Endpoint)
  case cannotListen(Endpoint, reason: String)

  init(_ error: IOError, at address: Endpoint) {
    self =
      error.errnoCode == EADDRINUSE
      ? .addressTaken(address)
      : .cannotListen(address, reason: String(cString: strerror(error.errnoCode)))
  }
}

extension StationServerError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .notLoopback(let address):
      "the local API cannot listen on \(address): other machines could reach it, and it has no "
        + "sign-in; use 127.0.0.1 or localhost in the configuration's api"
    case .addressTaken(let address):
      "the local API cannot listen on \(address): another program already does, perhaps a second "
        + "agent; end it (`ss -ltnp` names it), or choose another port in the configuration's api"
    case .cannotListen(let address, let reason):
      "the local API cannot listen on \(address): \(reason); check the configuration's api"
    }
  }
}

/// The port that was bound, for whoever waits for it.
private actor Listening {
  private var result: Result<Int, any Error>?
  private var waiters: [CheckedContinuation<Int, any Error>] = []

  func port() async throws -> Int {
    if let result { return try result.get() }
    return try await withCheckedThrowingContinuation { waiters.append($0) }
  }

  func succeed(_ port: Int) { settle(.success(port)) }

  func fail(_ error: any Error) { settle(.failure(error)) }

  private func settle(_ outcome: Result<Int, any Error>) {
    guard result == nil else { return }
    result = outcome
    for waiter in waiters { waiter.resume(with: outcome) }
    waiters = []
  }
}
