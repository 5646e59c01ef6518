internal import ArgumentParser
internal import CommandSupport
internal import Profiles
internal import Settings
internal import Telemetry

struct ProfilePlan: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "plan",
    abstract:
      "Show what is asked of a device, how long it takes, and whether the bus has the time.",
    discussion: """
      Several profiles are planned as devices that share one bus. A bus of a configuration has \
      its own line and devices; options that are given as well take their place, to try what a \
      faster line would do.

      EXAMPLES
        lotline profile plan DeviceProfiles/reflow-oven-10-zone.yaml
        lotline profile plan gearbox-test-rig servo-drive --baud 9600
        lotline profile plan servo-drive --tcp --round-trip 0.4ms
        lotline profile plan --config Config/agent.yaml --bus rig-rs485
      """
  )

  @Argument(help: "Profiles, by name or file.") var files: [String] = []
  @Option(help: ArgumentHelp("Plan a bus of this configuration.", valueName: "file"))
  var config: String?
  @Option(help: ArgumentHelp("The bus, as the configuration names it.", valueName: "id"))
  var bus: String?
  @OptionGroup var line: LineOptions
  @OptionGroup var folder: ProfilesOption
  @OptionGroup var output: OutputOption

  func validate() throws {
    guard files.isEmpty != (config == nil) else {
      throw ValidationError("Say what to plan: profiles, or --config and --bus.")
    }
    guard (config == nil) == (bus == nil) else {
      throw ValidationError("--config and --bus go together.")
    }
    if line.tcp, config != nil {
      throw ValidationError(
        "--tcp goes with profiles; the configuration says how its bus is reached."
      )
    }
  }

  func run() throws {
    let plan: BusPlan
    if let config, let bus {
      plan = try configured(config, bus: bus)
    } else {
      let devices = try named(files.map { try folder.profile($0) })
      plan = try make(devices, line.timing(for: devices))
    }
    let report = BusPlanReport(plan, isRoundTripAssumed: line.roundTrip == nil)
    if output.json {
      try Terminal.json(BusPlanDocument(plan, verdict: report.verdict))
    } else {
      report.print()
    }
    if !plan.fits { throw ExitCode(ExitStatus.findings.rawValue) }
  }

  private func configured(_ config: String, bus: String) throws -> BusPlan {
    let settings = try agentSettings(config)
    guard let found = settings.buses.first(where: { $0.id == bus }) else {
      let known = settings.buses.map(\.id).joined(separator: ", ")
      throw CommandFailure(.usage, "\(config) has no bus '\(bus)'; it has: \(known)")
    }
    let library = ProfileLibrary(folder: settings.profiles)
    let devices = try settings.devices.filter { $0.bus == bus }.map { device in
      do {
        let profile = try library.profile(named: device.profile)
        return BusPlan.Device(name: device.id.text, profile: profile)
      } catch {
        throw CommandFailure(.badData, "device \(device.id): \(error)")
      }
    }
    guard !devices.isEmpty else {
      throw CommandFailure(.badData, "no device of \(config) is on bus '\(bus)'")
    }
    return try make(devices, line.timing(for: found.carrier))
  }

  private func make(_ devices: [BusPlan.Device], _ timing: BusTiming) throws -> BusPlan {
    do {
      return try BusPlan(devices, timing: timing)
    } catch {
      throw CommandFailure(.badData, error.description)
    }
  }

  /// Devices named for their profiles, with a number where a profile comes again.
  private func named(_ profiles: [DeviceProfile]) -> [BusPlan.Device] {
    var counts: [String: Int] = [:]
    return profiles.map { profile in
      let count = (counts[profile.name] ?? 0) + 1
      counts[profile.name] = count
      let name = count == 1 ? profile.name : "\(profile.name) (\(count))"
      return BusPlan.Device(name: name, profile: profile)
    }
  }
}

/// How the bus is reached, where nothing else says it.
struct LineOptions: ParsableArguments {
  @OptionGroup var serial: SerialLineOptions
  @Option(
    help: ArgumentHelp(
      "What a device needs before it answers. (default: 5ms)",
      valueName: "duration"
    ),
    transform: Duration.argument(in: .zero...(.seconds(60)), such: "5ms")
  )
  var turnaround = BusTiming.assumedTurnaround
  @Flag(help: "Plan Modbus TCP instead of Modbus RTU.") var tcp = false
  @Option(
    help: ArgumentHelp(
      "On TCP, from a request to its reply. (default: 2ms)",
      valueName: "duration"
    ),
    transform: Duration.argument(in: .zero...(.seconds(60)), such: "2ms")
  )
  var roundTrip: Duration?

  func validate() throws {
    if tcp, serial.areGiven {
      throw ValidationError("--tcp has no baud rate, parity or stop bits.")
    }
  }

  /// How devices of these profiles are reached when nothing but the options says it.
  func timing(for devices: [BusPlan.Device]) -> BusTiming {
    if tcp { return .tcp(roundTrip: roundTripOrAssumed) }
    if case .serial = devices.first?.profile.access {
      return .serial(serial.serial(port: ""), turnaround: turnaround)
    }
    return .rtu(serial.rtu(port: ""), turnaround: turnaround)
  }

  /// How a configured bus is reached, changed as the options say.
  func timing(for carrier: BusCarrier) throws -> BusTiming {
    switch carrier {
    case .tcp, .tls:
      guard !serial.areGiven else {
        throw CommandFailure(
          .usage,
          "the bus is on TCP, which has no baud rate, parity or stop bits"
        )
      }
      return .tcp(roundTrip: roundTripOrAssumed)
    case .rtuOverTCP(let server):
      return .rtuOverTCP(
        serial.changed(server.line),
        turnaround: turnaround,
        roundTrip: roundTripOrAssumed
      )
    case .rtu(let line): return .rtu(serial.changed(line), turnaround: turnaround)
    case .serial(let line): return .serial(serial.changed(line), turnaround: turnaround)
    }
  }

  private var roundTripOrAssumed: Duration { roundTrip ?? BusTiming.assumedRoundTrip }
}
