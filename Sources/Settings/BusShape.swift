internal import MarkedYAML
internal import Telemetry

enum BusShape {
  static let id = Key("id", .name, "What devices call it")
  static let tcp = Key(
    "tcp",
    .endpoint(such: Endpoint(host: "192.168.10.21", port: 502)),
    "Modbus TCP: host and port"
  )
  static let tls = Section(
    "tls",
    SecureShape.shape,
    "Modbus/TCP Security: Modbus TCP over TLS, with certificates on both sides"
  )
  static let rtuOverTCP = Section(
    "rtu_over_tcp",
    DeviceServerShape.shape,
    "Modbus RTU on a line behind a serial device server: its host and port"
  )
  static let rtu = Section("rtu", LineShape.rtu, "Modbus RTU on a serial port")
  static let serial = Section("serial", LineShape.serial, "A serial port with an instrument")
  static let timeout = Key(
    "timeout",
    .duration(in: .milliseconds(10)...(.seconds(60))),
    "Longest wait for a reply",
    default: "1s"
  )
  static let silentShare = Key(
    "silent_share",
    .percent(in: 1...50, example: 5),
    "Most of the bus's time that devices without an answer take together",
    default: "5%"
  )
  static let shape = Shape(
    "bus",
    [
      id.required, tcp.optional, tls.optional,
      rtuOverTCP.either(DeviceServerShape.address.kind.form, isRequired: false), rtu.optional,
      serial.optional, timeout.optional, silentShare.optional,
    ],
    rules: [
      .exactlyOne(
        carriers,
        missing: "add tcp: host:port, tls: {…}, rtu_over_tcp: host:port, rtu: {port: …}, or "
          + "serial: {port: …}",
        several: "a bus is one line; keep one of tcp, tls, rtu_over_tcp, rtu and serial"
      )
    ]
  )
  static let carriers = ["tcp", "tls", "rtu_over_tcp", "rtu", "serial"]
}

enum SecureShape {
  static let address = Key(
    "address",
    .address(usualPort: SecureEndpoint.usualPort),
    "The device: host, and port where it is not 802"
  )
  static let certificate = Key(
    "certificate",
    .path.suchAs("/etc/lotline/agent.pem"),
    "This box's certificate, PEM; those of the authorities between it and the root may follow"
  )
  static let key = Key(
    "key",
    .path.suchAs("/etc/lotline/agent.key"),
    "The certificate's private key, PEM, which only the agent may read"
  )
  static let trust = Key(
    "trust",
    .path.suchAs("/etc/lotline/authority.pem"),
    "The authorities whose certificates are taken from the device, PEM"
  )
  static let serverName = Key(
    "server_name",
    .text.suchAs("oven.plant"),
    "The name in the device's certificate, where it is not the host of address"
  )
  static let shape = Shape(
    "tls section",
    [
      address.required, certificate.required, key.required, trust.required, serverName.optional,
    ]
  )
}

enum DeviceServerShape {
  static let address = Key(
    "address",
    .endpoint(such: Endpoint(host: "192.168.10.22", port: 4_001)),
    "The device server: host and port"
  )
  static let baud = Key(
    "baud",
    LineShape.baudKind,
    "Bits per second on the line behind it; then the timeout is beside the time on the line"
  )
  static let shape = Shape("device server", [address.required, baud.optional])
}

enum LineShape {
  static let port = Key(
    "port",
    .path.suchAs("/dev/serial/by-id/…"),
    "The device file; the lasting name under /dev/serial/by-id is best"
  )
  static let dataBits = Key("data_bits", .integer(in: 7...8, example: 8), "Data bits", default: "8")
  static let stopBits = Key("stop_bits", .integer(in: 1...2), "Stop bits", default: "1")
  static let parityKind = ScalarKind<SerialLine.Parity>.choice("parities")

  static let rs485 = Key(
    "rs485",
    .bool,
    "Whether the kernel switches the direction of an RS-485 line with RTS; most USB adapters switch "
      + "by themselves",
    default: "false"
  )
  static let rtsOnSend = Key(
    "rts_on_send",
    ScalarKind<DirectionControl.Level>.choice("levels"),
    "The level of RTS while the port sends",
    default: "high"
  )
  static let rs485Delay = Key(
    "rs485_delay",
    delay,
    "From switching to sending until the first bit, and from the last bit until switching back",
    default: "0ms"
  )
  static let rs485DelayAfter = Key(
    "rs485_delay_after",
    delay,
    "From the last bit until switching back, where that is not rs485_delay, too"
  )
  static let frameGap = Key(
    "frame_gap",
    .duration(in: .milliseconds(1)...(.seconds(1))).suchAs("10ms"),
    "Silence before each request, for devices that need more than the standard's"
  )
  static let echo = Key(
    "echo",
    .bool,
    "Whether the adapter gives back what it sends, as some two-wire adapters do",
    default: "false"
  )

  static let rtu = shape(baud: "19200", parity: "even", own: [frameGap.optional, echo.optional])

  /// Instruments with a text protocol are 9600 8N1 far more often than anything else.
  static let serial = shape(baud: "9600", parity: "none", own: [])

  static func baud(default fallback: String) -> Key<Int> {
    Key("baud", baudKind, "Bits per second", default: fallback)
  }

  static func parity(default fallback: String) -> Key<SerialLine.Parity> {
    Key("parity", parityKind, "Parity", default: fallback)
  }

  private static func shape(baud: String, parity: String, own: [Field]) -> Shape {
    Shape(
      "serial line",
      [
        port.required, Self.baud(default: baud).optional, Self.parity(default: parity).optional,
        dataBits.optional, stopBits.optional, rs485.optional, rtsOnSend.optional,
        rs485Delay.optional, rs485DelayAfter.optional,
      ] + own,
      rules: [rtsOnSend.name, rs485Delay.name, rs485DelayAfter.name].map {
        .together($0, [rs485.name])
      }
    )
  }

  /// The kernel counts in whole milliseconds, and Linux drivers take 100 at most.
  private static let delay = ScalarKind<Duration>(
    expected: "whole milliseconds from 0ms to 100ms",
    example: "1ms",
    schema: ["type": "string", "pattern": "^(0|[1-9][0-9]?|100)ms$"]
  ) { scalar throws(ScalarProblem) in
    let value = try ScalarKind<Duration>.duration(in: .zero...(.seconds(1))).read(scalar)
    guard value <= .milliseconds(100), value.wholeMicroseconds % 1_000 == 0,
      scalar.text.hasSuffix("ms"), !scalar.text.contains(".")
    else { throw .outOfBounds }
    return value
  }

  private static let bauds = [
    300, 600, 1_200, 2_400, 4_800, 9_600, 14_400, 19_200, 28_800, 38_400, 57_600, 76_800, 115_200,
    230_400, 460_800, 921_600,
  ]

  static let baudKind = ScalarKind<Int>(
    expected: "a baud rate from 300 to 921600",
    example: "19200",
    schema: ["enum": .array(bauds.map { .integer($0) })]
  ) { scalar throws(ScalarProblem) in
    let value = try ScalarKind<Int>.integer(in: 1...10_000_000).read(scalar)
    guard bauds.contains(value) else { throw .outOfBounds }
    return value
  }
}
