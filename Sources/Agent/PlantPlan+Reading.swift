internal import Acquisition
internal import LotBinding
internal import MarkedYAML
internal import Profiles
package import Settings
internal import Telemetry

extension PlantPlan {
  /// Reads a configuration and all profiles that it names.
  ///
  /// - Throws: `SettingsError` with everything that is wrong in all of them, not just the first.
  package static func read(_ path: String) throws(SettingsError) -> PlantPlan {
    let settings = try AgentSettings.load(path)
    var reader = PlantReader(path: path, library: ProfileLibrary(folder: settings.profiles))
    let devices = settings.devices.compactMap { reader.device($0, in: settings) }
    var conveyorReader = ConveyorReader(file: path, settings: settings, devices: devices)
    let conveyors = conveyorReader.conveyors()
    let findings =
      PortFindings(settings, file: path).clashes + reader.findings + conveyorReader.findings
    if !findings.isEmpty { throw SettingsError(findings: findings) }
    let descriptions = conveyors.map(\.conveyor.description)
    return PlantPlan(
      path: path,
      settings: settings,
      devices: devices.map { device in
        var device = device
        device.conveyors = descriptions.filter { device.stations.contains($0.station) }
        return device
      },
      conveyors: conveyors
    )
  }
}

/// Reads the profiles of an agent's devices, each once.
private struct PlantReader {
  let path: String
  let library: ProfileLibrary
  private(set) var findings: [Finding] = []

  /// What was read; nil for a profile that cannot be used.
  private var profiles: [String: DeviceProfile?] = [:]

  init(path: String, library: ProfileLibrary) {
    self.path = path
    self.library = library
  }

  /// - Returns: nil when the device cannot be read; the findings say why.
  mutating func device(
    _ device: DeviceSettings,
    in settings: AgentSettings
  ) -> DeviceBoard.Device? {
    guard let profile = profile(of: device) else { return nil }
    let bus = settings.buses.first { $0.id == device.bus }
    if let objection = bus.flatMap({ Self.objection(to: profile, on: $0) }) {
      note(.contradiction, device, objection)
      return nil
    }
    findings += WriteCheck.findings(device, profile, file: path)
    findings += InstrumentCheck.findings(device, profile, file: path)
    do throws(ScanGroupError) {
      return DeviceBoard.Device(
        id: device.id,
        profile: profile,
        stations: device.stations,
        groups: try ScanGroup.groups(
          of: profile,
          device: device.id,
          unit: device.unit,
          over: settings.timing(of: device)
        ),
        instrument: device.instrument,
        instruments: Dictionary(device.instruments.map { ($0.signal, $0.instrument) }) { $1 }
      )
    } catch {
      findings.append(
        Finding(file: path, mark: device.profileMark, code: .contradiction, message: "\(error)")
      )
      return nil
    }
  }

  private mutating func profile(of device: DeviceSettings) -> DeviceProfile? {
    // Devices of one kind share their profile's memory.
    if let known = profiles[device.profile] { return known }
    var profile: DeviceProfile?
    do {
      profile = try library.profile(named: device.profile)
    } catch .findings(let ofProfile) {
      findings += ofProfile
    } catch {
      note(.unknownName, device, "\(error)")
    }
    profiles[device.profile] = .some(profile)
    return profile
  }

  /// Why a device of this profile cannot be on that bus.
  private static func objection(to profile: DeviceProfile, on bus: BusSettings) -> String? {
    let isText = if case .serial = profile.access { true } else { false }
    let isTextLine = if case .serial = bus.carrier { true } else { false }
    if isText == isTextLine { return nil }
    return isText
      ? "profile \(profile.name) is of an instrument on a plain serial port, and bus \(bus.id) "
        + "carries Modbus; give it a bus with `serial`"
      : "profile \(profile.name) is of a Modbus device, and bus \(bus.id) is a plain serial port; "
        + "give it a bus with `tcp`, `tls`, `rtu_over_tcp` or `rtu`"
  }

  private mutating func note(_ code: FindingCode, _ device: DeviceSettings, _ message: String) {
    findings.append(
      Finding(
        file: path,
        mark: device.profileMark,
        code: code,
        message: "device \(device.id): \(message)"
      )
    )
  }
}

// MARK: What a reload cannot change

/// Rules about a changed configuration, beyond those about the file itself.
extension FindingCode {
  static let needsRestart = FindingCode(
    "needs-restart",
    "in a reload: only a restart of the agent changes this"
  )
  static let stationInUse = FindingCode(
    "station-in-use",
    "in a reload: a station that is no longer named works on a lot, or has material"
  )
}

extension PlantPlan {
  /// What cannot be applied while the agent runs, each with its place in the new file.
  func restartFindings(after old: PlantPlan) -> [Finding] {
    let (new, old) = (settings, old.settings)
    let parts: [(key: [String], isSame: Bool, detail: String)] = [
      (["agent"], new.agent == old.agent, "from \(old.agent) to \(new.agent)"),
      (["site"], new.site == old.site, "from \(old.site) to \(new.site)"),
      (
        ["journal", "path"], new.journal.path == old.journal.path,
        "from \(old.journal.path) to \(new.journal.path)"
      ),
      (
        ["journal", "timestamps"], new.journal.timestamps == old.journal.timestamps,
        "whom timestamps come from, or how often"
      ),
      (["api"], new.api == old.api, "from \(old.api) to \(new.api)"),
      (["uplinks"], new.uplinks == old.uplinks, "which hubs there are, or how they are reached"),
      (["lists"], new.lists == old.lists, "from where lists are taken, or how often"),
      (["interlock"], new.interlocks == old.interlocks, "what says whether stations may run"),
    ]
    return parts.filter { !$0.isSame }.map { part in
      finding(
        .needsRestart,
        at: part.key,
        "\"\(part.key.joined(separator: "."))\" has changed (\(part.detail)), and that needs a "
          + "restart of the agent; restart it, or change this back and reload"
      )
    }
  }

  /// A finding about the value of a key, or about the file where that key is not in it.
  func finding(_ code: FindingCode, at key: [String], _ message: String) -> Finding {
    let root = YAMLDocument.compose(settings.text, into: FindingLog(file: path))
    let node = key.reduce(root) { node, name in node?.value(of: name) }
    return Finding(file: path, mark: node?.mark ?? .start, code: code, message: message)
  }
}
