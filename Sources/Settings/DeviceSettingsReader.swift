internal import MarkedYAML
internal import Telemetry

/// Reads the devices, and checks that what they name is there.
struct DeviceSettingsReader {
  let fields: FieldReader
  let stations: [StationID]
  let buses: [BusSettings]

  /// Ids of all buses, those that are wrong included: they are not reported a second time.
  let busNames: [String]

  func devices() -> [DeviceSettings] {
    var names = UniqueNames(noun: "device", log: fields.log)
    var seats = UniqueNames(noun: "unit", log: fields.log)
    var serialBuses = UniqueNames(noun: "a device on the serial bus", log: fields.log)
    return fields.mappings(AgentShape.devices).compactMap { reader in
      let id = reader.value(DeviceShape.id)
      let profile = reader.value(DeviceShape.profile)
      let busName = reader.value(DeviceShape.bus)
      let bus = busName.flatMap { self.bus($0) }
      let unit = self.unit(reader, on: bus)
      let stations = self.stations(of: reader)
      let instrument = reader.value(DeviceShape.instrument)
      let instruments = self.instruments(of: reader)
      let writes = WriteSettingsReader(fields: reader, device: id?.value, bus: bus).writes()
      reader.finish()
      if let id {
        names.take(Marked(id.value.text, at: id.mark), advice: "give each device an id of its own")
      }
      if let bus, let unit {
        seats.take(
          Marked("\(unit.value.rawValue) on bus \(bus.id)", at: unit.mark),
          advice: "give each device on a bus a unit of its own"
        )
      } else if let bus, let busName, !bus.carrier.isModbus {
        serialBuses.take(
          Marked(bus.id, at: busName.mark),
          advice: "one instrument has a line alone"
        )
      }
      guard let id, let profile, let bus, !stations.isEmpty else { return nil }
      return DeviceSettings(
        id: id.value,
        profile: profile.value,
        profileMark: profile.mark,
        bus: bus.id,
        unit: unit?.value,
        stations: stations,
        writes: writes,
        instrument: instrument?.value,
        instruments: instruments
      )
    }
  }

  private func bus(_ name: Marked<String>) -> BusSettings? {
    if !busNames.contains(name.value) { fields.log.addUnknown(name, noun: "bus", known: busNames) }
    return buses.first { $0.id == name.value }
  }

  private func unit(_ reader: FieldReader, on bus: BusSettings?) -> Marked<UnitID>? {
    let unit = reader.value(DeviceShape.unit)
    guard let bus else { return nil }
    guard bus.carrier.isModbus else {
      if reader.has("unit") {
        fields.log.add(
          .contradiction,
          at: reader.mark(of: "unit"),
          "bus \(bus.id) is a plain serial line, which has no units; remove \"unit\""
        )
      }
      return nil
    }
    guard let unit else {
      if !reader.has("unit") {
        fields.log.add(
          .missingKey,
          at: reader.mark,
          "\"unit\" is missing in this device; add \(DeviceShape.unit.kind.expected), such as unit: 1"
        )
      }
      return nil
    }
    if bus.carrier.hasLineUnits, unit.value.rawValue > 247 {
      fields.log.add(
        .outOfBounds,
        at: unit.mark,
        "\"unit\" is \(unit.value.rawValue); on a serial line write a whole number from 1 to 247"
      )
    }
    return unit
  }

  private func instruments(of reader: FieldReader) -> [InstrumentSettings] {
    var names = UniqueNames(noun: "the instrument of", log: fields.log)
    return reader.mappings(DeviceShape.instruments).compactMap { reader in
      let signal = reader.value(InstrumentShape.signal)
      let instrument = reader.value(InstrumentShape.instrument)
      reader.finish()
      guard let signal, let instrument else { return nil }
      names.take(signal, advice: "a signal comes from one instrument; remove one of the two")
      return InstrumentSettings(
        signal: signal.value,
        signalMark: signal.mark,
        instrument: instrument.value
      )
    }
  }

  private func stations(of reader: FieldReader) -> [StationID] {
    let one = reader.value(DeviceShape.station).map { [$0] }
    let several = reader.values(DeviceShape.stations)
    if several?.isEmpty == true {
      fields.log.add(
        .outOfBounds,
        at: reader.mark(of: "stations"),
        "\"stations\" is an empty list; add the ids of the stations that it serves"
      )
    }
    return (one ?? several ?? []).compactMap { station in
      if stations.contains(station.value) { return station.value }
      fields.log.addUnknown(
        Marked(station.value.text, at: station.mark),
        noun: "station",
        known: stations.map(\.text)
      )
      return nil
    }
  }
}
