internal import Acquisition
internal import Fieldbus
internal import MarkedYAML
internal import Profiles
internal import Settings
internal import StationAPI
internal import Telemetry

/// A signal that the configuration permits to be written, and the way to it.
struct WriteTarget: Sendable {
  let settings: DeviceSettings
  let device: DeviceBoard.Device
  let group: ScanGroupID

  /// Rest that the device wants between a reply and the next request.
  let pause: Duration
  let signal: ModbusSignal
  let permit: WritePermit
  let unit: UnitID
  let bus: PlannedBus
}

extension PlantPlan {
  /// What a command to write means by its device and signal.
  ///
  /// - Throws: `Problem` when there is no such device or signal, or when it may not be written.
  func writeTarget(_ id: DeviceID, signal name: String) throws(Problem) -> WriteTarget {
    guard let index = devices.firstIndex(where: { $0.id == id }) else {
      throw .unknownDevice(id, known: devices.map(\.id.text))
    }
    let (settings, device) = (settings.devices[index], devices[index])
    guard device.profile.signalNames.contains(name) else {
      throw .unknownSignal(name, of: device)
    }
    guard case .modbus(let access) = device.profile.access, let unit = settings.unit,
      let group = access.groups.first(where: { $0.signals.contains { $0.signal.name == name } }),
      let signal = group.signals.first(where: { $0.signal.name == name }),
      let bus = buses.first(where: { $0.id == settings.bus })
    else {
      throw .notWritable(name, of: id, "is of an instrument that is not on Modbus")
    }
    if let objection = signal.objectionToWriting { throw .notWritable(name, of: id, objection) }
    guard let permit = settings.writes.first(where: { $0.permit.signal == name })?.permit else {
      throw .notPermitted(name, of: id, in: path)
    }
    return WriteTarget(
      settings: settings,
      device: device,
      group: ScanGroupID(device: id, group: group.name),
      pause: group.limits.pause,
      signal: signal,
      permit: permit,
      unit: unit,
      bus: bus
    )
  }
}

/// What is wrong with the permits of a device, which its profile alone can tell.
enum WriteCheck {
  static func findings(
    _ device: DeviceSettings,
    _ profile: DeviceProfile,
    file: String
  ) -> [Finding] {
    guard case .modbus(let access) = profile.access else { return [] }
    let signals = access.groups.flatMap(\.signals)
    return device.writes.compactMap { write in
      let name = write.permit.signal
      guard let signal = signals.first(where: { $0.signal.name == name }) else {
        let advice = Suggestion.text(
          for: name,
          among: signals.filter { $0.objectionToWriting == nil }.map(\.signal.name),
          noun: "it has these that can be written"
        )
        return Finding(
          file: file,
          mark: write.signalMark,
          code: .unknownName,
          message:
            "device \(device.id): profile \(profile.name) has no signal \"\(name)\"; \(advice)"
        )
      }
      let objection: (mark: SourceMark, text: String)? =
        if let text = signal.objectionToWriting { (write.signalMark, text) } else {
          write.permit.range.flatMap { signal.objection(toRange: $0) }
            .map { (write.rangeMark, $0 + "; correct \"range\", or remove it") }
        }
      return objection.map { mark, text in
        Finding(
          file: file,
          mark: mark,
          code: .contradiction,
          message: "device \(device.id): signal \(name) cannot be written so: it \(text)"
        )
      }
    }
  }
}
