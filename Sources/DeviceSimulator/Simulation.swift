package import Profiles
package import Telemetry

/// What to simulate, and where it can be reached.
package struct SimulationOptions: Sendable {
  /// A profile, and the unit that it is; nil takes the lowest free number.
  package struct Device: Sendable {
    package let profile: DeviceProfile
    package let unit: UnitID?

    package init(profile: DeviceProfile, unit: UnitID? = nil) {
      self.profile = profile
      self.unit = unit
    }
  }

  package enum Carrier: Sendable, Hashable {
    case tcp(Endpoint)
    /// `link` is the path by which clients find the pseudo terminal; `baud` makes answers take as
    /// long as on a real line, nil makes them immediate.
    case rtu(link: String, baud: Int?)
    case serial(link: String)
  }

  package let devices: [Device]
  package let carrier: Carrier

  /// Another seed gives other noise, not another process.
  package let seed: UInt64

  package init(devices: [Device], carrier: Carrier, seed: UInt64 = 1) {
    self.devices = devices
    self.carrier = carrier
    self.seed = seed
  }
}

/// Simulated devices on one TCP endpoint, one RTU line or one serial port.
package struct Simulation: Sendable {
  private enum Server: Sendable {
    case tcp([UnitID: DeviceProfile], Endpoint)
    case rtu([UnitID: DeviceProfile], link: String, baud: Int?)
    case serial(SerialInstrument, DeviceProfile, link: String)
  }

  private let server: Server
  private let seed: UInt64
  private let time: any TimeSource

  /// Checks that the carrier fits the profiles.
  ///
  /// - Throws: ``SimulationError``
  package init(_ options: SimulationOptions, time: any TimeSource) throws(SimulationError) {
    guard let first = options.devices.first else { throw .noProfile }
    for device in options.devices { try Self.check(device.profile, fits: options.carrier) }
    switch options.carrier {
    case .tcp(let endpoint): server = .tcp(try Self.numbered(options.devices), endpoint)
    case .rtu(let link, let baud):
      let units = try Self.numbered(options.devices)
      if let unit = UnitID(255), let profile = units[unit] {
        throw .unitOutOfBounds(unit, profile: profile.name)
      }
      server = .rtu(units, link: link, baud: baud)
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
        seed: options.seed
      )
      server = .serial(instrument, first.profile, link: link)
    }
    seed = options.seed
    self.time = time
  }

  /// Serves until the task is cancelled, and returns then.
  ///
  /// - Parameter onReady: Called once, when clients can connect.
  /// - Throws: ``SimulationError``
  package func run(
    onReady: @escaping @Sendable (SimulationAddress) -> Void
  ) async throws {
    switch server {
    case .tcp(let profiles, let endpoint):
      let simulator = ModbusTCPSimulator(units: units(profiles), endpoint: endpoint, time: time)
      try await simulator.run { onReady(SimulationAddress(.tcp($0), Self.names(profiles))) }
    case .rtu(let profiles, let link, let baud):
      let simulator = ModbusRTUSimulator(units: units(profiles), link: link, baud: baud, time: time)
      try await simulator.run { onReady(SimulationAddress(.rtu(link), Self.names(profiles))) }
    case .serial(let instrument, let profile, let link):
      let simulator = SerialInstrumentSimulator(instrument: instrument, link: link, time: time)
      try await simulator.run { onReady(SimulationAddress(.serial(link), [profile.name])) }
    }
  }

  private func units(_ profiles: [UnitID: DeviceProfile]) -> [UnitID: SimulatedUnit] {
    let start = time.uptime()
    return profiles.compactMapValues {
      SimulatedUnit(profile: $0, seed: seed, start: start)
    }
  }

  private static func names(_ profiles: [UnitID: DeviceProfile]) -> [String] {
    profiles.sorted { $0.key.rawValue < $1.key.rawValue }
      .map { "\($0.value.name) as unit \($0.key.rawValue)" }
  }

  private static func numbered(
    _ devices: [SimulationOptions.Device]
  ) throws(SimulationError) -> [UnitID: DeviceProfile] {
    var units: [UnitID: DeviceProfile] = [:]
    for device in devices {
      guard let unit = device.unit else { continue }
      if let first = units[unit] {
        throw .unitTaken(unit, first: first.name, second: device.profile.name)
      }
      units[unit] = device.profile
    }
    for device in devices where device.unit == nil {
      let free = (1...247).lazy.compactMap { UnitID($0) }.first { units[$0] == nil }
      guard let free else { throw .noUnitLeft(profile: device.profile.name) }
      units[free] = device.profile
    }
    return units
  }

  private static func check(
    _ profile: DeviceProfile,
    fits carrier: SimulationOptions.Carrier
  ) throws(SimulationError) {
    switch (profile.access, carrier) {
    case (.modbus, .tcp), (.modbus, .rtu), (.serial, .serial): return
    default: throw misfit(profile, carrier)
    }
  }

  private static func misfit(
    _ profile: DeviceProfile,
    _ carrier: SimulationOptions.Carrier
  ) -> SimulationError {
    let fitting =
      switch profile.access {
      case .modbus: "Modbus TCP or Modbus RTU"
      case .serial: "a serial port"
      }
    return .carrierDoesNotFit(profile: profile.name, carrier: carrier.name, fitting: fitting)
  }
}

extension SimulationOptions.Carrier {
  fileprivate var name: String {
    switch self {
    case .tcp: "Modbus TCP"
    case .rtu: "Modbus RTU"
    case .serial: "a serial port"
    }
  }
}

/// Where simulated devices can be reached; its description is a sentence for people.
package struct SimulationAddress: Sendable, Hashable, CustomStringConvertible {
  package enum Place: Sendable, Hashable {
    case tcp(Endpoint)
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
    case .rtu(let link): return "\(subject) on Modbus RTU \(link)"
    case .serial(let link): return "\(subject) on serial port \(link)"
    }
  }
}
