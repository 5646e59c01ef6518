internal import Telemetry

/// Reads one resource of an EdgeX device profile.
struct EdgeXResourceReader {
  let fields: SourceFields

  /// Names of codes, from the commands.
  let mappings: SourceFields?

  private static let absent: [SourceEntry] = []

  mutating func signal(names: inout SignalNames) -> ImportedSignal? {
    let attributes = section("attributes")
    let properties = section("properties")
    let signal = self.signal(attributes, properties, names: &names)
    for (key, reason) in Self.dropped {
      for place in [fields, properties] {
        place.drop(key, reason) { key == "isHidden" && $0 == "false" }
      }
    }
    fields.finish()
    // What a resource that was left out says further is left out with it.
    if signal != nil {
      attributes.finish()
      properties.finish()
    }
    return signal
  }

  private func section(_ key: String) -> SourceFields {
    fields.mapping(key, noun: "\(key) of \(fields.noun)")
      ?? SourceFields(Self.absent, line: fields.line, noun: fields.noun, notes: fields.notes)
  }

  private static let dropped = [
    ("isHidden", "every signal of a profile is recorded; remove those that are not wanted"),
    ("tag", "a profile has no tags"),
    ("tags", "a profile has no tags"),
    ("defaultValue", "it is for writing, and Lotline only reads"),
    ("assertion", "a profile has no expected value; good_when or values may say what is meant"),
    ("mediaType", "a signal is a number, text or truth value"),
    ("optional", "it is not known to the import; see what it does"),
  ]

  private func leftOut(_ reason: String) -> ImportedSignal? {
    fields.notes.add(.notCarriedOver, fields.noun, "it was left out: \(reason)", line: fields.line)
    return nil
  }

  private func signal(
    _ attributes: SourceFields,
    _ properties: SourceFields,
    names: inout SignalNames
  ) -> ImportedSignal? {
    let name = fields.text("name")
    let description = fields.text("description")
    guard let name else { return leftOut("it has no name") }
    if !isReadable(properties) { return leftOut("it can only be written; Lotline only reads") }
    guard let table = table(attributes) else {
      return leftOut(
        "its primaryTable is none of COILS, DISCRETES_INPUT, INPUT_REGISTERS, HOLDING_REGISTERS"
      )
    }
    guard let place = EdgeXAddress(attributes) else {
      return leftOut("its startingAddress is not a register, 0 to 65535, with or without a bit")
    }
    let type: ImportedType
    do throws(EdgeXTypeError) {
      type = try self.type(attributes, properties, table, bit: place.bit)
    } catch {
      return leftOut(error.reason)
    }
    if let base = properties.decimal("base"), base != .zero {
      return leftOut("its value is \(base.text) to the power of the register; no profile has that")
    }
    let arithmetic = EdgeXArithmetic(type: type, properties: properties)
    guard let arithmetic else {
      return leftOut("its mask and shift are not one run of bits of one register")
    }
    guard place.address + type.registerCount <= 65_536 else {
      return leftOut("it ends after the last register, 65535")
    }
    let named = names.name(for: name)
    var signal = ImportedSignal(
      name: named.name,
      title: named.title ?? description,
      comment: named.title == nil ? nil : description,
      table: table,
      address: place.address,
      type: arithmetic.type
    )
    signal.order = order(attributes, type)
    signal.scale = arithmetic.scale
    signal.offset = arithmetic.offset
    signal.unit = properties.text("units").flatMap {
      ImportedUnits.code(
        for: $0,
        of: fields.noun,
        line: properties.line(of: "units"),
        into: fields.notes
      )
    }
    readCodes(properties, into: &signal)
    return signal
  }

  private func isReadable(_ properties: SourceFields) -> Bool {
    let access = properties.text("readWrite") ?? "R"
    guard access.uppercased() != "R" else { return true }
    guard access.uppercased().contains("R") else { return false }
    fields.notes.add(
      .notCarriedOver,
      "readWrite = \(access)",
      "Lotline only reads",
      line: properties.line(of: "readWrite")
    )
    return true
  }

  private func table(_ attributes: SourceFields) -> ModbusTable? {
    switch attributes.text("primaryTable")?.uppercased() {
    case "COILS": .coil
    case "DISCRETES_INPUT", "DISCRETE_INPUTS": .discrete
    case "INPUT_REGISTERS": .input
    case "HOLDING_REGISTERS": .holding
    default: nil
    }
  }

