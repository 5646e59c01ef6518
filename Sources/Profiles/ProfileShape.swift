internal import MarkedYAML
internal import Telemetry

/// The top level of a profile: the table that it is checked by and that its schema is made from.
enum ProfileShape {
  static let profile = Key(
    "profile",
    .text.suchAs("reflow-oven-10-zone"),
    "The profile's name, which is the file's name without .yaml"
  )
  static let extends = Key(
    "extends",
    .text.suchAs("vaisala-hmp"),
    "A profile in the same folder; this file says only what differs from it"
  )
  static let drop = Key(
    "drop",
    .text.suchAs("zone10.top.temperature"),
    "Names of signals and groups of the extended profile that this device lacks"
  )
  static let title = Key("title", .text, "What people call the device model")
  static let kind = Key(
    "kind",
    ScalarKind<DeviceKind>.choice("known kinds"),
    "What sort of machine it is; how the page draws it"
  )
  static let source = Section(
    "source",
    SourceShape.shape,
    "Where the register map comes from: generic, or the maker's document",
    advice: "write source: generic, or source: {document: …, revision: …, page: …}"
  )
  static let caveats = Key("caveats", .text, "Traps that the next reader should know of")
  static let restart = Section(
    "restart",
    RestartShape.shape,
    "How a restart of the device is told, and how long it is not believed after one"
  )
  static let modbusSection = Section("modbus", ModbusShape.shape, "How a Modbus device is read")
  static let serialSection = Section("serial", SerialShape.shape, "How a serial instrument is read")
  static let modbusIdentify = Section(
    "identify",
    ModbusIdentifyShape.shape,
    "What the device must answer at connect; another one is refused"
  )
  static let serialIdentify = Section(
    "identify",
    SerialIdentifyShape.shape,
    "What the instrument must answer at connect; another one is refused"
  )
  static let modbusGroups = Section(
    "groups",
    ModbusGroupShape.shape,
    "Signals that are read together, at one rate"
  )
  static let serialGroups = Section(
    "groups",
    SerialGroupShape.shape,
    "Fields that come in one answer"
  )

  static let modbus = shape(identify: modbusIdentify, groups: modbusGroups)
  static let serial = shape(identify: serialIdentify, groups: serialGroups)

  /// What a profile that extends another must say all the same.
  static let requiredOfPartial: Set<String> = ["profile", "name"]

  private static func shape(identify: Section, groups: Section) -> Shape {
    Shape(
      "profile",
      [
        profile.required, extends.optional, drop.list(), title.required, kind.required,
        source.either(genericSource.form, isRequired: true), caveats.list(), identify.optional,
        restart.optional, modbusSection.optional, serialSection.optional, groups.requiredList,
      ],
      rules: [
        .exactlyOne(
          ["modbus", "serial"],
          missing: "add modbus: {…} or serial: {…}, whichever the device speaks",
          several: "a device speaks modbus or serial, not both; remove one"
        ),
        .together("drop", ["extends"]),
      ]
    )
  }

  static let genericSource = ScalarKind<DeviceProfile.Source>(
    expected: "generic, or a mapping with the manual's document",
    example: "{document: Reflow oven manual, revision: C, page: 14}",
    schema: ["const": "generic"]
  ) { scalar throws(ScalarProblem) in
    guard scalar.text == "generic" else { throw .wrongType }
    return .generic
  }
}

enum SourceShape {
  static let document = Key("document", .text.suchAs("Reflow oven manual"), "The document's title")
  static let revision = Key("revision", .textOrNumber, "Its revision or date")
  static let page = Key("page", .textOrNumber, "The page or section of the register map")
  static let shape = Shape("source", [document.required, revision.optional, page.optional])
}

enum ModbusShape {
  static let addressBase = Key(
    "address_base",
    AddressBase.kind,
    "How the manual counts: 0 as on the wire, 1 from one, modicon with the table in front (40001)",
    default: "0"
  )
  static let order = Key(
    "order",
    ScalarKind<RegisterOrder>.choice("register orders"),
    "Byte order of numbers: ABCD big-endian, CDAB low word first, BADC, DCBA little-endian",
    default: "ABCD"
  )
  static let requestsInFlight = Key(
    "requests_in_flight",
    .integer(in: 1...64),
    "Requests that the device takes at once on TCP",
    default: "1"
  )
  static let shape = Shape(
    "modbus section",
    [addressBase.optional, order.optional, requestsInFlight.optional] + LimitShape.fields
  )
}

