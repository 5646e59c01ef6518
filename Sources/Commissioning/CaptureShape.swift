internal import MarkedYAML
internal import Telemetry

/// A capture's file: the table that it is checked by.
enum CaptureShape {
  static let capture = Key(
    "capture",
    .text.suchAs("reflow-oven-10-zone"),
    "Name of the profile by which it was taken"
  )
  static let hash = Key("profile_sha256", .digest, "SHA-256 of the profile as it was")
  static let taken = Key("taken", .instant, "When the device answered")
  static let software = Key("software", .text.suchAs("\"0.1.0\""), "Version of the program")
  static let origin = Key("from", .text.suchAs("simulated"), "The bus, or simulated")
  static let unit = Key("unit", ScalarKind<UnitID>.unit, "The device's Modbus unit")
  static let identification = Section(
    "identification",
    IdentityShape.shape,
    "What the device said of itself"
  )
  static let registers = Section("registers", RunShape.shape, "What the tables held")
  static let answers = Section("answers", AnswerShape.shape, "What a serial instrument answered")
  static let values = Section("values", ValueShape.shape, "What the profile made of it")
  static let shape = Shape(
    "capture",
    [
      capture.required, hash.required, taken.required, software.required, origin.required,
      unit.optional, identification.optionalList, registers.optionalList, answers.optionalList,
      values.requiredList,
    ]
  )
}

enum IdentityShape {
  static let object = Key("object", .text.suchAs("vendor"), "Which of the device's texts it is")
  static let text = Key("text", .quotedText, "The text")
  static let shape = Shape("identification", [object.required, text.required])
}

enum RunShape {
  static let table = Key(
    "table",
    ScalarKind<ModbusTable>.choice("known tables"),
    "The table that was read"
  )
  static let address = Key(
    "address",
    .integer(in: 0...65_535),
    "First address as it goes over the wire"
  )
  static let words = Key("words", .words, "Registers from there on")
  static let bits = Key("bits", .bits, "Coils or discrete inputs from there on")
  private static let bitTables = ModbusTable.allCases.filter(\.holdsBits).map(\.rawValue)
  private static let wordTables = ModbusTable.allCases.filter { !$0.holdsBits }.map(\.rawValue)
  static let shape = Shape(
    "run of registers",
    [table.required, address.required, words.optional, bits.optional],
    rules: [
      .needs([words.name], where: table.name, is: wordTables),
      .needs([bits.name], where: table.name, is: bitTables),
      .only(
        [words.name],
        where: table.name,
        is: wordTables,
        isDefault: true,
        finding: "is of registers; write bits"
      ),
      .only(
        [bits.name],
        where: table.name,
        is: bitTables,
        isDefault: true,
        finding: "is of coils and discrete inputs; write words"
      ),
    ]
  )
}

enum AnswerShape {
  static let request = Key(
    "request",
    .escapedBytes,
    "What was sent; empty for an instrument that sends by itself"
  )
  static let answer = Key("answer", .escapedBytes, "What came, without the frame's marks")
  static let shape = Shape("answer", [request.required, answer.required])
}

enum ValueShape {
  static let signal = Key("signal", .text.suchAs("zone1.top.temperature"), "The signal's name")
  static let bad = Key("bad", .cause, "Why the value was bad")
  static let value = Key("value", .keptValue, "The value as a record holds it")
  static let shape = Shape("value", [signal.required, bad.optional, value.optional])
}
