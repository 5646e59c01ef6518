package import Profiles
package import Telemetry
package import TransportSecurity

/// What to simulate, and where it can be reached.
package struct SimulationOptions: Sendable {
  /// A profile, and the unit that it is; nil takes the lowest free number.
  package struct Device: Sendable {
    package let profile: DeviceProfile
    package let unit: UnitID?

    /// What it says of itself; nil does not know the functions that ask for it.
    package let identity: SimulatedIdentity?

    package init(
      profile: DeviceProfile,
      unit: UnitID? = nil,
      identity: SimulatedIdentity? = nil
    ) {
      self.profile = profile
      self.unit = unit
      self.identity = identity
    }
  }

  package enum Carrier: Sendable, Hashable {
    case tcp(Endpoint)
    /// Over TLS, as a device with these files.
    case tls(Endpoint, CredentialFiles)
    /// As a serial device server with the devices on its line; `baud` as for `rtu`.
    case rtuOverTCP(Endpoint, baud: Int?)
    /// `link` is the path by which clients find the pseudo terminal; `baud` makes answers take as
    /// long as on a real line, nil makes them immediate.
    case rtu(link: String, baud: Int?)
    case serial(link: String)
  }

  package let devices: [Device]
  package let carrier: Carrier

  /// Another seed gives other noise, not another process.
  package let seed: UInt64

  /// What goes wrong.
  package let faults: FaultScript

  package init(
    devices: [Device],
    carrier: Carrier,
    seed: UInt64 = 1,
    faults: FaultScript = FaultScript()
  ) {
    self.devices = devices
    self.carrier = carrier
    self.seed = seed
    self.faults = faults
  }
}

