internal import Acquisition
internal import Fieldbus
internal import Profiles
package import Settings
internal import StationAPI
internal import Telemetry

/// What an agent is to run: its configuration and every profile that it names, checked as a whole.
///
/// A value, so that a plan can be compared with the one that runs.
package struct PlantPlan: Sendable {
  /// The configuration file, as the caller named it.
  package let path: String
  package let settings: AgentSettings

  /// One for each device of the configuration, in its order.
  let devices: [DeviceBoard.Device]

  /// The buses that have something to read, in the configuration's order.
  let buses: [PlannedBus]

  /// The conveyors of the stations that have one.
  let conveyors: [PlannedConveyor]

  /// - Precondition: `devices` are those of `settings`, in their order.
  init(
    path: String,
    settings: AgentSettings,
    devices: [DeviceBoard.Device],
    conveyors: [PlannedConveyor] = []
  ) {
    precondition(devices.map(\.id) == settings.devices.map(\.id))
    self.path = path
    self.settings = settings
    self.devices = devices
    self.conveyors = conveyors
    buses = settings.buses.compactMap { bus in
      let members = zip(settings.devices, devices).filter { $0.0.bus == bus.id }
      return PlannedBus(bus, members.map { PlannedBus.Member(settings: $0, device: $1) })
    }
  }

  /// The same plan, which has the parts of `old` where they are the same: what runs on is in memory
  /// once.
  func keeping(_ old: PlantPlan) -> PlantPlan {
    let before = Dictionary(
      zip(old.settings.devices, old.devices).map { settings, device in
        let timing = old.settings.timing(of: settings)
        return (device.id, (unit: settings.unit, timing: timing, device: device))
      }
    ) { first, _ in first }
    let kept = zip(settings.devices, devices).map { settings, device in
      guard let old = before[device.id], old.unit == settings.unit,
        old.timing == self.settings.timing(of: settings),
        old.device.profile.hash == device.profile.hash
      else { return device }
      return DeviceBoard.Device(
        id: device.id,
        profile: old.device.profile,
        stations: device.stations,
        groups: old.device.groups,
        conveyors: device.conveyors,
        instrument: device.instrument,
        instruments: device.instruments
      )
    }
    return PlantPlan(path: path, settings: settings, devices: kept, conveyors: conveyors)
  }

  /// The files that the plan was read from, each content once.
  var documents: [DocumentRevision] {
    var seen: Set<Digest> = []
    let profiles = devices.map(\.profile).filter { seen.insert($0.hash).inserted }
    return [
      DocumentRevision(
        kind: .configuration,
        name: "agent.yaml",
        sha256: settings.hash,
        text: settings.text
      )
    ]
      + profiles.map {
        DocumentRevision(kind: .profile, name: $0.name, sha256: $0.hash, text: $0.text)
      }
  }
}

extension AgentSettings {
  /// What a device's requests are cut by.
  func timing(of device: DeviceSettings) -> BusTiming {
    buses.first { $0.id == device.bus }.map { BusTiming(assumedOver: $0.carrier) } ?? .assumedTCP
  }
}

extension DeviceBoard.Device {
  /// What the frames of the device's scan groups mean.
  var layouts: [FrameLayout] {
    groups.map { group in
      FrameLayout(
        device: id,
        group: group.id.group,
        profile: profile.name,
        profileHash: profile.hash,
        periodMilliseconds: group.isListening
          ? nil : Int(group.period.wholeMicroseconds / 1_000),
        heartbeatMilliseconds: group.rules.heartbeat.map { Int($0.wholeMicroseconds / 1_000) },
        stations: stations,
        conveyors: conveyors,
        signals: zip(group.descriptions, group.signals).map { description, signal in
          description.with(calibration: calibration(of: signal))
        }
      )
    }
  }

  /// Whether frames of both have the same layouts.
  func hasLayouts(of other: Self) -> Bool {
    profile.hash == other.profile.hash && stations == other.stations
      && conveyors == other.conveyors
      && instrument == other.instrument && instruments == other.instruments
  }
}

/// One bus and what is read over it.
struct PlannedBus: Sendable {
  /// A device on the bus, as far as reading it goes.
  struct Member: Sendable {
    let settings: DeviceSettings
    let device: DeviceBoard.Device

    /// Whether both are read alike; whom their values belong to does not matter for that.
    func isRead(like other: Member) -> Bool {
      device.id == other.device.id && settings.unit == other.settings.unit
        && device.profile.hash == other.device.profile.hash
    }
  }

  /// What a bus is opened with; two plans with the same can share one that is open.
  struct Connection: Sendable, Hashable {
    let carrier: BusCarrier
    let timeout: Duration
    let maximumInFlight: Int
  }

  let settings: BusSettings
  let members: [Member]
  let groups: [ScanGroup]

  /// - Returns: nil when there is nothing to read.
  init?(_ settings: BusSettings, _ members: [Member]) {
    self.settings = settings
    self.members = members
    groups = members.flatMap(\.device.groups)
    if groups.isEmpty { return nil }
  }

  var id: String { settings.id }

  var connection: Connection {
    Connection(
      carrier: settings.carrier,
      timeout: settings.timeout,
      maximumInFlight: members.map(\.device.profile.requestsInFlight).min() ?? 1
    )
  }

  /// Whether what runs for `other` may run on for this one.
  func isSame(as other: PlannedBus) -> Bool {
    guard settings == other.settings, members.count == other.members.count else { return false }
    return members.allSatisfy { member in other.members.contains { $0.isRead(like: member) } }
  }

  /// Whether a group of `other`, this bus before a change, is read on here as it was, so that its
  /// scans fall due as before.
  func keepsSchedule(of group: ScanGroupID, from other: PlannedBus) -> Bool {
    guard let old = other.members.first(where: { $0.device.id == group.device }) else {
      return false
    }
    return id == other.id && members.contains { $0.isRead(like: old) }
  }

  /// For how long after its last request a device on the line may still answer, when the bus that
  /// knows what it was asked is gone; zero where the connection goes with the bus.
  var aftermath: Duration {
    switch settings.carrier {
    case .tcp, .tls: return .zero
    // A device server hands a late reply to whoever is connected then.
    case .rtuOverTCP, .rtu, .serial: break
    }
    let waits = groups.flatMap(\.requests).map { request in
      if case .serial(let request) = request, !request.isListening {
        request.timeout
      } else {
        Duration.zero
      }
    }
    return waits.reduce(settings.timeout) { max($0, $1) } * Self.timeoutsToRest
  }

  /// What the line hygiene of a serial line counts with: a reply comes within three timeouts, or one
  /// more where the device is late.
  private static let timeoutsToRest = 4
}
