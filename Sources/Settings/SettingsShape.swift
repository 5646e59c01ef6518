internal import MarkedYAML
internal import Telemetry

/// `agent.yaml`: the table that it is checked by and that its schema is made from.
enum AgentShape {
  static let agent = Key(
    "agent",
    ScalarKind<AgentID>.identifier,
    "The name of this box; part of every record, so give each box its own and never change it"
  )
  static let site = Key("site", ScalarKind<Label>.label, "The plant, in the plant's words")
  static let stations = Section("stations", StationShape.shape, "Where product is made")
  static let buses = Section("buses", BusShape.shape, "The lines to the devices")
  static let devices = Section("devices", DeviceShape.shape, "What is read")
  static let profiles = Key("profiles", .path, "The folder with device profiles")
  static let journal = Section(
    "journal",
    JournalShape.shape,
    "The record of everything",
    advice: "add journal: {path: /var/lib/lotline/journal.sqlite}"
  )
  static let uplinks = Section("uplinks", UplinkShape.shape, "Hubs that the journal is sent to")
  static let api = Key(
    "api",
    .endpoint(such: Endpoint(host: "127.0.0.1", port: 8_470)),
    "Where the page and the commands reach this box; on this machine only",
    default: "127.0.0.1:8470"
  )
  static let shape = Shape(
    "agent configuration",
    [
      agent.required, site.required, stations.requiredList, buses.optionalList,
      devices.optionalList, profiles.required, journal.required, uplinks.optionalList,
      api.optional,
    ]
  )
}

enum StationShape {
  static let id = Key("id", ScalarKind<StationID>.identifier, "What people call it in commands")
  static let title = Key("title", .text, "What the page calls it")
  static let shape = Shape("station", [id.required, title.optional])
}

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

enum DeviceShape {
  static let id = Key("id", ScalarKind<DeviceID>.identifier, "The device's name in records")
  static let profile = Key("profile", .name.suchAs("reflow-oven-10-zone"), "Its profile")
  static let bus = Key("bus", .name, "The bus that it is on")
  static let unit = Key(
    "unit",
    ScalarKind<UnitID>(
      expected: "a whole number from 1 to 247, or 255 on TCP",
      example: "1",
      schema: ["anyOf": [["type": "integer", "minimum": 1, "maximum": 247], ["const": 255]]]
    ) { scalar throws(ScalarProblem) in
      let value = try ScalarKind<Int>.integer(in: 0...255).read(scalar)
      guard let unit = UnitID(UInt8(value)) else { throw .outOfBounds }
      return unit
    },
    "Its unit identifier on a Modbus bus"
  )
  static let station = Key(
    "station",
    ScalarKind<StationID>.identifier,
    "The station that it serves"
  )
  static let stations = Key(
    "stations",
    ScalarKind<StationID>.identifier,
    "The stations that it serves, where there are several"
  )
  static let writes = Section(
    "writes",
    WriteShape.shape,
    "The signals that may be written; all others cannot be"
  )
  static let shape = Shape(
    "device",
    [
      id.required, profile.required, bus.required, unit.optional, station.optional,
      stations.list(), writes.optionalList,
    ],
    rules: [
      .exactlyOne(
        ["station", "stations"],
        missing: "add the id of the station that it serves, or stations: [a, b]",
        several: "a device has \"station\" or \"stations\", not both; remove one"
      )
    ]
  )
}

/// A signal that may be written.
enum WriteShape {
  static let signal = Key(
    "signal",
    ScalarKind<String>.text.suchAs("zone1.setpoint"),
    "The signal, as the device's profile names it"
  )
  static let reason = Key(
    "reason",
    ScalarKind<Label>.label.suchAs("recipe change"),
    "Why it may be written; it is recorded with each write"
  )
  static let range = Key(
    "range",
    .decimal.suchAs("[20, 300]"),
    "The values that may be written, in the signal's unit"
  )
  static let multiple = Key(
    "multiple",
    .bool,
    "Whether one address, too, is written by function 15 or 16",
    default: "false"
  )
  static let shape = Shape(
    "permit",
    [signal.required, reason.required, range.list(count: 2), multiple.optional]
  )
}

enum JournalShape {
  static let path = Key("path", .path.suchAs("/var/lib/lotline/journal.sqlite"), "The file")
  static let commitInterval = Key(
    "commit_interval",
    .duration(in: .milliseconds(10)...(.seconds(10))),
    "Longest time that a frame waits for its commit",
    default: "200ms"
  )
  static let shape = Shape("journal section", [path.required, commitInterval.optional])
}

enum UplinkShape {
  static let id = Key("id", .name, "What status and log call it")
  static let url = Key("url", .hubAddress, "The hub's address")
  static let batchRecords = Key(
    "batch_records",
    .integer(in: 1...10_000, example: 1_000),
    "Most records in one batch",
    default: "1000"
  )
  static let shape = Shape("uplink", [id.required, url.required, batchRecords.optional])
}

/// `hub.yaml`.
enum HubShape {
  static let listen = Key(
    "listen",
    .endpoint(such: Endpoint(host: "192.168.10.5", port: 8_480)),
    "Where agents and people reach the hub"
  )
  static let database = Key(
    "database",
    .path.suchAs("/var/lib/lotline-hub/hub.sqlite"),
    "All that the hub keeps, in one file"
  )
  static let shape = Shape("hub configuration", [listen.required, database.required])
}

extension ScalarKind where Value == String {
  /// A file or folder.
  static let path = ScalarKind(
    expected: "a path, from / or from this file's folder",
    example: "/var/lib/lotline",
    schema: text.schema,
    read: text.read
  )
}
