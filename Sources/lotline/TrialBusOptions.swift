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
      "tcp://HOST:PORT, rtu:PATH?baud=19200&parity=even, or serial:PATH?baud=9600.",
      valueName: "bus"
    )
  )
  var bus: String?
  @Option(help: ArgumentHelp("Modbus TCP at this address.", valueName: "host:port"))
  var tcp: String?
  @Option(help: ArgumentHelp("Modbus RTU on this port.", valueName: "path")) var rtu: String?
  @Option(help: ArgumentHelp("A serial instrument on this port.", valueName: "path"))
  var serial: String?
  @Option(help: "Speed of the line: 19200 for --rtu, 9600 for --serial.") var baud: Int?
  @Option(help: "none, even or odd: even for --rtu, none for --serial.") var parity: String?
  @Option(help: "7 or 8.") var dataBits: Int?
  @Option(help: "1 or 2.") var stopBits: Int?
  @Option(help: ArgumentHelp("Take bus and unit from this configuration.", valueName: "file"))
  var config: String?
  @Option(help: "The device in the configuration.") var device: String?
  @Option(help: "The device's Modbus unit; 1 unless said otherwise.") var unit: Int?
  @Option(help: ArgumentHelp("Longest wait for a reply, such as 500ms.", valueName: "time"))
  var timeout: String?

  func validate() throws {
    guard [bus, tcp, rtu, serial, config].compactMap({ $0 }).count == 1 else {
      throw ValidationError(
        "Say where the device is: one of --bus, --tcp, --rtu, --serial and --config."
      )
    }
    if (config == nil) != (device == nil) {
      throw ValidationError("--config and --device go together: the file, and the device in it.")
    }
    if rtu == nil && serial == nil,
      baud != nil || parity != nil || dataBits != nil || stopBits != nil
    {
      throw ValidationError(
        "--baud, --parity, --data-bits and --stop-bits go with --rtu and --serial."
      )
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
    let carrier: BusCarrier
    do throws(TrialBusError) {
      carrier = try self.carrier()
    } catch {
      throw CommandFailure(.usage, error.description)
    }
    return Target(
      carrier: carrier,
      unit: try statedUnit() ?? UnitID(1),
      timeout: try statedTimeout() ?? .seconds(1),
      profile: nil
    )
  }

  private func carrier() throws(TrialBusError) -> BusCarrier {
    if let tcp { return .tcp(try TrialBusText.endpoint(tcp)) }
    guard let port = rtu ?? serial else { return try TrialBusText.carrier(bus ?? "") }
    let line = try TrialBusText.line(
      port: port,
      rtu: rtu != nil,
      baud: baud,
      parity: parity,
      dataBits: dataBits,
      stopBits: stopBits
    )
    return rtu == nil ? .serial(line) : .rtu(line)
  }

  private func configured(_ file: String, _ name: String) throws -> Target {
    let settings: AgentSettings
    do {
      settings = try AgentSettings.load(file)
    } catch {
      throw CommandFailure(.configuration, "\(error)")
    }
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
    let carrier: BusCarrier =
      switch bus.carrier {
      case .tcp(let endpoint): .tcp(endpoint)
      case .rtu(let line): .rtu(line)
      case .serial(let line): .serial(line)
      }
    return Target(
      carrier: carrier,
      unit: try statedUnit() ?? device.unit,
      timeout: try statedTimeout() ?? bus.timeout,
      profile: (device.profile, settings.profiles)
    )
  }

  private func statedUnit() throws -> UnitID? {
    guard let unit else { return nil }
    guard let id = UInt8(exactly: unit).flatMap({ UnitID($0) }) else {
      throw CommandFailure(.usage, "'\(unit)' is not a unit: use 1 to 247, or 255 on TCP")
    }
    return id
  }

  private func statedTimeout() throws -> Duration? {
    try timeout.map {
      try Self.duration($0, "--timeout", in: .milliseconds(10)...(.seconds(60)), such: "500ms")
    }
  }

  /// A duration with its unit, as profiles have it.
  static func duration(
    _ text: String,
    _ option: String,
    in bounds: ClosedRange<Duration>,
    such example: String
  ) throws -> Duration {
    let kind = ScalarKind<Duration>.duration(in: bounds)
    do {
      return try kind.read(YAMLScalar(text: text, isPlain: true, mark: .start))
    } catch {
      throw CommandFailure(
        .usage,
        "\(option) is '\(text)': write \(kind.expected), such as \(example)"
      )
    }
  }
}