/// Simulated devices on one TCP endpoint, one RTU line or one serial port.
package struct Simulation: Sendable {
  private enum Server: Sendable {
    case tcp([UnitID: SimulationOptions.Device], Endpoint, TLSServer?)
    case rtuOverTCP([UnitID: SimulationOptions.Device], Endpoint, baud: Int?)
    case rtu([UnitID: SimulationOptions.Device], link: String, baud: Int?)
    case serial(SerialInstrument, DeviceProfile, link: String)
  }

  private let server: Server
  private let faults: FaultScript
  private let seed: UInt64
  private let time: any TimeSource

  /// Checks that the carrier fits the profiles.
  ///
  /// - Throws: ``SimulationError``
  package init(_ options: SimulationOptions, time: any TimeSource) throws(SimulationError) {
    guard let first = options.devices.first else { throw .noProfile }
    for device in options.devices { try Self.check(device.profile, fits: options.carrier) }
    switch options.carrier {
    case .tcp(let endpoint):
      server = .tcp(try Self.numbered(options.devices), endpoint, nil)
    case .tls(let endpoint, let files):
      let security = try Self.security(files)
      server = .tcp(try Self.numbered(options.devices), endpoint, security)
    case .rtuOverTCP(let endpoint, let baud):
      server = .rtuOverTCP(try Self.onLine(options.devices), endpoint, baud: baud)
    case .rtu(let link, let baud):
      server = .rtu(try Self.onLine(options.devices), link: link, baud: baud)
    case .serial(let link):
      guard options.devices.count == 1 else {
        throw .severalInstruments(options.devices.map(\.profile.name))
      }
      guard case .serial(let access) = first.profile.access else {
        throw Self.misfit(first.profile, options.carrier)
      }
      let instrument = try SerialInstrument(
        profile: first.profile,
        access: access,
        seed: options.seed,
        faults: options.faults
      )
      server = .serial(instrument, first.profile, link: link)
    }
    faults = options.faults
    seed = options.seed
    self.time = time
    try FaultCheck(carrier: options.carrier, profiles: profiles).check(options.faults)
  }

  private static func security(
    _ files: CredentialFiles
  ) throws(SimulationError) -> TLSServer {
    do throws(CredentialError) {
      return try TLSServer(files)
    } catch {
      throw .credentials(error)
    }
  }

  /// What is served, by unit; a serial instrument has none.
  private var profiles: [(unit: UnitID?, profile: DeviceProfile)] {
    switch server {
    case .tcp(let devices, _, _), .rtuOverTCP(let devices, _, _), .rtu(let devices, _, _):
      devices.sorted { $0.key.rawValue < $1.key.rawValue }.map { ($0.key, $0.value.profile) }
    case .serial(_, let profile, _): [(nil, profile)]
    }
  }

  /// Serves until the task is cancelled, and returns then.
  ///
  /// - Parameters:
  ///   - onClient: Called with the certificate of each client that connects over TLS.
  ///   - onReady: Called once, when clients can connect.
  /// - Throws: ``SimulationError``
  package func run(
    onClient: @escaping @Sendable (CertificateDetails) -> Void = { _ in },
    onReady: @escaping @Sendable (SimulationAddress) -> Void
  ) async throws {
    let start = time.uptime()
    let faults = FaultInjector(faults, seed: seed, start: start)
    switch server {
    case .tcp(let devices, let endpoint, let security):
      let simulator = ModbusTCPSimulator(
        units: units(devices, start: start),
        faults: faults,
        endpoint: endpoint,
        security: security,
        time: time
      )
      try await simulator.run(onClient: onClient) { endpoint in
        let place = security == nil ? SimulationAddress.Place.tcp(endpoint) : .tls(endpoint)
        onReady(SimulationAddress(place, Self.names(devices)))
      }
    case .rtuOverTCP(let devices, let endpoint, let baud):
      let simulator = ModbusTCPSimulator(
        units: units(devices, start: start),
        faults: faults,
        endpoint: endpoint,
        framing: .rtu(baud: baud),
        time: time
      )
      try await simulator.run { onReady(SimulationAddress(.rtuOverTCP($0), Self.names(devices))) }
    case .rtu(let devices, let link, let baud):
      let simulator = ModbusRTUSimulator(
        units: units(devices, start: start),
        faults: faults,
        link: link,
        baud: baud,
        time: time
      )
      try await simulator.run { onReady(SimulationAddress(.rtu(link), Self.names(devices))) }
    case .serial(let instrument, let profile, let link):
      let simulator = SerialInstrumentSimulator(
        instrument: instrument,
        faults: faults,
        link: link,
        time: time
      )
      try await simulator.run { onReady(SimulationAddress(.serial(link), [profile.name])) }
    }
  }

  private func units(
    _ devices: [UnitID: SimulationOptions.Device],
    start: Duration
  ) -> [UnitID: SimulatedUnit] {
    var units: [UnitID: SimulatedUnit] = [:]
    for (unit, device) in devices {
      units[unit] = SimulatedUnit(
        profile: device.profile,
        seed: seed,
        start: start,
        faults: faults,
        unit: unit,
        identity: device.identity
      )
    }
    return units
  }

  private static func names(_ devices: [UnitID: SimulationOptions.Device]) -> [String] {
    devices.sorted { $0.key.rawValue < $1.key.rawValue }
      .map { "\($0.value.profile.name) as unit \($0.key.rawValue)" }
  }

  /// Units of a serial line, which has 1 to 247.
  private static func onLine(
    _ devices: [SimulationOptions.Device]
  ) throws(SimulationError) -> [UnitID: SimulationOptions.Device] {
    let units = try numbered(devices)
    if let unit = UnitID(255), let device = units[unit] {
      throw .unitOutOfBounds(unit, profile: device.profile.name)
    }
    return units
  }

  private static func numbered(
    _ devices: [SimulationOptions.Device]
  ) throws(SimulationError) -> [UnitID: SimulationOptions.Device] {
    var units: [UnitID: SimulationOptions.Device] = [:]
    for device in devices {
      guard let unit = device.unit else { continue }
      if let first = units[unit] {
        throw .unitTaken(unit, first: first.profile.name, second: device.profile.name)
      }
      units[unit] = device
    }
    for device in devices where device.unit == nil {
      let free = (1...247).lazy.compactMap { UnitID($0) }.first { units[$0] == nil }
      guard let free else { throw .noUnitLeft(profile: device.profile.name) }
      units[free] = device
    }
    return units
  }

  private static func check(
    _ profile: DeviceProfile,
    fits carrier: SimulationOptions.Carrier
  ) throws(SimulationError) {
    switch (profile.access, carrier) {
    case (.modbus, .tcp), (.modbus, .tls), (.modbus, .rtuOverTCP), (.modbus, .rtu),
      (.serial, .serial):
      return
    default: throw misfit(profile, carrier)
    }
  }

  private static func misfit(
    _ profile: DeviceProfile,
    _ carrier: SimulationOptions.Carrier
  ) -> SimulationError {
    let fitting =
      switch profile.access {
      case .modbus: "Modbus TCP, TLS, RTU over TCP or Modbus RTU"
      case .serial: "a serial port"
      }
    return .carrierDoesNotFit(profile: profile.name, carrier: carrier.name, fitting: fitting)
  }
}

extension SimulationOptions.Carrier {
  fileprivate var name: String {
    switch self {
    case .tcp: "Modbus TCP"
    case .tls: "Modbus TCP over TLS"
    case .rtuOverTCP: "RTU over TCP"
    case .rtu: "Modbus RTU"
    case .serial: "a serial port"
    }
  }
}

/// Where simulated devices can be reached; its description is a sentence for people.
package struct SimulationAddress: Sendable, Hashable, CustomStringConvertible {
  package enum Place: Sendable, Hashable {
    case tcp(Endpoint)
    case tls(Endpoint)
    case rtuOverTCP(Endpoint)
    case rtu(String)
    case serial(String)
  }

  package let place: Place
  private let devices: [String]

  init(_ place: Place, _ devices: [String]) {
    self.place = place
    self.devices = devices
  }

  package var description: String {
    let subject = devices.joined(separator: ", ")
    switch place {
    case .tcp(let endpoint): return "\(subject) on Modbus TCP \(endpoint)"
    case .tls(let endpoint): return "\(subject) on Modbus TCP over TLS \(endpoint)"
    case .rtuOverTCP(let endpoint): return "\(subject) on RTU over TCP \(endpoint)"
    case .rtu(let link): return "\(subject) on Modbus RTU \(link)"
    case .serial(let link): return "\(subject) on serial port \(link)"
    }
  }
}
