internal import ArgumentParser
internal import CommandSupport
internal import MarkedYAML
internal import Profiles
internal import Settings

struct ConfigCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "config",
    abstract: "Check a configuration.",
    subcommands: [ConfigCheck.self]
  )
}

struct ConfigCheck: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check",
    abstract: "Check an agent's configuration and the profiles that it names, without running it."
  )

  @Argument(help: "The configuration file.") var file: String

  func run() throws {
    let settings: AgentSettings
    do {
      settings = try AgentSettings.load(file)
    } catch {
      for finding in error.findings { Terminal.line(finding.lineWithCode) }
      throw ExitCode(ExitStatus.findings.rawValue)
    }
    let problems = Self.problems(ofProfilesIn: settings)
    for problem in problems { Terminal.line(problem) }
    if !problems.isEmpty { throw ExitCode(ExitStatus.findings.rawValue) }
    Terminal.line(
      "\(file): \(counted(settings.stations.count, "station")), "
        + "\(counted(settings.buses.count, "bus", plural: "buses")), "
        + "\(counted(settings.devices.count, "device")). No problems found."
    )
  }

  /// What is wrong with the profiles of all devices, each profile once.
  private static func problems(ofProfilesIn settings: AgentSettings) -> [String] {
    let library = ProfileLibrary(folder: settings.profiles)
    var checked: Set<String> = []
    var problems: [String] = []
    for device in settings.devices where checked.insert(device.profile).inserted {
      do {
        _ = try library.profile(named: device.profile)
      } catch .findings(let findings) {
        problems += findings.map(\.lineWithCode)
      } catch {
        problems.append("device \(device.id): \(error)")
      }
    }
    return problems
  }
}
