internal import MarkedYAML
internal import Telemetry

/// Reads which signals of a device may be written: the one place where a ``WritePermit`` is made.
///
/// Whether the device's profile has such a signal, and what it can hold, is checked where the
/// profile is read.
struct WriteSettingsReader {
  /// The device's mapping.
  let fields: FieldReader
  let device: DeviceID?
  let bus: BusSettings?

  func writes() -> [WriteSettings] {
    var names = UniqueNames(noun: "the permit for", log: fields.log)
    let writes = fields.mappings(DeviceShape.writes).compactMap { reader -> WriteSettings? in
      let signal = reader.value(WriteShape.signal)
      let reason = reader.value(WriteShape.reason)
      let range = reader.range(WriteShape.range)
      let isMultiple = reader.value(WriteShape.multiple)
      reader.finish()
      if let signal {
        names.take(signal, advice: "a signal is permitted once; remove one of the two")
      }
      guard let device, let signal, let reason else { return nil }
      return WriteSettings(
        permit: WritePermit(
          device: device,
          signal: signal.value,
          reason: reason.value,
          range: range,
          isMultiple: isMultiple?.value ?? false
        ),
        signalMark: signal.mark,
        rangeMark: reader.has("range") ? reader.mark(of: "range") : signal.mark
      )
    }
    if let bus, !bus.carrier.isModbus, fields.has("writes") {
      fields.log.add(
        .contradiction,
        at: fields.mark(of: "writes"),
        "bus \(bus.id) is a plain serial line, and only Modbus devices can be written; "
          + "remove \"writes\""
      )
    }
    return writes
  }
}