  private func type(
    _ attributes: SourceFields,
    _ properties: SourceFields,
    _ table: ModbusTable,
    bit: Int?
  ) throws(EdgeXTypeError) -> ImportedType {
    if !properties.has("valueType"), properties.has("value") {
      throw EdgeXTypeError(reason: "it is of EdgeX 1; write it as version 2 and later have it")
    }
    let value = (properties.text("valueType") ?? "").lowercased()
    let raw = attributes.text("rawType")?.lowercased()
    let size = attributes.integer("stringRegisterSize")
    if table.holdsBits {
      if value == "bool" { return .bool }
      throw EdgeXTypeError(reason: "several coils are read as one number; make a signal of each")
    }
    switch raw ?? value {
    case "bool": return .bit(bit ?? 0)
    case "string":
      guard let size, (1...123).contains(size) else {
        throw EdgeXTypeError(reason: "a text has 1 to 123 registers in stringRegisterSize")
      }
      return .string(size * 2)
    case "int16", "uint16", "int32", "uint32", "int64", "uint64", "float32", "float64":
      if bit == nil { return .number(raw ?? value) }
      throw EdgeXTypeError(reason: "its address names a bit, and its valueType is a number")
    case let other:
      throw EdgeXTypeError(reason: "the type \(other.debugDescription) is none that registers have")
    }
  }

  /// EdgeX swaps only what has two registers, and never a text.
  private func order(_ attributes: SourceFields, _ type: ImportedType) -> ImportedOrder? {
    let swapsBytes = attributes.truth("isByteSwap") ?? false
    let swapsWords = attributes.truth("isWordSwap") ?? false
    guard type.isNumber, type.registerCount == 2 else {
      for key in ["isByteSwap", "isWordSwap"] {
        attributes.drop(key, "EdgeX swaps only numbers of two registers, so it changes nothing") {
          ["false", "0"].contains($0)
        }
      }
      return .bigEndian
    }
    switch (swapsBytes, swapsWords) {
    case (false, false): return .bigEndian
    case (true, false): return .bytesSwapped
    case (false, true): return .lowWordFirst
    case (true, true): return .littleEndian
    }
  }

  /// Names of codes, or else the range; a profile has one or the other.
  private func readCodes(_ properties: SourceFields, into signal: inout ImportedSignal) {
    let isScaled = signal.scale != nil || signal.offset != nil
    if signal.type.isInteger, !isScaled, let mappings {
      for entry in mappings.entries {
        guard let code = Int(entry.key), let name = entry.value.text, !name.isEmpty,
          !signal.values.contains(where: { $0.code == code })
        else { continue }
        _ = mappings.node(entry.key)
        signal.values.append(ImportedCode(code: code, name: name))
      }
    }
    let low = properties.decimal("minimum")
    let high = properties.decimal("maximum")
    if signal.type.isNumber, signal.values.isEmpty, let low, let high, low < high {
      signal.range = low...high
      return
    }
    let reason =
      signal.type.isNumber
      ? signal.values.isEmpty
        ? "a range has a minimum below a maximum" : "values name the codes that can be"
      : "only numbers have a range"
    for key in ["minimum", "maximum"] { properties.drop(key, reason) }
  }
}

/// Why a resource has no type.
struct EdgeXTypeError: Error {
  let reason: String
}

/// Register and bit of a resource: `10`, `"10.3"`.
struct EdgeXAddress {
  let address: Int
  let bit: Int?

  init?(_ attributes: SourceFields) {
    guard let node = attributes.node("startingAddress"), let text = node.text else { return nil }
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    guard (1...2).contains(parts.count), let address = Int(parts[0]),
      (0...65_535).contains(address)
    else { return nil }
    self.address = address
    guard parts.count == 2 else {
      bit = nil
      return
    }
    guard let stated = Int(parts[1]), !parts[1].hasPrefix("+"), !parts[1].hasPrefix("-") else {
      return nil
    }
    // EdgeX writes a number with two digits after the point, so that 10.1 is bit 10 to it.
    let isNumber = !node.isQuoted && parts[1].count == 1 && stated > 0
    let bit = isNumber && stated == 1 ? 10 : stated
    guard (0...15).contains(bit) else { return nil }
    self.bit = bit
    guard isNumber else { return }
    attributes.notes.add(
      .check,
      "startingAddress = \(text)",
      "without quotes EdgeX takes this number for bit \(stated * 10); bit \(bit) is written",
      line: attributes.line(of: "startingAddress")
    )
  }
}
