internal import MarkedYAML
internal import Telemetry

/// What every signal has, whatever carries it.
enum SignalShape {
  static let name = Key(
    "name",
    .dottedName,
    "Lower case words with dots, unique in the profile"
  )
  static let title = Key("title", .text, "What people call the signal")
  static let quantity = Key("quantity", .text.suchAs("temperature"), "What is measured, in words")
  static let unit = Key("unit", unitKind, "UCUM code")
  static let range = Key(
    "range",
    .decimal.suchAs("[0, 400]"),
    "Lowest and highest plausible value; what lies outside is bad, and kept as evidence"
  )
  static let deadband = Key(
    "deadband",
    .aboveZero,
    "Smallest change that means something, in the unit"
  )
  static let position = Key(
    "position",
    .decimal.suchAs("0.35"),
    "Metres from the conveyor's entry to the sensor"
  )
  static let role = Key(
    "role",
    ScalarKind<Signal.Role>.choice("known roles"),
    "Which part the signal plays"
  )
  static let calibration = Key(
    "calibration",
    .text.suchAs("TC-4711"),
    "What the plant calls the instrument's calibration"
  )
  static let scale = Key("scale", .factor, "Value = raw × scale + offset", default: "1")
  static let offset = Key("offset", .decimal, "Value = raw × scale + offset", default: "0")
  static let decimals = Key(
    "decimals",
    .integer(in: 0...15, example: 1),
    "Decimals that the value is rounded to; without it all are kept"
  )

  static let fields = [
    name.required, title.optional, quantity.optional, unit.optional, range.list(count: 2),
    deadband.optional, position.optional, role.optional, calibration.optional, scale.optional,
    offset.optional, decimals.optional,
    GoodWhenShape.section.either(GoodWhenShape.always.form, isRequired: false),
  ]

  /// Keys that only numbers have.
  static let ofNumbers = ["scale", "offset", "decimals", "range", "deadband"]

  private static let unitKind = ScalarKind<String>(
    expected: "a UCUM code",
    example: "Cel",
    schema: ["enum": .array(SchemaNode.words(UnitCodes.known.keys.sorted()))]
  ) { scalar throws(ScalarProblem) in
    // Codes such as "1" and "%" are texts here, whatever YAML makes of them.
    guard !scalar.text.isEmpty else { throw .wrongType }
    if UnitCodes.known[scalar.text] != nil { return scalar.text }
    throw .other(
      .unknownUnit,
      message: "\"\(scalar.text)\" is not a known unit; \(UnitCodes.advice(for: scalar.text))"
    )
  }
}

/// When a signal is good, told by a status.
enum GoodWhenShape {
  static let signal = Key(
    "signal",
    .text.suchAs("status"),
    "A signal of the same group that holds the status"
  )
  static let mask = Key("mask", .code.suchAs("0x00FF"), "Bits that are compared", default: "all")
  static let equals = Key("equals", .numberOrText, "What the status is where the signal is good")
  static let shape = Shape(
    "good_when",
    [signal.required, mask.optional, equals.list(isRequired: true)]
  )
  static let section = Section(
    "good_when",
    shape,
    "The status that vouches for the value; always lifts what the group says"
  )

  static let always = ScalarKind<Bool>(
    expected: "always, or a mapping with signal and equals",
    example: "{signal: status, mask: 0x0001, equals: 0}",
    schema: ["const": "always"]
  ) { scalar throws(ScalarProblem) in
    guard scalar.text == "always" else { throw .wrongType }
    return true
  }
}

/// A signal that lies in the tables of a Modbus device.
enum ModbusSignalShape {
  static let shape = Shape(
    "signal",
    SignalShape.fields + PlaceShape.fields + [
      notAvailable.list(),
      .names(
        "values",
        keys: ScalarKind<Int128>.code.form,
        values: ScalarKind<String>.text.form,
        "Names of a whole number's codes; a code without a name is bad"
      ),
    ],
    rules: PlaceShape.rules + [
      .only(
        ["values"],
        where: "type",
        is: PlaceShape.wholeNumbers,
        isDefault: false,
        finding: "is for whole numbers; remove it"
      ),
      .only(
        SignalShape.ofNumbers + ["not_available"],
        where: "type",
        is: PlaceShape.numbers,
        isDefault: false,
        finding: "is for numbers; remove it"
      ),
    ]
      + SignalShape.ofNumbers.map {
        .atMostOne(
          ["values", $0],
          finding: "\"\($0)\" and \"values\" exclude each other; remove one"
        )
      }
  )

  static let notAvailable = Key(
    "not_available",
    .code,
    "Raw codes that mean no value, compared before scaling; NaN means it always"
  )
}

