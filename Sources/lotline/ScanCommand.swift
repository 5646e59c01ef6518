internal import ArgumentParser
internal import CommandSupport
internal import Commissioning
internal import Fieldbus
internal import Profiles
internal import Telemetry

struct ScanCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "scan",
    abstract: "Find the devices on a serial port or TCP address, and their profiles.",
    discussion: """
      Listens first. Asks then, likely settings and units first; only registers are read. A port \
      on which others are heard is not asked on. Without a port and an address, lists the \
      serial ports. Ctrl-C stops, and prints what was found until then.

      EXAMPLES
        lotline scan --port /dev/ttyUSB0
        lotline scan --port /dev/ttyUSB0 --baud 9600,19200 --units 1-32
        lotline scan --tcp 192.168.10.21:502
      """
  )

  @Option(help: ArgumentHelp("Serial port to search.", valueName: "device")) var port: String?
  @Option(help: ArgumentHelp("TCP device or gateway to search.", valueName: "host:port"))
  var tcp: String?
  @OptionGroup var arguments: ScanArguments
  @OptionGroup var folder: ProfilesOption
  @Flag(help: "Print JSON for programs.") var json = false

  func validate() throws {
    guard port == nil || tcp == nil else {
      throw ValidationError("Search one thing at a time: --port or --tcp.")
    }
    _ = try arguments.options()
    if tcp != nil, arguments.baud ?? arguments.parity ?? arguments.stopBits != nil {
      throw ValidationError("--baud, --parity and --stop-bits go with --port.")
    }
  }

  func run() async throws {
    guard let target = try target() else { return try PortList().print(json: json) }
    let profiles = try loadedProfiles()
    let plan = ScanPlan(
      target: target,
      options: try arguments.options(),
      hints: ScanHints(profiles: profiles)
    )
    guard !plan.attempts.isEmpty else {
      throw CommandFailure(.usage, "nothing is left to search: widen --units or the settings")
    }
    let screen = ScanScreen(isQuiet: json)
    let report = try await search(plan, profiles, screen)
    screen.clear()
    try ScanSummary(report: report, alias: target.lastingName).print(json: json)
    try end(report)
  }

  private func search(
    _ plan: ScanPlan,
    _ profiles: [DeviceProfile],
    _ screen: ScanScreen
  ) async throws -> ScanReport {
    let time = SystemTime()
    let run = ScanRun(
      plan,
      profiles: profiles,
      access: ScanAccess(
        port: plan.lines.first.map { SerialProbe(port: $0.port) },
        makeBus: { carrier, timeout in
          makeBus(
            carrier,
            timeout: timeout,
            firstTransaction: .random(in: 0...UInt16.max),
            time: time
          )
        },
        time: time
      ),
      emit: screen.show
    )
    return try await untilInterrupted {
      // Only now does Ctrl-C do what this says.
      screen.announce(plan, profiles: profiles)
      return await run.run()
    }
  }

  private func end(_ report: ScanReport) throws {
    switch report.end {
    case .failed(let failure): throw CommandFailure(.unavailable, failure.description)
    case .stopped: throw ExitCode(ExitStatus.interrupted.rawValue)
    case .complete, .traffic:
      if !report.foundSomething { throw ExitCode(ExitStatus.failed.rawValue) }
    }
  }

  private func target() throws -> ScanTarget? {
    if let port { return .serial(port: port) }
    guard let tcp else { return nil }
    do {
      return .tcp(try TrialBusText.endpoint(tcp))
    } catch {
      throw CommandFailure(.usage, error.description)
    }
  }

  /// Profiles that cannot be read are named and left out.
  private func loadedProfiles() throws -> [DeviceProfile] {
    try folder.names().compactMap { name in
      do throws(ProfileError) {
        return try folder.library.profile(named: name)
      } catch {
        Terminal.error("Profile \(name) has problems and is not tried: lotline profile check")
        return nil
      }
    }
  }
}