/// How requests must be cut; in the `modbus` section for all groups, in a group for that one.
enum LimitShape {
  static let maximumRegisters = Key(
    "max_registers",
    .integer(in: 1...125, example: 125),
    "Most registers that the device gives in one reply",
    default: "125"
  )
  static let maximumBits = Key(
    "max_bits",
    .integer(in: 1...2_000, example: 2_000),
    "Most coils or discrete inputs that the device gives in one reply",
    default: "2000"
  )
  static let maximumGap = Key(
    "max_gap",
    .integer(in: 0...124, example: 8),
    "Addresses between two signals that may be read along to save a request; without it 8, and any "
      + "number that signals of the profile have",
    default: "8"
  )
  static let readsUnmapped = Key(
    "read_unmapped",
    .bool,
    "Whether those may be addresses that no signal of the profile has",
    default: "true"
  )
  static let pause = Key(
    "pause",
    .pause,
    "Rest between the end of one reply and the next request",
    default: "0ms"
  )
  static let fields = [
    maximumRegisters.optional, maximumBits.optional, maximumGap.optional, readsUnmapped.optional,
    pause.optional,
  ]
}

enum ModbusGroupShape {
  static let signals = Section("signals", ModbusSignalShape.shape, "What is measured")
  static let shape = Shape(
    "group",
    GroupShape.fields + LimitShape.fields
      + [
        GoodWhenShape.section.either(GoodWhenShape.always.form, isRequired: false),
        signals.requiredList(orBlock: RepeatShape.shape),
      ]
  )
}

/// What groups of both kinds have.
enum GroupShape {
  static let name = Key("name", .dottedName.suchAs("zones"), "Unique among the groups")
  static let period = Key("period", .period, "From one scan to the next")
  static let phase = Key(
    "phase",
    .pause,
    "When in its period the group is scanned; without it the groups are spread"
  )
  static let heartbeat = Key(
    "heartbeat",
    .period.suchAs("60s"),
    "Frames that say nothing new are left out, but for one after so long; without it all are kept"
  )
  static let movesWithin = Key(
    "moves_within",
    .period.suchAs("5m"),
    "A frame that stays the same for longer is bad: the device is frozen"
  )
  static let fields = [
    name.required, period.required, phase.optional, heartbeat.optional, movesWithin.optional,
  ]
}

/// How a restart is told.
enum RestartShape {
  static let signal = Key(
    "signal",
    .text.suchAs("run_time"),
    "A counter or run time of the device, which only falls when the device restarts"
  )
  static let settle = Key(
    "settle",
    .pause.suchAs("30s"),
    "How long after a restart readings are bad",
    default: "0s"
  )
  static let wrapsAt = Key(
    "wraps_at",
    .aboveZero.suchAs("65536"),
    "The value, in the unit, at which the signal begins again at 0 without a restart"
  )
  static let shape = Shape("restart", [signal.required, settle.optional, wrapsAt.optional])
}

/// Signals that are there once for each number.
enum RepeatShape {
  static let index = Key(
    "repeat",
    .indexName,
    "Name of the number, which stands as <name> in the texts of the block"
  )
  static let first = Key("from", .integer(in: 0...9_999, example: 1), "The first number")
  static let last = Key("to", .integer(in: 0...9_999, example: 10), "The last number")
  static let signals = Section("signals", ModbusSignalShape.shape, "The signals of one number")
  static let step = Section("step", StepShape.shape, "What is added from one number to the next")
  static let shape = Shape(
    "block",
    [index.required, first.required, last.required, step.optional, signals.requiredList]
  )
}

enum StepShape {
  static let address = Key("address", .integer(in: -65_535...65_535, example: 2), "Addresses")
  static let position = Key("position", .decimal.suchAs("0.35"), "Metres")
  static let bit = Key("bit", .integer(in: -15...15, example: 1), "Bits")
  static let shape = Shape("step", [address.optional, position.optional, bit.optional])
}

extension ScalarKind where Value == Duration {
  /// From one scan to the next.
  static var period: ScalarKind { .duration(in: .milliseconds(10)...(.seconds(86_400))) }

  /// A rest, or a part of a period.
  static var pause: ScalarKind { .duration(in: .zero...(.seconds(86_400))).suchAs("20ms") }

  /// The longest wait for a reply.
  static var timeout: ScalarKind { .duration(in: .milliseconds(10)...(.seconds(60))) }
}

extension ScalarKind where Value == String {
  /// A word that can stand between `<` and `>`.
  static let indexName = ScalarKind(
    expected: "a word in lower case letters",
    example: "zone",
    schema: ["type": "string", "pattern": "^[a-z]{1,32}$"]
  ) { scalar throws(ScalarProblem) in
    let text = try ScalarKind.text.read(scalar)
    let isWord = text.utf8.allSatisfy { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0) }
    guard isWord, text.utf8.count <= 32 else { throw .wrongType }
    return text
  }
}