/// Where a value lies in the tables of a Modbus device, and what it is there.
enum PlaceShape {
  static let table = Key(
    "table",
    ScalarKind<ModbusTable>.choice("known tables"),
    "The table, where the address does not tell it"
  )
  static let function = Key(
    "function",
    .integer(in: 1...4, example: 3),
    "The function code that reads it, in place of the table: 1 coil, 2 discrete, 3 holding, 4 input"
  )
  static let address = Key(
    "address",
    AddressNotation.kind,
    "As the manual writes it: 10, 0x2226, holding:10, or 40011 with address_base modicon"
  )
  static let type = Key(
    "type",
    ScalarKind<TypeWord>.choice("known types"),
    "What the registers carry; a coil or discrete input is bool"
  )
  static let bit = Key("bit", .integer(in: 0...15, example: 3), "The bit, 0 the least significant")
  static let bits = Key(
    "bits",
    .integer(in: 0...15).suchAs("[0, 3]"),
    "Lowest and highest bit, 0 the least significant"
  )
  static let length = Key("length", .integer(in: 1...250, example: 16), "Bytes of a string")
  static let order = Key(
    "order",
    ScalarKind<RegisterOrder>.choice("register orders"),
    "Byte order, where it is not that of the device"
  )

  static let fields = [
    table.optional, function.optional, address.required, type.optional, bit.optional,
    bits.list(count: 2), length.optional, order.optional,
  ]

  static let rules: [Shape.Rule] = [
    .atMostOne(
      ["table", "function"],
      finding: "\"table\" and \"function\" say the same; remove one"
    ),
    .needs(["type"], where: "table", is: ["holding", "input"]),
    .needs(["type"], where: "function", is: ["3", "4"]),
    part("bit", of: .bit), part("bits", of: .bits), part("length", of: .string),
    .needs(["bit"], where: "type", is: ["bit"]),
    .needs(["bits"], where: "type", is: ["bits"]),
    .needs(["length"], where: "type", is: ["string"]),
  ]

  static let wholeNumbers = TypeWord.allCases.filter(\.isWholeNumber).map(\.rawValue)
  static let numbers = TypeWord.allCases.filter(\.isNumber).map(\.rawValue)

  private static func part(_ key: String, of type: TypeWord) -> Shape.Rule {
    .only(
      [key],
      where: "type",
      is: [type.rawValue],
      isDefault: false,
      finding: "is for type: \(type.rawValue); remove it"
    )
  }
}

/// The words for ``RegisterType`` in a file.
enum TypeWord: String, CaseIterable, Sendable {
  case bool, bit, bits
  case int16, uint16, int32, uint32, int64, uint64
  case float16, float32, float64
  case bcd16, bcd32, bcd64
  case string

  var isNumber: Bool {
    switch self {
    case .bool, .bit, .string: false
    default: true
    }
  }

  var isWholeNumber: Bool {
    switch self {
    case .float16, .float32, .float64: false
    default: isNumber
    }
  }
}

enum ModbusIdentifyShape {
  static let vendor = Key(
    "vendor",
    .glob,
    "Pattern for the vendor's name (function 43/14, object 0)"
  )
  static let product = Key("product", .glob, "Pattern for the product code (object 1)")
  static let revision = Key("revision", .glob, "Pattern for the revision (object 2)")
  static let model = Key("model", .glob, "Pattern for the model's name (object 5)")
  static let serverID = Key("server_id", .glob, "Pattern for the answer to function 17 as a text")
  static let registers = Section(
    "registers",
    Shape(
      "register",
      PlaceShape.fields + [equals.list(isRequired: true)],
      rules: PlaceShape.rules
    ),
    "Places that hold known values"
  )
  static let equals = Key("equals", .numberOrText, "The value, or those that are possible")
  static let shape = Shape(
    "identify section",
    [
      vendor.optional, product.optional, revision.optional, model.optional, serverID.optional,
      registers.optionalList,
    ]
  )
}

/// A number, or a text.
enum ExpectedValue: Sendable, Hashable {
  case number(YAMLDecimal)
  case text(String)
}

extension ScalarKind where Value == ExpectedValue {
  /// A number, decimal or `0x…`, or a text.
  static let numberOrText = ScalarKind(
    expected: "a number or a text",
    example: "0x0001",
    schema: ["type": ["number", "string"]]
  ) { scalar throws(ScalarProblem) in
    guard scalar.isPlainNumber else {
      return .text(try ScalarKind<String>.text.read(scalar))
    }
    if let code = try? ScalarKind<Int128>.code.read(scalar), let value = Int64(exactly: code) {
      return .number(YAMLDecimal(mantissa: value, places: 0, double: Double(value)))
    }
    return .number(try ScalarKind<YAMLDecimal>.decimal.read(scalar))
  }
}

extension ScalarKind where Value == String {
  /// A pattern for a short text.
  static let glob = ScalarKind.text.suchAs("\"SV200*\"")
}

extension ScalarKind where Value == YAMLDecimal {
  static let factor = ScalarKind(
    expected: "a number other than 0, with at most 15 digits after the point",
    example: "0.1",
    schema: ["type": "number", "not": ["const": 0]]
  ) { scalar throws(ScalarProblem) in
    let value = try ScalarKind.decimal.read(scalar)
    guard value.mantissa != 0 else { throw .outOfBounds }
    return value
  }

  static let aboveZero = ScalarKind(
    expected: "a number above 0",
    example: "0.2",
    schema: ["type": "number", "exclusiveMinimum": 0]
  ) { scalar throws(ScalarProblem) in
    let value = try ScalarKind.decimal.read(scalar)
    guard value.mantissa > 0 else { throw .outOfBounds }
    return value
  }
}
