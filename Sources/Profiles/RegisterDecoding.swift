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
    return reading(fromBits: order.bits(of: registers), range: range)
  }

  /// Turns the registers of a reply into a reading.
  package func reading(from registers: [UInt16], range: ClosedRange<Double>?) -> Reading {
    reading(from: registers[...], range: range)
  }

  /// Turns the bits of a number, most significant first, into a reading.
  func reading(fromBits whole: UInt64, range: ClosedRange<Double>?) -> Reading {
    let bits = type.field(of: whole)
    if notAvailable.contains(bits) { return Reading(.notAvailable) }
    switch type {
    case .bool: return Reading(.flag(bits != 0))
    case .bit: return Reading(.flag(bits == 1))
    case .float16: return reading(of: Float16(bitPattern: UInt16(truncatingIfNeeded: bits)), range)
    case .float32: return reading(of: Float(bitPattern: UInt32(truncatingIfNeeded: bits)), range)
    case .float64: return reading(of: Double(bitPattern: bits), range)
    default:
      guard let integer = type.integer(from: bits) else {
        return Reading(.notUnderstood, evidence: .integer(Int64(truncatingIfNeeded: bits)))
      }
      return reading(ofInteger: integer, range)
    }
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

  /// A half gets the 32-bit float with its own shortest digits: 0.1, not 0.09997559.
  private func reading(of raw: Float16, _ range: ClosedRange<Double>?) -> Reading {
    guard raw.isFinite else { return Reading(.notAvailable) }
    let plain = Float(raw.description) ?? Float(raw)
    return checked(scaling.map { .real($0.apply(to: raw)) } ?? .single(plain), range)
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
