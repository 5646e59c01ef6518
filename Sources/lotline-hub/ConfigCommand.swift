internal import ArgumentParser
internal import CommandSupport
internal import Settings

struct ConfigCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "config",
    abstract: "Check a hub's configuration.",
    subcommands: [ConfigCheck.self, ConfigSchema.self]
  )
}

struct ConfigCheck: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check",
    abstract: "Check a hub's configuration without running it."
  )

  @Argument(help: "The configuration file.") var file: String
  @OptionGroup var report: FindingOptions

  func run() throws {
    do {
      let settings = try HubSettings.load(file)
      try report.report([], summary: "\(file): listens on \(settings.listen). No problems found.")
    } catch let error as SettingsError {
      try report.report(error.findings, summary: "")
    }
  }
}

struct ConfigSchema: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "schema",
    abstract: "Print the JSON Schema of hub.yaml, by which editors complete and underline."
  )

  func run() { Terminal.text(HubSettings.schema) }
}
