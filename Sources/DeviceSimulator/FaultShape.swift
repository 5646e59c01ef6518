internal import MarkedYAML
internal import Telemetry

/// What a fault script may hold.
enum FaultScriptShape {
  static let faults = Section("faults", FaultShape.shape, "What goes wrong")
  static let shape = Shape("fault script", [faults.requiredList])
}

/// What one fault of a script may hold.
enum FaultShape {
  static let fault = Key("fault", ScalarKind<FaultKind>.choice("faults"), "What goes wrong")

  static let delay = Key("delay", .delay, "How long the reply waits at least")
  static let jitter = Key("jitter", .delay, "How much longer it may wait", default: "0s")
  static let code = Key("code", .integer(in: 1...255, example: 6), "The exception", default: "4")
  static let text = Key("text", .text.suchAs("ERR 03"), "What a serial instrument answers")
  static let bits = Key("bits", .integer(in: 1...2_080), "How many are wrong", default: "1")
  static let bytes = Key(
    "bytes",
    .integer(in: 1...260),
    "How many are missing or too many",
    default: "1"
  )
  static let otherUnit = Key(
    "other_unit",
    .integer(in: 0...255, example: 9),
    "The unit that seems to answer",
    default: "the next"
  )
  static let offset = Key(
    "offset",
    .integer(in: -32_768...32_767, example: 1),
    "How far the transaction identifier is off",
    default: "1"
  )
  static let away = Key("away", .faultTime, "How long the device is gone", default: "1s")
  static let signals = Key(
    "signals",
    .text.suchAs("[zone1]"),
    "The names of signals, or patterns such as \"zone*\""
  )
  static let value = Key(
    "value",
    .faultValue,
    "What the signals show",
    default: "what they showed when the fault set in"
  )

  static let units = Key("units", .integer(in: 0...255, example: 1), "Only these Modbus units")
  static let tables = Key("tables", ScalarKind<ModbusTable>.choice("tables"), "Only these tables")
  static let functions = Key(
    "functions",
    .integer(in: 1...127, example: 3),
    "Only these function codes, beside those of the tables"
  )
  static let addresses = Key("addresses", .addresses, "Only requests for one of these at least")
  static let from = Key("from", .faultTime, "The first moment, after the start", default: "0s")
  static let to = Key("to", .faultTime, "The first moment after the fault")
  static let every = Key(
    "every",
    .stretch.suchAs("1m"),
    "Anew after so long, counted from \"from\""
  )
  static let length = Key("for", .stretch.suchAs("5s"), "How long each time")
  static let probability = Key("probability", .probability, "The chance of each request")
  static let everyNth = Key(
    "every_nth",
    .integer(in: 1...1_000_000, example: 10),
    "Only the n-th, 2n-th and so on of the requests that it could strike"
  )

  static let shape = Shape(
    "fault",
    [
      fault.required, delay.optional, jitter.optional, code.optional, text.optional,
      bits.optional, bytes.optional, otherUnit.optional, offset.optional, away.optional,
      signals.list(), value.optional, units.list(), tables.list(), functions.list(),
      addresses.optional, from.optional, to.optional, every.optional, length.optional,
      probability.optional, everyNth.optional,
    ],
    rules: rules
  )

  private static let rules: [Shape.Rule] = [
    .needs(["delay"], where: "fault", is: words([.latency, .lateReply])),
    .needs(["text"], where: "fault", is: words([.errorReply])),
    .needs(["signals"], where: "fault", is: words([.stuck])),
    own(["delay", "jitter"], of: [.latency, .lateReply]),
    own(["code"], of: [.exception]),
    own(["text"], of: [.errorReply]),
    own(["bits"], of: [.bitErrors]),
    own(["bytes"], of: [.shortFrame, .longFrame]),
    own(["other_unit"], of: [.wrongUnit]),
    own(["offset"], of: [.wrongTransaction]),
    own(["away"], of: [.disconnect]),
    own(["signals", "value"], of: [.stuck]),
    .only(
      ["tables", "functions", "addresses", "probability", "every_nth"],
      where: "fault",
      is: words(FaultKind.allCases.filter { !$0.strikesValues }),
      isDefault: true,
      finding: "does not go with stuck and restart, which strike values, not requests; remove it"
    ),
    .together("every", ["for"]),
    .together("for", ["every"]),
    .atMostOne(
      ["probability", "every_nth"],
      finding: "\"probability\" and \"every_nth\" exclude each other; remove one"
    ),
  ]

