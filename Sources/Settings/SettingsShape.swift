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
