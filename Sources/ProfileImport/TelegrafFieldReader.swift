internal import Telemetry

/// Reads one field of a Telegraf configuration.
struct TelegrafFieldReader {
  /// What the section around the field says.
  struct Section {
    let order: ImportedOrder?
    let measurement: String?
  }

  let fields: SourceFields

  /// nil in the register style, which has no sections.
  let section: Section?
  let stringsUseOneByte: Bool

  /// - Returns: nil where the field cannot be carried over; the notes say why.
  func signal(in table: ModbusTable?, names: inout SignalNames) -> ImportedSignal? {
    if fields.truth("omit") == true {
      ignoreOmitted()
      return nil
    }
    guard let name = fields.text("name") else { return leftOut("it has no name") }
    let measurement = fields.text("measurement") ?? section?.measurement
    guard let table = table ?? Self.table(fields) else {
      return leftOut("its register is none of coil, discrete, holding, input")
    }
    let place = self.place()
    let type = self.type(table, registers: place?.count)
    let order = section == nil ? Self.order(fields) : section?.order
    let scale = self.scale(type)
    readOutput(type)
    guard let place else { return leftOut("its address is not a register, 0 to 65535") }
    guard let type else { return nil }
    guard place.address + type.registerCount <= 65_536 else {
      return leftOut("it ends after the last register, 65535")
    }
    let full = [measurement == "modbus" ? nil : measurement, name].compactMap(\.self)
    let named = names.name(for: full.joined(separator: "."))
    return ImportedSignal(
      name: named.name,
      title: named.title.map { _ in name },
      table: table,
      address: place.address,
      type: type,
      order: table.holdsBits ? nil : orderThatMatters(order ?? .bigEndian, type),
      scale: scale
    )
  }

  /// Texts know no order of words with Telegraf.
  private func orderThatMatters(_ order: ImportedOrder, _ type: ImportedType) -> ImportedOrder {
    if case .string = type { return order.withinWords }
    return order
  }

  private func leftOut(_ reason: String) -> ImportedSignal? {
    fields.notes.add(
      .notCarriedOver,
      fields.noun,
      "it was left out: \(reason)",
      line: fields.line
    )
    return nil
  }

  private func ignoreOmitted() {
    for entry in fields.entries { _ = fields.node(entry.key) }
    fields.notes.add(
      .notCarriedOver,
      "\(fields.noun), omit = true",
      "Telegraf reads it and throws it away; max_gap lets such registers be read along",
      line: fields.line
    )
  }

  // MARK: Where

  /// The first register, and in the register style how many there are.
  private func place() -> (address: Int, count: Int?)? {
    if let items = fields.entries.first(where: { $0.key == "address" })?.value.items {
      _ = fields.node("address")
      let addresses = items.compactMap { $0.text.flatMap { Int($0) } }
      guard addresses.count == items.count, let first = addresses.first,
        (0...65_535).contains(first), addresses == Array(first..<(first + addresses.count))
      else { return nil }
      return (first, addresses.count)
    }
    guard let address = fields.integer("address"), (0...65_535).contains(address) else {
      return nil
    }
    return (address, nil)
  }

  static func table(_ fields: SourceFields) -> ModbusTable? {
    ModbusTable(rawValue: fields.text("register") ?? "holding")
  }

  // MARK: What

  private func type(_ table: ModbusTable, registers: Int?) -> ImportedType? {
    let word = fields.text(section == nil ? "data_type" : "type") ?? ""
    let bit = fields.integer("bit")
    let length = fields.integer("length")
    if table.holdsBits { return .bool }
    switch word {
    case "BIT":
      if let bit, (0...15).contains(bit) { return .bit(bit) }
      return bit == nil ? .bit(0) : leftOutType("bit \(bit ?? 0) is not one of 0 to 15")
    case "STRING":
      guard !stringsUseOneByte else {
        return leftOutType("its text has one byte in each register; see string_register_location")
      }
      let count = registers ?? length ?? 0
      return (1...125).contains(count)
        ? .string(count * 2) : leftOutType("a text has 1 to 125 registers, and this one \(count)")
    case "INT8L", "INT8H":
      return leftOutType("a profile has no signed byte; read the register with another type")
    case "UINT8L": return .bits(0, 7)
    case "UINT8H": return .bits(8, 15)
    case "FIXED", "UFIXED": return fixed(word, registers ?? 0)
    default:
      if let number = Self.numbers[word] { return .number(number) }
      return leftOutType(
        word.isEmpty ? "it has no type" : "its type \(word) is not known; see its register"
      )
    }
  }

  private func leftOutType(_ reason: String) -> ImportedType? {
    _ = leftOut(reason)
    return nil
  }

  private func fixed(_ word: String, _ registers: Int) -> ImportedType? {
    guard [1, 2, 4].contains(registers) else {
      return leftOutType("\(word) has 1, 2 or 4 registers, and this one \(registers)")
    }
    return .number((word == "FIXED" ? "int" : "uint") + String(registers * 16))
  }

  private static let numbers = [
    "INT16": "int16", "UINT16": "uint16", "INT32": "int32", "UINT32": "uint32",
    "INT64": "int64", "UINT64": "uint64", "FLOAT16": "float16", "FLOAT32": "float32",
    "FLOAT64": "float64", "FLOAT16-IEEE": "float16", "FLOAT32-IEEE": "float32",
    "FLOAT64-IEEE": "float64",
  ]

  private func scale(_ type: ImportedType?) -> ExactDecimal? {
    guard let scale = fields.decimal("scale"), scale != .zero, scale != .one else { return nil }
    if type?.isNumber == true { return scale }
    fields.notes.add(
      .notCarriedOver,
      "scale = \(scale.text), of \(fields.noun)",
      "it is no number, so that nothing is scaled",
      line: fields.line(of: "scale")
    )
    return nil
  }

  /// The type that Telegraf writes; ours follows from the signal.
  private func readOutput(_ type: ImportedType?) {
    let isScaled = fields.has("scale")
    fields.drop(
      "output",
      "a value is a whole number, or a number with a fraction where it is scaled; decimals: 0 "
        + "rounds it"
    ) { word in
      switch word {
      case "BOOL", "UINT16", "STRING", "FLOAT64": true
      case "INT64", "UINT64": !isScaled && type?.isInteger == true
      default: false
      }
    }
  }

  static func order(_ fields: SourceFields) -> ImportedOrder? {
    guard let word = fields.text("byte_order") else { return nil }
    if let order = ImportedOrder(word: word) { return order }
    fields.notes.add(
      .check,
      "byte_order = \(word), of \(fields.noun)",
      "it is not known; ABCD is taken for it",
      line: fields.line(of: "byte_order")
    )
    return nil
  }
}