  /// Keys that only some faults have.
  private static func own(_ keys: [String], of kinds: [FaultKind]) -> Shape.Rule {
    let words = words(kinds)
    return .only(
      keys,
      where: "fault",
      is: words,
      isDefault: false,
      finding: "is a key of \(words.joined(separator: " and ")) alone; remove it"
    )
  }

  private static func words(_ kinds: [FaultKind]) -> [String] { kinds.map(\.rawValue) }
}

extension ScalarKind where Value == Duration {
  /// Long enough for a run over weeks.
  fileprivate static let faultTime = duration(in: .zero...(.seconds(1_000 * 3_600)))
  fileprivate static let stretch = duration(in: .milliseconds(1)...(.seconds(1_000 * 3_600)))

  /// No client waits longer; short enough that all delays of a file can be added up.
  fileprivate static let delay = duration(in: .zero...(.seconds(3_600))).suchAs("200ms")
}

extension ScalarKind where Value == Double {
  fileprivate static let probability = ScalarKind(
    expected: "a number from 0 to 1",
    example: "0.1",
    schema: ["type": "number", "minimum": 0, "maximum": 1]
  ) { scalar throws(ScalarProblem) in
    let number = try ScalarKind<YAMLDecimal>.decimal.read(scalar).double
    guard (0...1).contains(number) else { throw .outOfBounds }
    return number
  }
}

extension ScalarKind where Value == ClosedRange<Int> {
  /// One protocol address, or the first and the last.
  fileprivate static let addresses = ScalarKind(
    expected: "an address from 0 to 65535, or the first and the last with .. between",
    example: "100..119",
    schema: [
      "anyOf": [
        ["type": "integer", "minimum": 0, "maximum": 65_535],
        ["type": "string", "pattern": "^(0x[0-9a-fA-F]+|[0-9]+)(\\.\\.(0x[0-9a-fA-F]+|[0-9]+))?$"],
      ]
    ]
  ) { scalar throws(ScalarProblem) in
    let ends = scalar.text.split(separator: "..", omittingEmptySubsequences: false)
    guard ends.count <= 2, let first = ends.first, let last = ends.last else { throw .wrongType }
    let address = ScalarKind<Int>.integer(in: 0...65_535)
    func read(_ text: Substring) throws(ScalarProblem) -> Int {
      try address.read(YAMLScalar(text: String(text), isPlain: true, mark: scalar.mark))
    }
    let (low, high) = (try read(first), try read(last))
    guard low <= high else {
      throw .other(
        .outOfBounds,
        message: "\(scalar.text) ends before it begins; write the lower address first"
      )
    }
    return low...high
  }
}

extension ScalarKind where Value == Telemetry.Value {
  /// What a signal is forced to show.
  fileprivate static let faultValue = ScalarKind(
    expected: "a number, true, false or a text",
    example: "250",
    schema: ["type": ["number", "boolean", "string"]]
  ) { scalar throws(ScalarProblem) in
    guard scalar.isPlain else { return .text(try ScalarKind<String>.text.read(scalar)) }
    do throws(ScalarProblem) {
      return .flag(try ScalarKind<Bool>.bool.read(scalar))
    } catch .other(let code, let message) {
      throw .other(code, message: message + ", or quote the text")
    } catch {}
    if let code = try? ScalarKind<Int128>.code.read(scalar), let integer = Int64(exactly: code) {
      return .integer(integer)
    }
    if let decimal = try? ScalarKind<YAMLDecimal>.decimal.read(scalar) {
      return .real(decimal.double)
    }
    return .text(try ScalarKind<String>.text.read(scalar))
  }
}
