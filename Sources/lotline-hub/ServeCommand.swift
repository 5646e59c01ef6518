internal import ArgumentParser
internal import CommandSupport
internal import Hub
internal import Logging
internal import ServiceLifecycle
internal import Settings
internal import Telemetry
internal import UnixSignals

struct ServeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "serve",
    abstract: "Run the hub: take journals and answer traces over HTTP.",
    discussion: "Stops on SIGTERM or Ctrl-C. Logs go to standard error."
  )

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp("The hub's configuration file.", valueName: "file")
  )
  var config: String

  @Flag(help: "Log every batch, too.")
  var verbose = false

  func run() async throws {
    try await CommandFailure.mapping {
      let settings = try HubConfiguration.at(config)
      LoggingSystem.bootstrap { StreamLogHandler.standardError(label: $0) }
      var logger = Logger(label: "lotline-hub")
      logger.logLevel = verbose ? .debug : .info
      let hub = try HubService(
        listen: settings.listen,
        database: settings.database,
        trusted: settings.trusted,
        software: Software.version,
        time: SystemTime(),
        logger: logger
      )
      var configuration = ServiceGroupConfiguration(
        services: [hub],
        gracefulShutdownSignals: [.sigterm, .sigint],
        logger: logger
      )
      // A client that does not let go of its connection does not hold up the end.
      configuration.maximumGracefulShutdownDuration = .seconds(10)
      try await ServiceGroup(configuration: configuration).run()
    }
  }
}
