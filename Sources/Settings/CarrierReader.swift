internal import MarkedYAML
internal import Telemetry

/// Reads how a bus is reached.
struct CarrierReader {
  let fields: FieldReader
  let paths: PathResolver

  /// Today, by which certificates are judged.
  let now: Instant

  func carrier() -> Marked<BusCarrier>? {
    let endpoint = fields.value(BusShape.tcp)
    let secure = fields.mapping(BusShape.tls).flatMap {
      CredentialReader(fields: $0, paths: paths, now: now).endpoint()
    }
    let server = deviceServer()
    let rtu = fields.mapping(BusShape.rtu).flatMap {
      line($0, defaults: SerialLine(port: "/dev/null"), isRTU: true)
    }
    let serial = fields.mapping(BusShape.serial).flatMap {
      line($0, defaults: SerialLine(port: "/dev/null", baud: 9_600, parity: .none), isRTU: false)
    }
    guard BusShape.carriers.filter(fields.has).count == 1 else { return nil }
    if let endpoint { return Marked(.tcp(endpoint.value), at: endpoint.mark) }
    if let secure { return Marked(.tls(secure.value), at: secure.mark) }
    if let server { return Marked(.rtuOverTCP(server.value), at: server.mark) }
    if let rtu { return Marked(.rtu(rtu.value), at: rtu.mark) }
    return serial.map { Marked(.serial($0.value), at: $0.mark) }
  }

  private func deviceServer() -> Marked<DeviceServer>? {
    let (endpoint, mapping) = fields.valueOrMapping(
      BusShape.rtuOverTCP,
      as: DeviceServerShape.address.kind
    )
    guard let mapping else {
      return endpoint.map { Marked(DeviceServer($0.value), at: $0.mark) }
    }
    let address = mapping.value(DeviceServerShape.address)
    let baud = mapping.value(DeviceServerShape.baud)
    mapping.finish()
    return address.map { Marked(DeviceServer($0.value, baud: baud?.value), at: $0.mark) }
  }

  private func line(
    _ reader: FieldReader,
    defaults: SerialLine,
    isRTU: Bool
  ) -> Marked<SerialLine>? {
    let port = reader.value(LineShape.port)
    let baud = reader.value(LineShape.baud(default: "\(defaults.baud)"))
    let parity = reader.value(LineShape.parity(default: defaults.parity.rawValue))
    let dataBits = reader.value(LineShape.dataBits)
    let stopBits = reader.value(LineShape.stopBits)
    let direction = direction(reader)
    let gap = isRTU ? reader.value(LineShape.frameGap) : nil
    let echoes = isRTU ? reader.value(LineShape.echo) : nil
    reader.finish()
    guard let port else { return nil }
    let line = SerialLine(
      port: paths.absolute(port.value),
      baud: baud?.value ?? defaults.baud,
      parity: parity?.value ?? defaults.parity,
      dataBits: dataBits?.value ?? defaults.dataBits,
      stopBits: stopBits?.value ?? defaults.stopBits,
      direction: direction,
      wantedGap: gap?.value,
      echoes: echoes?.value ?? false
    )
    if let gap, gap.value < line.frameGap {
      reader.log.add(
        .outOfBounds,
        at: gap.mark,
        "\"frame_gap\" is less than the standard's silence of \(line.frameGap.inTenths) at "
          + "\(line.baud) baud, which is kept anyway; write more, or remove it"
      )
    }
    return Marked(line, at: port.mark)
  }

  /// Reads how an RS-485 line is switched; nil where it is not.
  private func direction(_ reader: FieldReader) -> DirectionControl? {
    let isOn = reader.value(LineShape.rs485)
    let level = reader.value(LineShape.rtsOnSend)
    let delay = reader.value(LineShape.rs485Delay)
    let delayAfter = reader.value(LineShape.rs485DelayAfter)
    guard isOn?.value == true else { return nil }
    return DirectionControl(
      whileSending: level?.value ?? .high,
      delayBefore: delay?.value ?? .zero,
      delayAfter: delayAfter?.value ?? delay?.value ?? .zero
    )
  }
}

extension Duration {
  /// `4.0 ms`.
  fileprivate var inTenths: String {
    let tenths = (wholeMicroseconds + 99) / 100
    return "\(tenths / 10).\(tenths % 10) ms"
  }
}

extension BusCarrier {
  /// What two buses cannot share.
  package var line: String {
    switch self {
    case .tcp(let endpoint): endpoint.description
    case .tls(let server): server.endpoint.description
    case .rtuOverTCP(let server): server.endpoint.description
    case .rtu(let line), .serial(let line): line.port
    }
  }

  /// Whether devices on it are asked by unit.
  var isModbus: Bool {
    if case .serial = self { return false }
    return true
  }

  /// Whether its units are those of a serial line, 1 to 247.
  var hasLineUnits: Bool {
    switch self {
    case .rtu, .rtuOverTCP: true
    case .tcp, .tls, .serial: false
    }
  }
}
