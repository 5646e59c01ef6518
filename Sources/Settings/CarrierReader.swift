internal import MarkedYAML
internal import Telemetry

/// Reads how a bus is reached.
struct CarrierReader {
  let fields: FieldReader
  let paths: PathResolver

  func carrier() -> Marked<BusSettings.Carrier>? {
    let stated = ["tcp", "rtu", "serial"].filter(fields.has)
    let endpoint = fields.optional("tcp", ScalarKind<Endpoint>.endpoint)
    let rtu = fields.mapping("rtu", noun: "serial line").flatMap {
      line($0, defaults: SerialLine(port: "/dev/null"))
    }
    // Instruments with a text protocol are 9600 8N1 far more often than anything else.
    let serial = fields.mapping("serial", noun: "serial line").flatMap {
      line($0, defaults: SerialLine(port: "/dev/null", baud: 9_600, parity: .none))
    }
    guard stated.count == 1 else {
      addWrongChoice(stated)
      return nil
    }
    if let endpoint { return Marked(.tcp(endpoint.value), at: endpoint.mark) }
    if let rtu { return Marked(.rtu(rtu.value), at: rtu.mark) }
    return serial.map { Marked(.serial($0.value), at: $0.mark) }
  }

  private func addWrongChoice(_ stated: [String]) {
    guard let last = stated.last else {
      return fields.addMissing(
        "tcp",
        "add tcp: host:port, rtu: {port: …}, or serial: {port: …}"
      )
    }
    fields.log.add(
      .contradiction,
      at: fields.mark(of: last),
      "a bus is one line, and this one is \(stated.joined(separator: " and ")); keep one of them"
    )
  }

  private func line(_ reader: FieldReader, defaults: SerialLine) -> Marked<SerialLine>? {
    let port = reader.required("port", .path)
    let baud = reader.optional("baud", Self.baud)
    let parity = reader.optional("parity", ScalarKind<SerialLine.Parity>.choice("parities"))
    let dataBits = reader.optional("data_bits", .integer(in: 7...8, example: 8))
    let stopBits = reader.optional("stop_bits", .integer(in: 1...2))
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

  private static let bauds = [
    300, 600, 1_200, 2_400, 4_800, 9_600, 14_400, 19_200, 28_800, 38_400, 57_600, 76_800, 115_200,
    230_400, 460_800, 921_600,
  ]

  private static let baud = ScalarKind<Int>(
    expected: "a baud rate from 300 to 921600",
    example: "19200"
  ) { scalar throws(ScalarProblem) in
    let value = try ScalarKind<Int>.integer(in: 1...10_000_000).read(scalar)
    guard bauds.contains(value) else { throw .outOfBounds }
    return value
  }
}

extension BusSettings.Carrier {
  /// What two buses cannot share.
  var line: String {
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
