internal import Glibc
internal import HubStore
package import Hummingbird
internal import HummingbirdCore
package import Logging
internal import NIOCore
internal import ServiceLifecycle
package import Telemetry

/// The hub: its database and its server, run as one.
package struct HubService: Service {
  private let listen: Endpoint
  private let database: HubDatabase
  private let logger: Logger
  private let time: any TimeSource
  private let software: String

  /// Connections at once; further ones wait in the kernel's queue.
  private static let connections = 128

  /// A connection that sends and asks nothing for so long is closed, in the middle of a request,
  /// too.
  private static let idleTimeout = TimeAmount.seconds(60)

  /// Bytes of a request's header fields.
  private static let headerBytes = 16 << 10

  /// Opens the database.
  ///
  /// It listens at `listen`, where port 0 takes a free one; `path` is the SQLite file's absolute
  /// path, `software` the program's version for `/health`.
  ///
  /// `trusted` are the public keys that agents' journals must be signed by.
  ///
  /// - Throws: ``HubStoreError``.
  package init(
    listen: Endpoint,
    database path: String,
    trusted: [AgentID: Set<[UInt8]>] = [:],
    software: String,
    time: any TimeSource,
    logger: Logger
  ) throws {
    self.listen = listen
    self.software = software
    self.time = time
    self.logger = logger
    database = try HubDatabase(path: path, trusted: trusted)
  }

  /// Serves until the service group shuts it down, then finishes what is under way.
  ///
  /// - Throws: ``ListenError`` when the address cannot be had.
  package func run() async throws {
    let recount = Task { await Recount(database, logger).run() }
    defer { recount.cancel() }
    do {
      try await application.run()
    } catch let error as IOError {
      throw ListenError(address: listen, reason: String(cString: strerror(error.errnoCode)))
    }
    recount.cancel()
    await recount.value
    try database.close()
    logger.info("stopped; the database is closed")
  }

  /// The server, for a service group or a test to run.
  package var application: some ApplicationProtocol {
    let routes = HubRoutes(
      database: database,
      intake: Intake(database),
      time: time,
      software: software
    )
    return Application(
      router: routes.router(),
      server: .http1(
        configuration: .init(
          idleTimeout: Self.idleTimeout,
          httpDecoderConfiguration: .init(
            maxHeaderFieldSize: Self.headerBytes,
            maxHeaderListSize: Self.headerBytes,
            maxHeaderFieldCount: 100
          )
        )
      ),
      configuration: ApplicationConfiguration(
        address: .hostname(listen.host, port: listen.port),
        availableConnectionsDelegate: MaximumAvailableConnections(Self.connections)
      ),
      onServerRunning: { channel in
        let port = channel.localAddress?.port ?? listen.port
        let address = Endpoint(host: listen.host, port: port)
        logger.info("listening on http://\(address), database \(database.path)")
      },
      logger: logger
    )
  }
}

/// The hub cannot listen where it was told to.
package struct ListenError: Error, Sendable, Hashable, CustomStringConvertible {
  package let address: Endpoint
  package let reason: String

  package var description: String {
    "cannot listen on \(address): \(reason); is another hub running, or the address not of this "
      + "machine?"
  }
}
