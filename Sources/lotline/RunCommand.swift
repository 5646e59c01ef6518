internal import Agent
internal import ArgumentParser
internal import CommandSupport
internal import Logging
internal import Telemetry

struct RunCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run",
    abstract: "Run the agent: poll, bind, keep and send.",
    discussion: """
      Stops on SIGTERM or Ctrl-C, after everything that was read is on disk. Reads configuration \
      and profiles anew on SIGHUP, as with `lotline reload`. The local page and API are at the \
      address that the configuration names.
      """
  )

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp("The agent's configuration file.", valueName: "file")
  )
  var config: String
  @Option(
    help: ArgumentHelp(
      "Least severe messages to log: trace, debug, info, notice, warning, error, critical.",
      valueName: "level"
    )
  )
  var logLevel = Logger.Level.notice.rawValue

  func validate() throws {
    guard Logger.Level(rawValue: logLevel) != nil else {
      let levels = Logger.Level.allCases.map(\.rawValue).joined(separator: ", ")
      throw ValidationError("There is no log level '\(logLevel)'; there are \(levels).")
    }
  }

  func run() async throws {
    let plan: PlantPlan
    do {
      plan = try PlantPlan.read(config)
    } catch {
      throw CommandFailure(.configuration, "\(error)")
    }
    LoggingSystem.bootstrap(StreamLogHandler.standardError)
    var logger = Logger(label: "lotline")
    logger.logLevel = Logger.Level(rawValue: logLevel) ?? .notice
    var next = plan
    while true {
      do {
        return try await run(next, logger)
      } catch let succeeded as JournalSucceeded {
        logger.error("going on with a new journal: \(succeeded)")
        // A reload may have brought another plan; one that cannot be read now leaves the last.
        next = (try? PlantPlan.read(config)) ?? next
      }
    }
  }

  private func run(_ plan: PlantPlan, _ logger: Logger) async throws {
    let agent: EdgeAgent
    do {
      agent = try await EdgeAgent(
        plan,
        time: SystemTime(),
        clock: SystemKernelClock(),
        credentials: Terminal.environment("CREDENTIALS_DIRECTORY"),
        logger: logger
      )
    } catch let succeeded as JournalSucceeded {
      throw succeeded
    } catch {
      throw CommandFailure(.cannotCreate, "\(error)")
    }
    do {
      try await agent.run()
    } catch let error as CannotListen {
      throw CommandFailure(.cannotCreate, "\(error)")
    }
  }
}
