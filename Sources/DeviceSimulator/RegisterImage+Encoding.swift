internal import Profiles
internal import Telemetry

extension ModbusSignal.Decoding {
  /// The registers that a device holds when it shows `value`: decoding, backwards.
  ///
  /// A bit comes back alone in its register; whoever holds the register joins it with the others.
  ///
  /// - Returns: As many registers as the type occupies; nil when the type cannot hold the value.
  func encodedRegisters(for value: Value) -> [UInt16]? {
    switch type {
    case .string(let count): text(value).flatMap { characters(of: $0, registers: count) }
    case .bool: flag(value).map { ordered([$0 ? 1 : 0]) }
    case .bit(let bit): flag(value).map { ordered([$0 ? 1 << UInt16(bit) : 0]) }
    case .float32: number(value).map { ordered(words(UInt64(Float($0).bitPattern), count: 2)) }
    case .float64: number(value).map { ordered(words($0.bitPattern, count: 4)) }
    default: count(value).map { ordered(words($0, count: type.registerCount)) }
    }
  }

  private func text(_ value: Value) -> String? {
    if case .text(let text) = value { text } else { nil }
  }

  private func flag(_ value: Value) -> Bool? {
    if case .flag(let flag) = value { flag } else { nil }
  }

  /// The raw number, before scaling was applied.
  private func number(_ value: Value) -> Double? {
    value.number.map { RawNumber(self).raw($0) }
  }

  /// The raw count's bits.
  private func count(_ value: Value) -> UInt64? {
    switch value {
    case .text(let name): return names.first { $0.value == name }.flatMap { bits(of: $0.key) }
    case .integer(let integer) where scaling == nil: return bits(of: integer)
    case .unsigned(let unsigned) where scaling == nil: return type == .uint64 ? unsigned : nil
    default: break
    }
    guard let exact = number(value)?.rounded(), let whole = Int64(exactly: exact) else {
      return nil
    }
    return bits(of: whole)
  }

  private func bits(of value: Int64) -> UInt64? {
    switch type {
    case .int16: Int16(exactly: value).map { UInt64(UInt16(bitPattern: $0)) }
    case .uint16: UInt16(exactly: value).map(UInt64.init)
    case .int32: Int32(exactly: value).map { UInt64(UInt32(bitPattern: $0)) }
    case .uint32: UInt32(exactly: value).map(UInt64.init)
    case .int64: UInt64(bitPattern: value)
    case .uint64: UInt64(exactly: value)
    case .bool, .bit, .float32, .float64, .string: nil
    }
  }

  /// Words from the most significant to the least.
  private func words(_ bits: UInt64, count: Int) -> [UInt16] {
    (0..<count).reversed().map { UInt16(truncatingIfNeeded: bits >> (UInt64($0) * 16)) }
  }

  private func characters(of text: String, registers: Int) -> [UInt16]? {
    let bytes = Array(text.utf8)
    guard bytes.count <= registers * 2 else { return nil }
    let padded = bytes + [UInt8](repeating: 0, count: registers * 2 - bytes.count)
    let words = (0..<registers).map {
      UInt16(padded[$0 * 2]) << 8 | UInt16(padded[$0 * 2 + 1])
    }
    return ordered(words)
  }

  private func ordered(_ words: [UInt16]) -> [UInt16] {
    let placed = order.isLowWordFirst ? words.reversed() : words
    return order.isLowByteFirst ? placed.map(\.byteSwapped) : placed
  }
}
