internal import Acquisition
internal import LotBinding
internal import MarkedYAML
internal import Profiles
internal import Settings
internal import Telemetry

/// A station's conveyor, and the signals that tell of it.
struct PlannedConveyor: Sendable, Hashable {
  /// What a signal of a scan group tells.
  enum Meaning: Sendable, Hashable {
    /// A belt's speed, so many of whose units are a metre a second.
    case speed(belt: Int, metresPerSecond: Double)
    case eye(Transit.Eye, lane: Int, isCoveredWhenOn: Bool)
  }

  /// A signal, by its index in its group.
  struct Input: Sendable, Hashable {
    let signal: Int
    let meaning: Meaning
  }

  let conveyor: Conveyor

  /// What is taken from each scan: speeds first, as what eyes see is placed by them.
  let inputs: [ScanGroupID: [Input]]
}

/// Checks the conveyors of a configuration against the profiles of its devices.
struct ConveyorReader {
  let file: String
  let settings: AgentSettings

  /// Those whose profiles could be read.
  let devices: [DeviceBoard.Device]
  private(set) var findings: [Finding] = []

  init(file: String, settings: AgentSettings, devices: [DeviceBoard.Device]) {
    self.file = file
    self.settings = settings
    self.devices = devices
  }

  mutating func conveyors() -> [PlannedConveyor] {
    settings.stations.compactMap { station in
      station.conveyor.flatMap { conveyor($0, of: station.id) }
    }
  }

  private mutating func conveyor(
    _ settings: ConveyorSettings,
    of station: StationID
  ) -> PlannedConveyor? {
    var inputs: [ScanGroupID: [PlannedConveyor.Input]] = [:]
    let belts = belts(settings, of: station, &inputs)
    let eyes = [(Transit.Eye.entry, \LaneSettings.entered), (.exit, \.left)]
    var periods: [Transit.Eye: Duration] = [:]
    for (lane, laneSettings) in settings.lanes.enumerated() {
      for (eye, path) in eyes {
        guard let eyeSettings = laneSettings[keyPath: path] else { continue }
        guard let found = signal(eyeSettings.signal) else { return nil }
        if let unit = found.signal.unit {
          note(
            .contradiction,
            eyeSettings.signal.signalMark.mark,
            "signal \(found.signal.name) of device \(eyeSettings.signal.device) is a number in "
              + "\(unit); a photo-eye is a bit"
          )
          return nil
        }
        let meaning = PlannedConveyor.Meaning.eye(
          eye,
          lane: lane,
          isCoveredWhenOn: eyeSettings.isCoveredWhenOn
        )
        inputs[found.group.id, default: []].append(.init(signal: found.index, meaning: meaning))
        periods[eye] = max(periods[eye] ?? .zero, found.group.period)
      }
    }
    checkPositions(settings, of: station)
    guard let belts else { return nil }
    return PlannedConveyor(
      conveyor: Conveyor(
        station: station,
        length: settings.length,
        entry: settings.entry,
        exit: settings.exit,
        reach: settings.reach,
        lanes: settings.lanes.map(\.id),
        belts: belts,
        boardLength: settings.boardLength ?? 0,
        entryEye: periods[.entry],
        exitEye: periods[.exit],
        exitTolerance: settings.exitTolerance,
        nextLot: settings.nextLot
      ),
      inputs: inputs
    )
  }

  // MARK: Speeds

