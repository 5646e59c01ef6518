package import Telemetry

/// A bus as one text, as a command line takes it:
/// `tcp://10.0.0.7:502`, `rtu-over-tcp://10.0.0.8:4001?baud=9600`,
/// `rtu:/dev/ttyUSB0?baud=19200&parity=even`, `serial:/dev/ttyS0?baud=9600`.
package enum TrialBusText {
  /// - Throws: ``TrialBusError``.
  package static func carrier(_ text: String) throws(TrialBusError) -> BusCarrier {
    if text.hasPrefix("tcp:") {
      let rest = text.dropFirst("tcp:".count)
      return .tcp(try endpoint(String(rest.hasPrefix("//") ? rest.dropFirst(2) : rest)))
    }
    if text.hasPrefix("rtu-over-tcp:") {
      return .rtuOverTCP(try deviceServer(text.dropFirst("rtu-over-tcp:".count)))
    }
    if text.hasPrefix("rtu:") { return .rtu(try line(text.dropFirst("rtu:".count), rtu: true)) }
    if text.hasPrefix("serial:") {
      return .serial(try line(text.dropFirst("serial:".count), rtu: false))
    }
    throw .unknownKind(text)
  }

  /// A host and a port.
  ///
  /// - Throws: ``TrialBusError``.
  package static func endpoint(_ text: String) throws(TrialBusError) -> Endpoint {
    guard let colon = text.lastIndex(of: ":"), colon != text.startIndex,
      let port = Int(text[text.index(after: colon)...]), (1...65_535).contains(port)
    else { throw .badEndpoint(text) }
    let host = text[..<colon]
    let isBracketed = host.hasPrefix("[") && host.hasSuffix("]")
    guard isBracketed || !host.contains(":"), !host.contains("/") else { throw .badEndpoint(text) }
    return Endpoint(host: String(isBracketed ? host.dropFirst().dropLast() : host), port: port)
  }

  private static let keys = ["baud", "parity", "data_bits", "stop_bits", "rs485"]
  private static let rtuKeys = keys + ["echo"]

  /// `//10.0.0.8:4001?baud=9600`, of which the speed may be left out.
  private static func deviceServer(_ text: Substring) throws(TrialBusError) -> DeviceServer {
    let rest = text.hasPrefix("//") ? text.dropFirst(2) : text
    let parts = rest.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
    let endpoint = try endpoint(String(parts[0]))
    guard parts.count == 2 else { return DeviceServer(endpoint) }
    guard parts[1].hasPrefix("baud=") else { throw .unknownOption(String(parts[1])) }
    let speed = parts[1].dropFirst("baud=".count)
    guard let baud = Int(speed), (300...921_600).contains(baud) else {
      throw .badOption("baud", String(speed), "19200")
    }
    return DeviceServer(endpoint, baud: baud)
  }

  /// A line; what the text leaves open is as a Modbus device has it by default, 19200 8E1, or as an
  /// instrument has it, 9600 8N1.
  private static func line(_ text: Substring, rtu: Bool) throws(TrialBusError) -> SerialLine {
    let parts = text.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
    guard !parts[0].isEmpty else { throw .noPort }
    var options: [String: String] = [:]
    for option in (parts.count == 2 ? parts[1] : "").split(separator: "&") {
      let sides = option.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      let key = String(sides[0])
      guard (rtu ? Self.rtuKeys : Self.keys).contains(key), sides.count == 2 else {
        throw .unknownOption(String(option))
      }
      options[key] = String(sides[1])
    }
    func number(
      _ key: String,
      in bounds: ClosedRange<Int>,
      such example: String
    ) throws(TrialBusError) -> Int? {
      guard let text = options[key] else { return nil }
      guard let number = Int(text), bounds.contains(number) else {
        throw .badOption(key, text, example)
      }
      return number
    }
    func flag(_ key: String) throws(TrialBusError) -> Bool {
      guard let text = options[key] else { return false }
      guard let flag = Bool(text) else { throw .badOption(key, text, "true or false") }
      return flag
    }
    let word = options["parity"] ?? (rtu ? "even" : "none")
    guard let parity = SerialLine.Parity(rawValue: word) else {
      throw .badOption("parity", word, "none, even or odd")
    }
    return SerialLine(
      port: String(parts[0]),
      baud: try number("baud", in: 300...921_600, such: "19200") ?? (rtu ? 19_200 : 9_600),
      parity: parity,
      dataBits: try number("data_bits", in: 7...8, such: "8 or 7") ?? 8,
      stopBits: try number("stop_bits", in: 1...2, such: "1 or 2") ?? 1,
      direction: try flag("rs485") ? DirectionControl() : nil,
      echoes: try flag("echo")
    )
  }
}

extension BusCarrier {
  /// The bus in the words of a report: `tcp 10.0.0.7:502`, `rtu /dev/ttyUSB0, 19200 8E1`.
  package var words: String {
    switch self {
    case .tcp(let endpoint): "tcp \(endpoint)"
    case .tls(let server): "tls \(server.endpoint)"
    case .rtuOverTCP(let server):
      "rtu over tcp \(server.endpoint)" + (server.baud.map { ", \($0) baud" } ?? "")
    case .rtu(let line): "rtu \(line.port), \(line.settingsText)"
    case .serial(let line): "serial \(line.port), \(line.settingsText)"
    }
  }
}

/// Why a text names no bus.
package enum TrialBusError: Error, Sendable, Hashable, CustomStringConvertible {
  case unknownKind(String)
  case badEndpoint(String)
  case noPort
  case unknownOption(String)
  case badOption(String, String, String)

  package var description: String {
    switch self {
    case .unknownKind(let text):
      "'\(text)' names no bus: write tcp://HOST:PORT, rtu-over-tcp://HOST:PORT, "
        + "rtu:PATH?baud=19200&parity=even or serial:PATH?baud=9600"
    case .badEndpoint(let text):
      "'\(text)' is no address: write HOST:PORT, such as 192.168.10.21:502 or [::1]:502"
    case .noPort: "the serial port is missing: write its path, such as rtu:/dev/ttyUSB0"
    case .unknownOption(let text):
      "'\(text)' is no setting of a line: there are baud, parity, data_bits, stop_bits, rs485 and, "
        + "on rtu, echo, such as baud=19200"
    case .badOption(let key, let text, let example): "\(key) is '\(text)': write \(example)"
    }
  }
}
