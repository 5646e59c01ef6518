internal import ArgumentParser
internal import CommandSupport
internal import FoundationEssentials
internal import HubStore
internal import Settings
internal import Telemetry

/// Which database a command reads.
struct DatabaseOptions: ParsableArguments {
  @Option(
    name: .shortAndLong,
    help: ArgumentHelp(
      "The hub's configuration file, which names the database.",
      valueName: "file"
    )
  )
  var config: String?

  @Option(help: ArgumentHelp("The hub's database itself.", valueName: "file"))
  var database: String?

  func validate() throws {
    if (config == nil) == (database == nil) {
      throw ValidationError(
        "Say which database: --config FILE (the hub's) or --database FILE, one of the two."
      )
    }
  }

  /// The database's path.
  ///
  /// - Throws: `CommandFailure` when the configuration cannot be read.
  func path() throws -> String {
    if let database { return database }
    return try HubConfiguration.at(config ?? "").database
  }

  /// The keys that the configuration names.
  func trusted() throws -> [AgentID: Set<[UInt8]>] {
    try config.map { try HubConfiguration.at($0).trusted } ?? [:]
  }

  func reader() throws -> HubReader { try HubReader(path: path()) }
}
