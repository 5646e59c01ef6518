internal import Acquisition
internal import Fieldbus
internal import Profiles
internal import StationAPI
internal import Telemetry

/// The last scan of every scan group, and which devices are silent: pure.
struct DeviceBoard: Sendable {
  /// A device as the configuration and its profile describe it.
  struct Device: Sendable {
    let id: DeviceID
    let profile: DeviceProfile
    let stations: [StationID]
    let groups: [ScanGroup]

    /// The conveyors of those stations that have one.
    var conveyors: [ConveyorDescription] = []

    /// What the configuration says of the instruments that its signals come from; see
    /// ``calibration(of:)``.
    var instrument: Label?
    var instruments: [String: Label] = [:]

    /// Judges its frames from their first on; nil when there is nothing to watch.
    var watch: FrameWatch? { FrameWatch(groups, restart: profile.restart) }
  }

  /// A change that is worth a record.
  enum Change: Sendable, Hashable {
    case lost(DeviceID, detail: String)
    case recovered(DeviceID, after: Duration)
  }

  private struct Silence: Sendable {
    let since: Instant
    let uptime: Duration
    let failure: BusFailure

    /// Whether another device answers in place of the right one.
    var isOther: Bool { failure.cause == .wrongDevice }
  }

  /// A reading that is older than this many periods is shown as stale.
  private static let stalePeriods = 3

  private(set) var devices: [Device]

  /// The instruments that their signals come from, worked out once: every status names them.
  private(set) var instruments: [Label: Use]
  private var last: [ScanGroupID: Scan] = [:]
  private var silent: [DeviceID: Silence] = [:]

  /// The first silent scan since a device answered.
  private var firstSilent: [DeviceID: Silence] = [:]

  /// How often devices are probed that are not scanned.
  private var probed: [DeviceID: Duration] = [:]

  /// Signals that devices turned out not to have, by their names.
  private var refused: [ScanGroupID: [String: RefusedSignal]] = [:]

  init(devices: [Device]) {
    self.devices = devices
    instruments = devices.instruments
  }

  /// Shows other devices from now on; what is known of those that are read as before is kept.
  mutating func adopt(_ new: [Device]) {
    let hashes = Dictionary(devices.map { ($0.id, $0.profile.hash) }) { first, _ in first }
    let kept = Set(new.filter { hashes[$0.id] == $0.profile.hash }.map(\.id))
    last = last.filter { kept.contains($0.key.device) }
    silent = silent.filter { kept.contains($0.key) }
    firstSilent = firstSilent.filter { kept.contains($0.key) }
    probed = probed.filter { kept.contains($0.key) }
    refused = refused.filter { kept.contains($0.key.device) }
    devices = new
    instruments = new.instruments
  }

  /// The last scan of a group; nil when there was none.
  func lastScan(of group: ScanGroupID) -> Scan? { last[group] }

  /// Takes a scan.
  ///
  /// - Returns: What changed: a device fell silent in all its groups, answered again in one, or is
  ///   silent for another reason, because another device is in its place or no longer is.
  mutating func take(_ scan: Scan) -> Change? {
    last[scan.group] = scan
    let id = scan.group.device
    guard let device = devices.first(where: { $0.id == id }) else { return nil }
    guard let failure = scan.silence else {
      firstSilent[id] = nil
      guard let silence = silent.removeValue(forKey: id) else { return nil }
      return .recovered(id, after: scan.uptime - silence.uptime)
    }
    let first = firstSilent[id]
    let now = Silence(
      since: first?.since ?? scan.at,
      uptime: first?.uptime ?? scan.uptime,
      failure: failure
    )
    firstSilent[id] = now
    let isNews = silent[id].map { $0.isOther != now.isOther } ?? true
    guard isNews, silent[id] != nil || device.groups.allSatisfy({ last[$0.id]?.silence != nil })
    else { return nil }
    silent[id] = now
    return .lost(id, detail: failure.detail)
  }

  /// Takes how a silent device is probed.
  ///
  /// - Returns: That it fell silent, where its scans did not tell so yet.
  mutating func take(_ device: SilentDevice) -> Change? {
    probed[device.device] = device.interval
    guard device.isWhole, silent[device.device] == nil, let now = firstSilent[device.device] else {
      return nil
    }
    silent[device.device] = now
    return .lost(device.device, detail: now.failure.detail)
  }

  /// Takes which signals a device turned out to refuse, or to give after all.
  mutating func take(_ change: SignalsChange) {
    for signal in change.signals {
      refused[change.group, default: [:]][signal.name] = change.kind == .refused ? signal : nil
    }
  }

  /// Every device and its signals as they stand at `uptime`.
  func statuses(at uptime: Duration) -> [DeviceStatus] {
    devices.map { device in
      DeviceStatus(
        id: device.id,
        profile: device.profile.name,
        title: device.profile.title,
        kind: device.profile.kind.rawValue,
        stations: device.stations,
        silent: silent[device.id].map { status(of: $0, device) },
        signals: device.groups.flatMap { signals(of: $0, device, at: uptime) }
      )
    }
  }

  /// The silent devices of a station, in the order of the configuration.
  func silences(
    at station: StationID
  ) -> [(device: DeviceID, silence: DeviceStatus.Silence)] {
    devices.compactMap { device in
      guard let silence = silent[device.id], device.stations.contains(station) else { return nil }
      return (device.id, status(of: silence, device))
    }
  }

  private func status(of silence: Silence, _ device: Device) -> DeviceStatus.Silence {
    let interval =
      probed[device.id]
      ?? device.groups.map(\.period).min().flatMap { period in
        device.groups.contains(where: \.isListening) ? nil : period
      }
    return DeviceStatus.Silence(
      since: silence.since,
      detail: silence.failure.detail,
      askedEveryMilliseconds: interval.map { Int($0.wholeMicroseconds / 1_000) }
    )
  }

  private func signals(
    of group: ScanGroup,
    _ device: Device,
    at uptime: Duration
  ) -> [SignalStatus] {
    let scan = last[group.id]
    let isStale = scan.map { uptime - $0.uptime > group.period * Self.stalePeriods } ?? false
    return group.signals.enumerated().map { index, signal in
      let reading = scan?.readings[index]
      let quality = isStale && reading?.quality == .good ? .bad(.stale) : reading?.quality
      return SignalStatus(
        name: signal.name,
        title: signal.title,
        quantity: signal.quantity,
        unit: signal.unit,
        role: signal.role?.rawValue,
        position: signal.position,
        calibration: device.calibration(of: signal),
        value: reading?.value,
        quality: quality?.code ?? "pending",
        meaning: refusal(of: signal.name, in: group.id, quality) ?? Self.meaning(quality),
        at: scan?.at,
        periodMilliseconds: Int(group.period.wholeMicroseconds / 1_000)
      )
    }
  }

  /// What a refusal means of a signal of which the agent found out where it should be.
  private func refusal(of signal: String, in group: ScanGroupID, _ quality: Quality?) -> String? {
    guard case .bad(.exception) = quality else { return nil }
    return refused[group]?[signal]?.sentence
  }

  private static func meaning(_ quality: Quality?) -> String {
    switch quality {
    case nil: "Not read yet."
    case .good: "Good."
    case .bad(let cause): cause.sentence
    }
  }
}
