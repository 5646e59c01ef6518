internal import ArgumentParser
internal import CommandSupport
internal import MarkedYAML
internal import Profiles
internal import Settings

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
    let settings: AgentSettings
    do {
      settings = try AgentSettings.load(file)
    } catch {
      return try report.report(error.findings, summary: "")
    }
    try report.report(
      Self.findings(ofProfilesIn: settings, file: file),
      summary: "\(file): \(counted(settings.stations.count, "station")), "
        + "\(counted(settings.buses.count, "bus", plural: "buses")), "
        + "\(counted(settings.devices.count, "device")). No problems found."
    )
  }

  /// What is wrong with the profiles of all devices, each profile once.
  private static func findings(ofProfilesIn settings: AgentSettings, file: String) -> [Finding] {
    let library = ProfileLibrary(folder: settings.profiles)
    var checked: Set<String> = []
    var findings: [Finding] = []
    for device in settings.devices where checked.insert(device.profile).inserted {
      do {
        _ = try library.profile(named: device.profile)
      } catch .findings(let ofProfile) {
        findings += ofProfile
      } catch {
        findings.append(
          Finding(
            file: file,
            mark: device.profileMark,
            code: .unknownName,
            message: "device \(device.id): \(error)"
          )
        )
      }
    }
    return findings
  }
}

struct ConfigSchema: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "schema",
    abstract: "Print the JSON Schema of agent.yaml, by which editors complete and underline."
  )

  func run() { Terminal.text(AgentSettings.schema) }
}
