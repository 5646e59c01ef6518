internal import MarkedYAML
internal import Telemetry

/// Reads how a bus is reached.
struct CarrierReader {
  let fields: FieldReader
  let paths: PathResolver

  func carrier() -> Marked<BusCarrier>? {
    let endpoint = fields.value(BusShape.tcp)
    let rtu = fields.mapping(BusShape.rtu).flatMap {
      line($0, defaults: SerialLine(port: "/dev/null"))
    }
    let serial = fields.mapping(BusShape.serial).flatMap {
      line($0, defaults: SerialLine(port: "/dev/null", baud: 9_600, parity: .none))
    }
    guard ["tcp", "rtu", "serial"].filter(fields.has).count == 1 else { return nil }
    if let endpoint { return Marked(.tcp(endpoint.value), at: endpoint.mark) }
    if let rtu { return Marked(.rtu(rtu.value), at: rtu.mark) }
    return serial.map { Marked(.serial($0.value), at: $0.mark) }
  }

  private func line(_ reader: FieldReader, defaults: SerialLine) -> Marked<SerialLine>? {
    let port = reader.value(LineShape.port)
    let baud = reader.value(LineShape.baud(default: "\(defaults.baud)"))
    let parity = reader.value(LineShape.parity(default: defaults.parity.rawValue))
    let dataBits = reader.value(LineShape.dataBits)
    let stopBits = reader.value(LineShape.stopBits)
    reader.finish()
    return port.map {
      Marked(
        SerialLine(
          port: paths.absolute($0.value),
          baud: baud?.value ?? defaults.baud,
          parity: parity?.value ?? defaults.parity,
          dataBits: dataBits?.value ?? defaults.dataBits,
          stopBits: stopBits?.value ?? defaults.stopBits
        ),
        at: $0.mark
      )
    }
  }
}

extension BusCarrier {
  /// What two buses cannot share.
  package var line: String {
    switch self {
    case .tcp(let endpoint): endpoint.description
    case .rtu(let line), .serial(let line): line.port
    }
  }

  /// Whether devices on it are asked by unit.
  var isModbus: Bool {
    if case .serial = self { return false }
    return true
  }
}
