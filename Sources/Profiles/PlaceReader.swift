internal import MarkedYAML
internal import Telemetry

/// Reads where a value lies in the tables of a Modbus device, and what it is there.
struct PlaceReader {
  let fields: FieldReader
  let base: AddressBase
  let order: RegisterOrder

  /// Location and type are nil where they are missing or wrong.
  func place() -> (location: ModbusLocation?, type: RegisterType?, order: RegisterOrder) {
    let start = self.start()
    let type = self.type(in: start?.table)
    let order = fields.value(PlaceShape.order)?.value ?? order
    guard let start, let type else { return (nil, type, order) }
    return (location(start, type), type, order)
  }

  // MARK: Where

  private struct Start {
    let table: ModbusTable
    let address: Int
    let mark: SourceMark
  }

  private func start() -> Start? {
    let stated = statedTable()
    guard let notation = fields.value(PlaceShape.address) else { return nil }
    do throws(AddressProblem) {
      let (implied, address) = try notation.value.resolved(in: base)
      if let implied, let stated, implied != stated.value {
        fields.log.add(
          .contradiction,
          at: stated.mark,
          "address \(notation.value.text) lies in the table \(implied.rawValue), "
            + "not \(stated.value.rawValue); remove one of them"
        )
      }
      guard let table = implied ?? stated?.value else {
        if !fields.has("table"), !fields.has("function") {
          fields.log.add(
            .missingKey,
            at: fields.mark,
            "\"table\" is missing in this \(fields.noun); "
              + "add one of coil, discrete, holding, input"
          )
        }
        return nil
      }
      warnOfLookalike(notation, table: table)
      return Start(table: table, address: address, mark: notation.mark)
    } catch {
      fields.log.add(.badAddress, at: notation.mark, "\"address\": \(error.message)")
      return nil
    }
  }

  private func statedTable() -> Marked<ModbusTable>? {
    if let table = fields.value(PlaceShape.table) { return table }
    guard let function = fields.value(PlaceShape.function) else { return nil }
    return ModbusTable.allCases.first { Int($0.functionCode) == function.value }
      .map { Marked($0, at: function.mark) }
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

  private func location(_ start: Start, _ type: RegisterType) -> ModbusLocation? {
    let count = type.registerCount
    guard start.address + count <= 65_536 else {
      fields.log.add(
        .badAddress,
        at: start.mark,
        "the \(fields.noun) ends at address \(start.address + count - 1); the last one is 65535"
      )
      return nil
    }
    return ModbusLocation(table: start.table, address: UInt16(start.address), count: count)
  }

  // MARK: What

  private func type(in table: ModbusTable?) -> RegisterType? {
    let word = fields.value(PlaceShape.type)
    if table?.holdsBits == true {
      if let word, word.value != .bool {
        fields.log.add(
          .contradiction,
          at: word.mark,
          "a coil or discrete input is one bit, not \(word.value.rawValue); remove \"type\""
        )
      }
      return .bool
    }
    guard let word else {
      // Where the table is stated, the shape itself asks for the type.
      if table != nil, !fields.has("type"), !fields.has("table"), !fields.has("function") {
        fields.log.add(
          .missingKey,
          at: fields.mark,
          "\"type\" is missing in this \(fields.noun); add \(PlaceShape.type.kind.expected)"
        )
      }
      return nil
    }
    return registerType(word.value)
  }

  private func registerType(_ word: TypeWord) -> RegisterType? {
    switch word {
    case .bool: .bool
    case .bit: fields.value(PlaceShape.bit).map { .bit($0.value) }
    case .bits: bits()
    case .int16: .int16
    case .uint16: .uint16
    case .int32: .int32
    case .uint32: .uint32
    case .int64: .int64
    case .uint64: .uint64
    case .float16: .float16
    case .float32: .float32
    case .float64: .float64
    case .bcd16: .bcd16
    case .bcd32: .bcd32
    case .bcd64: .bcd64
    case .string:
      fields.value(PlaceShape.length).map { .string(registers: ($0.value + 1) / 2) }
    }
  }

  private func bits() -> RegisterType? {
    guard let ends = fields.values(PlaceShape.bits), ends.count == 2 else { return nil }
    guard ends[0].value <= ends[1].value else {
      fields.log.add(
        .outOfBounds,
        at: ends[0].mark,
        "\"bits\" begins at \(ends[0].value) and ends at \(ends[1].value); "
          + "write the lower bit first"
      )
      return nil
    }
    return .bits(ends[0].value...ends[1].value)
  }
}
