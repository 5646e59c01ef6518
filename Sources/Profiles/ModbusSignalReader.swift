internal import MarkedYAML
internal import Telemetry

/// Reads one signal of a Modbus device.
struct ModbusSignalReader {
  let fields: FieldReader
  let base: AddressBase
  let order: RegisterOrder

  /// Most registers that one signal may have.
  let limit: Int

  /// The words for ``RegisterType`` in a file.
  enum TypeWord: String, CaseIterable, Sendable {
    case bool, bit, int16, uint16, int32, uint32, int64, uint64, float32, float64, string
  }

  func signal(names: inout NameCheck) -> ModbusSignal? {
    let name = fields.required("name", .text.suchAs("zone1.top.temperature"))
    if let name { names.take(name, noun: "signal") }
    let common = SignalReader(fields: fields)
    let signal = common.signal(named: name?.value ?? "")
    let place = self.place()
    let type = self.type(in: place?.table)
    let decoding = type.map { self.decoding(of: $0.value, common) }
    let location = self.location(place, type)
    fields.finish()
    guard name != nil, let location, let decoding else { return nil }
    return ModbusSignal(signal: signal, location: location, decoding: decoding)
  }

  // MARK: Where

  private struct Place {
    let table: ModbusTable
    let address: Int
    let mark: SourceMark
  }

  private func place() -> Place? {
    let stated = fields.optional("table", ScalarKind<ModbusTable>.choice("known tables"))
    guard let notation = fields.required("address", AddressNotation.kind) else { return nil }
    do throws(AddressProblem) {
      let (implied, address) = try notation.value.resolved(in: base)
      if let implied, let stated, implied != stated.value {
        fields.log.add(
          .contradiction,
          at: stated.mark,
          "address \(notation.value.text) lies in the table \(implied.rawValue), "
            + "not \(stated.value.rawValue); remove \"table\""
        )
      }
      guard let table = implied ?? stated?.value else {
        if !fields.has("table") {
          fields.addMissing("table", "add one of coil, discrete, holding, input")
        }
        return nil
      }
      warnOfLookalike(notation, table: table)
      return Place(table: table, address: address, mark: notation.mark)
    } catch {
      fields.log.add(.badAddress, at: notation.mark, "\"address\": \(error.message)")
      return nil
    }
  }

  private func warnOfLookalike(_ notation: Marked<AddressNotation>, table: ModbusTable) {
    guard base != .modicon, notation.value.modiconLookalike == table else { return }
    fields.log.add(
      .modiconAddress,
      at: notation.mark,
      "\(notation.value.text) looks like a modicon number; if it is one, "
        + "write address_base: modicon, and if not, write it as 0x"
        + String(notation.value.value, radix: 16, uppercase: true),
      severity: .warning
    )
  }

  private func location(_ place: Place?, _ type: Marked<RegisterType>?) -> ModbusLocation? {
    guard let place, let type else { return nil }
    let count = type.value.registerCount
    guard place.address + count <= 65_536 else {
      fields.log.add(
        .badAddress,
        at: place.mark,
        "the signal ends at address \(place.address + count - 1); the last one is 65535"
      )
      return nil
    }
    return ModbusLocation(table: place.table, address: UInt16(place.address), count: count)
  }

  // MARK: What

  private func type(in table: ModbusTable?) -> Marked<RegisterType>? {
    let kind = ScalarKind<TypeWord>.choice("known types")
    if table?.holdsBits == true {
      let word = fields.optional("type", kind)
      if let word, word.value != .bool {
        fields.log.add(
          .contradiction,
          at: word.mark,
          "a coil or discrete input is one bit, not \(word.value.rawValue); remove \"type\""
        )
      }
      return Marked(.bool, at: fields.mark)
    }
    guard let word = fields.required("type", kind) else {
      // Named as known, so that they are not reported beside the missing or wrong type.
      for key in Self.typedKeys { _ = fields.node(key) }
      return nil
    }
    return registerType(word.value).map { Marked($0, at: word.mark) }
  }

