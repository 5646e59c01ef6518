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
    return fields.optionalMappings("devices", noun: "device").compactMap { reader in
      let id = reader.required("id", ScalarKind<DeviceID>.identifier)
      let profile = reader.required("profile", .name)
      let busName = reader.required("bus", .name)
      let bus = busName.flatMap { self.bus($0) }
      let unit = self.unit(reader, on: bus)
      let stations = self.stations(of: reader)
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
        bus: bus.id,
        unit: unit?.value,
        stations: stations
      )
    }
  }

  private func bus(_ name: Marked<String>) -> BusSettings? {
    if !busNames.contains(name.value) { addUnknown(name, noun: "bus", known: busNames) }
    return buses.first { $0.id == name.value }
  }

  private func unit(_ reader: FieldReader, on bus: BusSettings?) -> Marked<UnitID>? {
    guard let bus else {
      _ = reader.node("unit")
      return nil
    }
    guard bus.carrier.isModbus else {
      if reader.has("unit") {
        _ = reader.node("unit")
        fields.log.add(
          .contradiction,
          at: reader.mark(of: "unit"),
          "bus \(bus.id) is a plain serial line, which has no units; remove \"unit\""
        )
      }
      return nil
    }
    guard let unit = reader.required("unit", Self.unit) else { return nil }
    if case .rtu = bus.carrier, unit.value.rawValue > 247 {
      fields.log.add(
        .outOfBounds,
        at: unit.mark,
        "\"unit\" is \(unit.value.rawValue); on a serial line write a whole number from 1 to 247"
      )
    }
    return unit
  }

  private static let unit = ScalarKind<UnitID>(
    expected: "a whole number from 1 to 247, or 255 on TCP",
    example: "1"
  ) { scalar throws(ScalarProblem) in
    let value = try ScalarKind<Int>.integer(in: 0...255).read(scalar)
    guard let unit = UnitID(UInt8(value)) else { throw .outOfBounds }
    return unit
  }

  private func stations(of reader: FieldReader) -> [StationID] {
    let kind = ScalarKind<StationID>.identifier
    let one = reader.optional("station", kind).map { [$0] }
    let several = reader.list("stations", of: kind)
    if one != nil, several != nil {
      fields.log.add(
        .contradiction,
        at: reader.mark(of: "stations"),
        "a device has \"station\" or \"stations\", not both; remove one"
      )
    }
    if !reader.has("station"), several?.isEmpty ?? true {
      reader.addMissing("station", "add the id of the station that it serves, or stations: [a, b]")
    }
    return (one ?? several ?? []).compactMap { station in
      if stations.contains(station.value) { return station.value }
      addUnknown(
        Marked(station.value.text, at: station.mark),
        noun: "station",
        known: stations.map(\.text)
      )
      return nil
    }
  }

  private func addUnknown(_ name: Marked<String>, noun: String, known: [String]) {
    fields.log.add(
      .unknownName,
      at: name.mark,
      "there is no \(noun) \"\(name.value)\" in this file; "
        + Suggestion.text(for: name.value, among: known, noun: "there are")
    )
  }
}
