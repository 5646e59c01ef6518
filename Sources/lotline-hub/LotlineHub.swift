internal import ArgumentParser
internal import CommandSupport
internal import Telemetry

/// `lotline-hub`: takes the agents' journals and answers which lots went into what.
@main
enum Main {
  static func main() async { await CommandRunner.main(LotlineHub.self) }
}

struct LotlineHub: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "lotline-hub",
    abstract: "Receives the journals of lotline agents and traces lots.",
    discussion: """
      Start the hub with "serve". The other commands read its database, whether or not it runs; those \
      of "list" ask the running hub.

      EXAMPLES
        lotline-hub serve --config Config/hub.yaml
        lotline-hub trace PM-500 --config Config/hub.yaml

      \(ExitStatus.help)
      """,
    version: Software.version,
    subcommands: [
      ServeCommand.self, TraceCommand.self, InstrumentCommand.self, LotsCommand.self,
      AgentsCommand.self, PlantListCommand.self, VerifyCommand.self, EvidenceCommand.self,
      RebuildCommand.self,
      ConfigCommand.self,
    ]
  )
}