  private static let typedKeys = [
    "bit", "length", "order", "scale", "offset", "not_available", "values",
  ]

  private func registerType(_ word: TypeWord) -> RegisterType? {
    switch word {
    case .bool: .bool
    case .bit: fields.required("bit", .integer(in: 0...15, example: 3)).map { .bit($0.value) }
    case .int16: .int16
    case .uint16: .uint16
    case .int32: .int32
    case .uint32: .uint32
    case .int64: .int64
    case .uint64: .uint64
    case .float32: .float32
    case .float64: .float64
    case .string:
      fields.required("length", .integer(in: 1...(limit * 2), example: 16))
        .map { .string(registers: ($0.value + 1) / 2) }
    }
  }

  private func decoding(of type: RegisterType, _ common: SignalReader) -> ModbusSignal.Decoding {
    let stated = fields.optional("order", ScalarKind<RegisterOrder>.choice("register orders"))
    forbidKeys(for: type, common)
    if type.registerCount > limit {
      fields.log.add(
        .outOfBounds,
        at: fields.mark(of: "type"),
        "the signal has \(type.registerCount) registers and max_registers is \(limit); "
          + "a signal is read in one request"
      )
    }
    let isNumber = type.isInteger || type.isFloat
    return ModbusSignal.Decoding(
      type: type,
      order: stated?.value ?? order,
      scaling: isNumber && !fields.has("values") ? common.scaling() : nil,
      notAvailable: isNumber ? notAvailable(type) : [],
      names: type.isInteger ? names(type) : [:]
    )
  }

  private func forbidKeys(for type: RegisterType, _ common: SignalReader) {
    if case .bit = type {} else { common.forbid(["bit"], because: "is for type: bit; remove it") }
    if case .string = type {
    } else {
      common.forbid(["length"], because: "is for type: string; remove it")
    }
    if !type.isInteger { common.forbid(["values"], because: "is for whole numbers; remove it") }
    if !type.isInteger && !type.isFloat {
      common.forbid(
        ["scale", "offset", "range", "not_available"],
        because: "is for numbers; remove it"
      )
    } else if fields.has("values") {
      common.forbid(
        ["scale", "offset", "range"],
        because: "and \"values\" exclude each other; remove one"
      )
    }
  }

  /// Raw codes that mean "no value", as the bits that the type has.
  private func notAvailable(_ type: RegisterType) -> Set<UInt64> {
    let mask = type.bitCount == 64 ? UInt64.max : (1 << UInt64(type.bitCount)) - 1
    let codes = fields.list("not_available", of: .code) ?? []
    return Set(
      codes.compactMap { code in
        let bits: Int128 = 1 << Int128(type.bitCount)
        let lowest = type.isSigned ? type.integerBounds.lowerBound : 0
        guard (lowest..<bits).contains(code.value) else {
          addUnfit(code, key: "not_available", type)
          return nil
        }
        return UInt64(truncatingIfNeeded: code.value) & mask
      }
    )
  }

  private func names(_ type: RegisterType) -> [Int64: String] {
    guard let values = fields.mapping("values", noun: "list of values") else { return [:] }
    var names: [Int64: String] = [:]
    for entry in values.allEntries() {
      let node = YAMLNode(mark: entry.key.mark, content: .scalar(entry.key))
      let code = values.read(node, as: .code, key: "values")
      let name = values.read(entry.value, as: .text, key: entry.key.text)
      guard let code, let name else { continue }
      guard type.integerBounds.contains(code.value), let key = Int64(exactly: code.value) else {
        addUnfit(code, key: "values", type)
        continue
      }
      if let other = names[key] {
        fields.log.add(
          .duplicateKey,
          at: code.mark,
          "code \(key) is named \"\(other)\" and \"\(name.value)\"; remove one"
        )
      }
      names[key] = name.value
    }
    return names
  }

  private func addUnfit(_ code: Marked<Int128>, key: String, _ type: RegisterType) {
    fields.log.add(
      .outOfBounds,
      at: code.mark,
      "\"\(key)\": \(code.value) does not fit into \(type); write a code that the device can send"
    )
  }
}
