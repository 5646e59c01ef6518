internal import LotBinding
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
  static let rules = Section(
    "rules",
    RulesShape.shape,
    "What happens in doubtful cases: allow, warn or refuse"
  )
  static let scans = Section("scans", ScansShape.shape, "What codes are")
  static let operators = Section(
    "operators",
    OperatorsShape.shape,
    "When operators are signed off who do not do so themselves"
  )
  static let shifts = Section("shifts", ShiftShape.shape, "The plant's shifts, in local time")
  static let scanners = Section(
    "scanners",
    ScannerShape.shape,
    "Barcode readers on serial ports"
  )
  static let lists = Section("lists", ListShape.shape, "From where the plant's lists are taken")
  static let interlock = Section(
    "interlock",
    InterlockShape.shape,
    "What says, outside of Lotline, whether stations may run"
  )
  static let shape = Shape(
    "agent configuration",
    [
      agent.required, site.required, stations.requiredList, buses.optionalList,
      devices.optionalList, profiles.required, journal.required, uplinks.optionalList,
      api.optional, rules.optional, operators.optional, shifts.optionalList, scans.optional,
      scanners.optionalList, lists.optional, interlock.optionalList,
    ]
  )
}

/// What happens in doubtful cases.
enum RulesShape {
  static func key(_ rule: BindingRule) -> Key<BindingRules.Verdict> {
    Key(
      rule.rawValue,
      ScalarKind<BindingRules.Verdict>.choice("verdicts"),
      rule.summary,
      default: rule.fallback.rawValue
    )
  }

  static let shape = Shape("rules section", BindingRule.allCases.map { key($0).optional })
}

extension BindingRule {
  /// When it applies, in a line.
  fileprivate var summary: String {
    switch self {
    case .lotOnHold: "A lot that the list of lots has on hold is started"
    case .lotScrapped: "A lot that was scrapped is started"
    case .lotFinished: "A lot that was finished is started again"
    case .lotUnknown: "A lot that the list of lots in force does not name is started"
    case .lotElsewhere: "A lot that is active at another station or in another lane is started"
    case .operatorUnknown: "An operator whom the list of operators in force does not name"
    case .operatorUnqualified: "An operator who is not trained for the station or program"
    case .nobodySignedOn: "A lot is started where nobody is signed on"
    case .programNotReleased: "A program that is not released for the station"
    case .materialExpired: "Material past its expiry or floor life"
    case .materialBlocked: "Material that is on hold or scrapped, or whose certificate is revoked"
    case .materialUncertified: "Material without a certificate that is accepted"
    case .materialUnknown: "Material that the list in force does not name"
    case .assemblyCycle: "A lot goes into another that went into it already"
    case .serialInTwoParents: "A serialised piece goes into a second thing"
    case .calibrationOverdue: "An instrument of the station is past its calibration's due date"
    case .instrumentUnknown: "An instrument is calibrated of which there is no signal"
    }
  }
}

enum StationShape {
  static let id = Key("id", ScalarKind<StationID>.identifier, "What people call it in commands")
  static let title = Key("title", .text, "What the page calls it")
  static let lanes = Key(
    "lanes",
    ScalarKind<LaneID>.lane,
    "The lanes on each of which a lot can be, where there are several"
  )
  static let conveyor = Section(
    "conveyor",
    ConveyorShape.shape,
    "The belt that carries lots through it, as through a reflow oven"
  )
  static let shape = Shape(
    "station",
    [id.required, title.optional, lanes.list(), conveyor.optional]
  )
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
  static let instrument = Key(
    "instrument",
    ScalarKind<Label>.label.suchAs("O2-17"),
    "The instrument that its measured signals come from, as its calibration names it"
  )
  static let instruments = Section(
    "instruments",
    InstrumentShape.shape,
    "The instruments of single signals, where there are several"
  )
  static let shape = Shape(
    "device",
    [
      id.required, profile.required, bus.required, unit.optional, station.optional,
      stations.list(), writes.optionalList, instrument.optional, instruments.optionalList,
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

/// The instrument of a signal.
enum InstrumentShape {
  static let signal = Key(
    "signal",
    ScalarKind<String>.text.suchAs("zone1.temperature"),
    "The signal, as the device's profile names it"
  )
  static let instrument = Key(
    "instrument",
    ScalarKind<Label>.label.suchAs("TC-4711"),
    "Its instrument, as its calibration names it"
  )
  static let shape = Shape("instrument", [signal.required, instrument.required])
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
    default: "100ms"
  )
  static let checkpointInterval = Key(
    "checkpoint_interval",
    .duration(in: .seconds(10)...(.seconds(86_400))),
    "Longest time between two signed checkpoints",
    default: "5m"
  )
  static let key = Key(
    "key",
    .path.suchAs("/var/lib/lotline/journal.key"),
    "The file of the private key that signs the journal; by default beside it, with .key at its end"
  )
  static let keep = Section(
    "keep",
    KeepShape.shape,
    "Which frames stay once every hub has them; without it, all"
  )
  static let copyBeforeMigration = Key(
    "copy_before_migration",
    .bool,
    "Whether a file of an earlier version is kept as it is, beside what is made of it",
    default: "true"
  )
  static let timestamps = Section(
    "timestamps",
    TimestampShape.shape,
    "Who says, from outside of the plant, when checkpoints were there; without it, nobody"
  )
  static let shape = Shape(
    "journal section",
    [
      path.required, commitInterval.optional, checkpointInterval.optional, key.optional,
      keep.optional, copyBeforeMigration.optional, timestamps.optional,
    ]
  )
}

/// A time-stamping authority.
enum TimestampShape {
  static let url = Key("url", .authorityAddress, "The time-stamping authority's address (RFC 3161)")
  static let interval = Key(
    "interval",
    .duration(in: .seconds(10)...(.seconds(86_400))),
    "Least time from one timestamp to the next",
    default: "1h"
  )
  static let shape = Shape("timestamps section", [url.required, interval.optional])
}

/// Which frames stay in the journal.
enum KeepShape {
  static let days = Key(
    "days",
    .integer(in: 1...36_500, example: 365),
    "Frames that are older than so many days go"
  )
  static let gigabytes = Key(
    "gigabytes",
    .integer(in: 1...1_000_000, example: 20),
    "The oldest frames go while the file holds more"
  )
  static let unconfirmed = Key(
    "unconfirmed",
    .bool,
    "Whether frames go that no hub has; only for an agent without uplinks",
    default: "false"
  )
  static let shape = Shape(
    "keep section",
    [days.optional, gigabytes.optional, unconfirmed.optional]
  )
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
  static let keys = Section(
    "keys",
    AgentKeyShape.shape,
    "Keys of agents' journals; the first key of an agent that is not named is trusted"
  )
  static let shape = Shape(
    "hub configuration",
    [listen.required, database.required, keys.optionalList]
  )
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