  /// - Returns: nil when a speed is not known; the findings say why.
  private mutating func belts(
    _ settings: ConveyorSettings,
    of station: StationID,
    _ inputs: inout [ScanGroupID: [PlannedConveyor.Input]]
  ) -> [Conveyor.Belt]? {
    if let fixed = settings.fixedSpeed {
      let belt = Conveyor.Belt(
        fixedSpeed: fixed,
        fastest: fixed,
        accuracy: settings.accuracy,
        hold: settings.hold,
        period: .zero
      )
      return [belt]
    }
    let sources = settings.speed.map { [$0] } ?? settings.lanes.compactMap(\.speed)
    var belts: [Conveyor.Belt] = []
    for (index, source) in sources.enumerated() {
      guard let found = signal(source), let factor = factor(of: found.signal, source),
        let fastest = fastest(settings, found.signal, factor, source)
      else { continue }
      let meaning = PlannedConveyor.Meaning.speed(belt: index, metresPerSecond: factor)
      inputs[found.group.id, default: []].append(.init(signal: found.index, meaning: meaning))
      belts.append(
        Conveyor.Belt(
          fastest: fastest,
          accuracy: settings.accuracy,
          hold: settings.hold,
          period: found.group.period
        )
      )
    }
    return belts.isEmpty || belts.count < sources.count ? nil : belts
  }

  private mutating func factor(of signal: Signal, _ source: SignalReference) -> Double? {
    if let factor = signal.unit.flatMap(SpeedUnit.metresPerSecond) { return factor }
    note(
      .contradiction,
      source.signalMark.mark,
      "signal \(signal.name) of device \(source.device) is no speed: its unit is "
        + "\(signal.unit ?? "not said"); name a signal in cm/min, m/s or another unit of speed"
    )
    return nil
  }

  private mutating func fastest(
    _ settings: ConveyorSettings,
    _ signal: Signal,
    _ factor: Double,
    _ source: SignalReference
  ) -> Double? {
    if let fastest = settings.fastest ?? signal.range.map({ $0.upperBound * factor }), fastest > 0 {
      return fastest
    }
    note(
      .missingKey,
      source.signalMark.mark,
      "\"fastest\" is missing in this conveyor, and signal \(signal.name) of device "
        + "\(source.device) has no range that would say it; add fastest: 150 cm/min"
    )
    return nil
  }

  // MARK: Signals

  private struct Found {
    let group: ScanGroup
    let index: Int
    let signal: Signal
  }

  private mutating func signal(_ reference: SignalReference) -> Found? {
    guard let device = devices.first(where: { $0.id == reference.device }) else {
      let known = settings.devices.map(\.id.text)
      // A device whose profile is wrong has its own finding.
      if !known.contains(reference.device.text) {
        note(
          .unknownName,
          reference.deviceMark.mark,
          "there is no device \"\(reference.device)\" in this file; "
            + Suggestion.text(for: reference.device.text, among: known, noun: "there are")
        )
      }
      return nil
    }
    for group in device.groups {
      if let index = group.signals.firstIndex(where: { $0.name == reference.signal }) {
        return Found(group: group, index: index, signal: group.signals[index])
      }
    }
    note(
      .unknownName,
      reference.signalMark.mark,
      "device \(device.id): profile \(device.profile.name) has no signal \"\(reference.signal)\"; "
        + Suggestion.text(
          for: reference.signal,
          among: device.groups.flatMap { $0.signals.map(\.name) },
          noun: "it has"
        )
    )
    return nil
  }

  /// Sensors must lie where lots can be followed to: between the entry and the end of the belt.
  private mutating func checkPositions(_ settings: ConveyorSettings, of station: StationID) {
    for device in devices where device.stations.contains(station) {
      let signals = device.groups.flatMap(\.signals)
      let outside = signals.first { signal in
        signal.position.map { $0 < settings.entry || $0 > settings.length } ?? false
      }
      guard let signal = outside, let position = signal.position else { continue }
      note(
        .outOfBounds,
        settings.mark.mark,
        "signal \(signal.name) of device \(device.id) is at \(position) m, and this conveyor is "
          + "followed from its entry at \(settings.entry) m to its end at \(settings.length) m; "
          + "correct the profile's \"position\", or \"entry\" and \"length\""
      )
    }
  }

  private mutating func note(_ code: FindingCode, _ mark: SourceMark, _ message: String) {
    findings.append(Finding(file: file, mark: mark, code: code, message: message))
  }
}
