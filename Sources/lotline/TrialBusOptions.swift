internal import ArgumentParser
internal import CommandSupport
internal import Commissioning
internal import Fieldbus
internal import MarkedYAML
internal import Settings
internal import Telemetry

/// Where a device under test is: a bus in one word, in options, or taken from a configuration.
struct TrialBusOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "tcp://HOST:PORT, rtu-over-tcp://HOST:PORT, rtu:PATH?baud=19200&parity=even, or serial:PATH?baud=9600.",
      valueName: "bus"
    )
  )
  var bus: String?
  @Option(help: ArgumentHelp("Modbus TCP at this address.", valueName: "host:port"))
  var tcp: String?
  @Option(
    help: ArgumentHelp("Modbus/TCP Security at this address.", valueName: "host[:port]")
  )
  var tls: String?
  @OptionGroup var credentials: CredentialOptions
  @Option(
    help: ArgumentHelp(
      "For --tls: the name in the device's certificate, where it is not the host.",
      valueName: "name"
    )
  )
  var serverName: String?
  @Option(
    name: .customLong("rtu-over-tcp"),
    help: ArgumentHelp("Modbus RTU behind this serial device server.", valueName: "host:port")
  )
  var rtuOverTCP: String?
  @Option(help: ArgumentHelp("Modbus RTU on this port.", valueName: "path")) var rtu: String?
  @Option(help: ArgumentHelp("A serial instrument on this port.", valueName: "path"))
  var serial: String?
  @OptionGroup var line: SerialLineOptions
  @Option(help: ArgumentHelp("Take bus and unit from this configuration.", valueName: "file"))
  var config: String?
  @Option(help: "The device in the configuration.") var device: String?
  @Option(help: "The device's Modbus unit; 1 unless said otherwise.") var unit: String?
  @Option(
    help: ArgumentHelp("Longest wait for a reply, such as 500ms.", valueName: "time"),
    transform: Duration.argument(in: .milliseconds(10)...(.seconds(60)), such: "500ms")
  )
  var timeout: Duration?

  func validate() throws {
    try credentials.validate(tls: tls)
    guard [bus, tcp, tls, rtuOverTCP, rtu, serial, config].compactMap({ $0 }).count == 1 else {
      throw ValidationError(
        "Say where the device is: one of --bus, --tcp, --tls, --rtu-over-tcp, --rtu, --serial "
          + "and --config."
      )
    }
    if (config == nil) != (device == nil) {
      throw ValidationError("--config and --device go together: the file, and the device in it.")
    }
    if rtuOverTCP != nil, line.parity != nil || line.dataBits != nil || line.stopBits != nil {
      throw ValidationError("--rtu-over-tcp takes --baud; the device server knows the rest.")
    }
    if (rtuOverTCP ?? rtu ?? serial) == nil, line.areGiven {
      throw ValidationError(
        "--baud, --parity, --data-bits, --stop-bits, --rs485, --echo and --frame-gap go with --rtu "
          + "and --serial."
      )
    }
    if rtu == nil, line.areRTUGiven {
      throw ValidationError("--echo and --frame-gap go with --rtu.")
    }
  }

  /// A device and its bus.
  struct Target {
    let carrier: BusCarrier
    let unit: UnitID?
    let timeout: Duration

    /// Name and folder of the profile that a configuration gives.
    let profile: (name: String, folder: String)?
  }

  func target() throws -> Target {
    if let config, let device { return try configured(config, device) }
    return Target(
      carrier: try tls.map(secured) ?? plain(),
      unit: try unit.map(UnitID.init(argument:)) ?? UnitID(1),
      timeout: timeout ?? .seconds(1),
      profile: nil
    )
  }

  private func secured(_ address: String) throws -> BusCarrier {
    let endpoint = try CredentialOptions.address(address)
    return .tls(
      SecureEndpoint(endpoint, serverName: serverName, files: try credentials.files())
    )
  }

  private func plain() throws -> BusCarrier {
    do throws(TrialBusError) {
      return try carrier()
    } catch {
      throw CommandFailure(.usage, error.description)
    }
  }

  private func carrier() throws(TrialBusError) -> BusCarrier {
    if let tcp { return .tcp(try TrialBusText.endpoint(tcp)) }
    if let rtuOverTCP {
      return .rtuOverTCP(
        DeviceServer(try TrialBusText.endpoint(rtuOverTCP), baud: line.baud)
      )
    }
    if let rtu { return .rtu(line.rtu(port: rtu)) }
    if let serial { return .serial(line.serial(port: serial)) }
    return try TrialBusText.carrier(bus ?? "")
  }

  private func configured(_ file: String, _ name: String) throws -> Target {
    let settings = try agentSettings(file)
    guard let device = settings.devices.first(where: { $0.id.text == name }),
      let bus = settings.buses.first(where: { $0.id == device.bus })
    else {
      let known = settings.devices.map(\.id.text)
      throw CommandFailure(
        .usage,
        "there is no device \"\(name)\" in \(file); "
          + Suggestion.text(for: name, among: known, noun: "there are")
      )
    }
    return Target(
      carrier: bus.carrier,
      unit: try unit.map(UnitID.init(argument:)) ?? device.unit,
      timeout: timeout ?? bus.timeout,
      profile: (device.profile, settings.profiles)
    )
  }
}
