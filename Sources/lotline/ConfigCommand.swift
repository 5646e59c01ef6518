internal import ArgumentParser
internal import CommandSupport
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
      throw CommandFailure(.findings, "\(error)")
    }
    let library = ProfileLibrary(folder: settings.profiles)
    for device in settings.devices {
      do {
        _ = try library.profile(named: device.profile)
      } catch {
        throw CommandFailure(.findings, "device \(device.id): \(error)")
      }
    }
    Terminal.line(
      "\(file): \(settings.stations.count) stations, \(settings.buses.count) buses, "
        + "\(settings.devices.count) devices. No problems found."
    )
  }
}
