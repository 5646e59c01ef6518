package import Telemetry

extension ModbusSignal.Decoding {
  /// Turns the registers of a reply into a reading.
  ///
  ///     Decoding(type: .int16, scaling: tenths).reading(from: [0x0728], range: nil)  // 183.2
  ///
  /// There must be as many registers as the type occupies, in address order; any other number is a
  /// ``Cause/malformedReply``. A value outside of `range` is bad, and kept as evidence.
  package func reading(
    from registers: some Collection<UInt16>,
    range: ClosedRange<Double>?
  ) -> Reading {
    guard registers.count == type.registerCount else { return Reading(.malformedReply) }
    if case .string = type { return textReading(order.bytes(of: registers)) }
    let bits = order.bits(of: registers)
    if notAvailable.contains(bits) { return Reading(.notAvailable) }
    switch type {
    case .bool: return Reading(.flag(bits != 0))
    case .bit(let index): return Reading(.flag(bits >> UInt64(index) & 1 == 1))
    case .float32: return reading(of: Float(bitPattern: UInt32(truncatingIfNeeded: bits)), range)
    case .float64: return reading(of: Double(bitPattern: bits), range)
    default: return reading(ofInteger: type.integer(from: bits), range)
    }
  }

  /// Turns the registers of a reply into a reading.
  package func reading(from registers: [UInt16], range: ClosedRange<Double>?) -> Reading {
    reading(from: registers[...], range: range)
  }

  /// The reading of a coil or discrete input.
  package func reading(from bit: Bool) -> Reading { Reading(.flag(bit)) }

  private func reading(ofInteger raw: Int128, _ range: ClosedRange<Double>?) -> Reading {
    if let scaling { return checked(.real(scaling.apply(to: raw)), range) }
    let value = Int64(exactly: raw).map(Value.integer) ?? .unsigned(UInt64(truncatingIfNeeded: raw))
    if names.isEmpty { return checked(value, range) }
    if let name = Int64(exactly: raw).flatMap({ names[$0] }) { return Reading(.text(name)) }
    return Reading(.undefinedCode, evidence: value)
  }

  private func reading(of raw: Float, _ range: ClosedRange<Double>?) -> Reading {
    guard raw.isFinite else { return Reading(.notAvailable) }
    return checked(scaling.map { .real($0.apply(to: raw)) } ?? .single(raw), range)
  }

  private func reading(of raw: Double, _ range: ClosedRange<Double>?) -> Reading {
    guard raw.isFinite else { return Reading(.notAvailable) }
    return checked(.real(scaling.map { $0.apply(to: raw) } ?? raw), range)
  }

  private func checked(_ value: Value, _ range: ClosedRange<Double>?) -> Reading {
    if case .real(let number) = value, !number.isFinite { return Reading(.notAvailable) }
    guard let range else { return Reading(value) }
    return range.holds(value) ? Reading(value) : Reading(.outOfRange, evidence: value)
  }

  /// Up to the first NUL, without the padding at the end.
  private func textReading(_ bytes: [UInt8]) -> Reading {
    var content = bytes.prefix { $0 != 0 }
    while content.last == UInt8(ascii: " ") { content.removeLast() }
    guard let text = String(validating: content, as: UTF8.self) else {
      return Reading(.notUnderstood, evidence: .text(String(decoding: content, as: UTF8.self)))
    }
    return Reading(.text(text))
  }
}

extension ClosedRange<Double> {
  /// Whether a numeric value lies within; a 32-bit float is compared with the bounds as 32-bit
  /// floats, so that 400.1 does not lie above 400.1.
  func holds(_ value: Value) -> Bool {
    if case .single(let single) = value {
      return single >= Float(lowerBound) && single <= Float(upperBound)
    }
    return value.number.map(contains) ?? true
  }
}

extension RegisterType {
  /// Bits that a number of this type has.
  var bitCount: Int { registerCount * 16 }

  var isSigned: Bool {
    switch self {
    case .int16, .int32, .int64: true
    default: false
    }
  }

  var isInteger: Bool {
    switch self {
    case .int16, .int32, .int64, .uint16, .uint32, .uint64: true
    default: false
    }
  }

  var isFloat: Bool { self == .float32 || self == .float64 }

  /// The whole numbers that fit.
  var integerBounds: ClosedRange<Int128> {
    isSigned
      ? (-(1 << (bitCount - 1)))...((1 << (bitCount - 1)) - 1)
      : 0...((1 << bitCount) - 1)
  }

  func integer(from bits: UInt64) -> Int128 {
    switch self {
    case .int16: Int128(Int16(truncatingIfNeeded: bits))
    case .int32: Int128(Int32(truncatingIfNeeded: bits))
    case .int64: Int128(Int64(truncatingIfNeeded: bits))
    default: Int128(bits)
    }
  }
}

extension RegisterOrder {
  /// The number that the registers carry, most significant word and byte first.
  func bits(of registers: some Collection<UInt16>) -> UInt64 {
    var bits: UInt64 = 0
    if isLowWordFirst {
      var shift: UInt64 = 0
      for register in registers {
        bits |= UInt64(straight(register)) << shift
        shift += 16
      }
    } else {
      for register in registers { bits = bits << 16 | UInt64(straight(register)) }
    }
    return bits
  }

  /// The registers that carry a number: the inverse of ``bits(of:)``.
  func registers(of bits: UInt64, count: Int) -> [UInt16] {
    (0..<count).map { index in
      let word = isLowWordFirst ? index : count - 1 - index
      return straight(UInt16(truncatingIfNeeded: bits >> UInt64(word * 16)))
    }
  }

  /// The bytes of a text, first character first.
  func bytes(of registers: some Collection<UInt16>) -> [UInt8] {
    let words = isLowWordFirst ? Array(registers.reversed()) : Array(registers)
    return words.flatMap { word in
      let register = straight(word)
      return [UInt8(register >> 8), UInt8(truncatingIfNeeded: register)]
    }
  }

  /// The registers of a text: the inverse of ``bytes(of:)``.
  func registers(ofBytes bytes: [UInt8]) -> [UInt16] {
    let words = stride(from: 0, to: bytes.count - 1, by: 2).map {
      straight(UInt16(bytes[$0]) << 8 | UInt16(bytes[$0 + 1]))
    }
    return isLowWordFirst ? words.reversed() : words
  }

  private func straight(_ register: UInt16) -> UInt16 {
    isLowByteFirst ? register.byteSwapped : register
  }
}
