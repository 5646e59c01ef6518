internal import Acquisition
internal import LotBinding
internal import MarkedYAML
internal import Profiles
internal import Settings
internal import Telemetry

extension DeviceBoard.Device {
  /// The instrument that a signal comes from: as the configuration says of the signal, or of the
  /// device where something is measured, or as the profile says; nil for none.
  func calibration(of signal: Signal) -> String? {
    if let stated = instruments[signal.name] { return stated.text }
    if let instrument, signal.isMeasured { return instrument.text }
    return signal.calibration
  }
}

extension Signal {
  /// Whether it is a quantity that was measured, not one that was set, or a state.
  fileprivate var isMeasured: Bool {
    switch role {
    case .setpoint, .state, .program: false
    case .reading: true
    case nil: unit != nil
    }
  }
}

extension PlantPlan {
  /// What lots, operators, material and instruments are judged by.
  var binding: BindingPlan {
    var plan = settings.binding
    plan.instruments = instrumentUse
    return plan
  }

  /// The stations that each instrument's readings count for.
  var instrumentUse: InstrumentUse { devices.instruments.mapValues(\.stations) }
}

extension DeviceBoard {
  /// Where an instrument is used.
  struct Use: Sendable, Hashable {
    var stations: Set<StationID> = []

    /// As `device/signal`, in the order of the configuration.
    var signals: [String] = []
  }
}

extension [DeviceBoard.Device] {
  /// The instruments that their signals come from.
  var instruments: [Label: DeviceBoard.Use] {
    var uses: [Label: DeviceBoard.Use] = [:]
    for device in self {
      for signal in device.groups.flatMap(\.signals) {
        guard let name = device.calibration(of: signal).flatMap({ try? Label($0) }) else {
          continue
        }
        uses[name, default: DeviceBoard.Use()].stations.formUnion(device.stations)
        uses[name, default: DeviceBoard.Use()].signals.append("\(device.id)/\(signal.name)")
      }
    }
    return uses
  }
}

/// What is wrong with the instruments of a device, which its profile alone can tell.
enum InstrumentCheck {
  static func findings(
    _ device: DeviceSettings,
    _ profile: DeviceProfile,
    file: String
  ) -> [Finding] {
    device.instruments.filter { !profile.signalNames.contains($0.signal) }.map { instrument in
      let advice = Suggestion.text(
        for: instrument.signal,
        among: profile.signalNames,
        noun: "it has these"
      )
      return Finding(
        file: file,
        mark: instrument.signalMark,
        code: .unknownName,
        message: "device \(device.id): profile \(profile.name) has no signal "
          + "\"\(instrument.signal)\"; \(advice)"
      )
    }
  }
}
