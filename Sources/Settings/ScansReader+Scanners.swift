internal import MarkedYAML
internal import Scans
internal import Telemetry

extension ScansReader {
  /// The barcode readers on serial ports.
  func scanners() -> [ScannerSettings] {
    var names = UniqueNames(noun: "scanner", log: fields.log)
    var ports = UniqueNames(noun: "port", log: fields.log)
    return fields.mappings(AgentShape.scanners).compactMap { reader in
      let id = reader.value(ScannerShape.id)
      let line = line(reader)
      let station = reader.value(ScannerShape.station).flatMap(known)
      let lane = reader.value(ScannerShape.lane).flatMap { known($0, of: station) }
      let end = reader.value(ScannerShape.end)
      reader.finish()
      guard let id, let line, let station else { return nil }
      names.take(id, advice: "give each scanner an id of its own")
      ports.take(Marked(line.value.port, at: line.mark), advice: "a scanner has a port alone")
      if let bus = buses.first(where: { $0.carrier.line == line.value.port }) {
        fields.log.add(
          .contradiction,
          at: line.mark,
          "port \(line.value.port) is that of bus \(bus.id); a scanner has a port alone"
        )
      }
      return ScannerSettings(
        id: id.value,
        line: line.value,
        station: station,
        lane: lane,
        end: end?.value ?? .cr
      )
    }
  }

  private func known(_ lane: Marked<LaneID>, of station: StationID?) -> LaneID? {
    guard let station else { return nil }
    let known = lanes[station] ?? []
    if known.contains(lane.value) { return lane.value }
    fields.log.add(
      .unknownName,
      at: lane.mark,
      known.isEmpty
        ? "station \(station) has no lanes; leave \"lane\" out, or give the station lanes"
        : "station \(station) has no lane \"\(lane.value)\"; "
          + Suggestion.text(for: lane.value.text, among: known.map(\.text), noun: "it has")
    )
    return nil
  }

  private func line(_ reader: FieldReader) -> Marked<SerialLine>? {
    let port = reader.value(LineShape.port)
    let baud = reader.value(ScannerShape.baud)
    let parity = reader.value(ScannerShape.parity)
    let dataBits = reader.value(LineShape.dataBits)
    let stopBits = reader.value(LineShape.stopBits)
    return port.map {
      Marked(
        SerialLine(
          port: paths.absolute($0.value),
          baud: baud?.value ?? 9_600,
          parity: parity?.value ?? .none,
          dataBits: dataBits?.value ?? 8,
          stopBits: stopBits?.value ?? 1
        ),
        at: $0.mark
      )
    }
  }
}
