internal import Agent
internal import ArgumentParser
internal import CommandSupport
internal import MarkedYAML
internal import Settings
internal import Telemetry
internal import TransportSecurity

struct ConfigCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "config",
    abstract: "Check a configuration.",
    subcommands: [ConfigCheck.self, ConfigSchema.self]
  )
}

struct ConfigCheck: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check",
    abstract: "Check an agent's configuration and the profiles that it names, without running it."
  )

  @Argument(help: "The configuration file.") var file: String
  @OptionGroup var report: FindingOptions

  func run() throws {
    let plan: PlantPlan
    do {
      plan = try PlantPlan.read(file)
    } catch {
      return try report.report(error.findings, summary: "")
    }
    let settings = plan.settings
    for line in Self.certificates(of: settings) where report.isForPeople { Terminal.line(line) }
    try report.report(
      settings.warnings + plan.advice(),
      summary: "\(file): \(counted(settings.stations.count, "station")), "
        + "\(counted(settings.buses.count, "bus", plural: "buses")), "
        + "\(counted(settings.devices.count, "device")). No problems found."
    )
  }

  /// With what this box presents itself to devices over TLS.
  private static func certificates(of settings: AgentSettings) -> [String] {
    settings.buses.compactMap { bus in
      guard case .tls(let server) = bus.carrier,
        let credentials = try? Credentials(server.files)
      else { return nil }
      return "Bus \(bus.id): certificate of \(credentials.certificate.words)."
    }
  }
}

struct ConfigSchema: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "schema",
    abstract: "Print the JSON Schema of agent.yaml, by which editors complete and underline."
  )

  func run() { Terminal.text(AgentSettings.schema) }
}
