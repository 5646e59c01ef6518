package import Telemetry

extension ModbusSignal.Decoding {
  /// The registers that a device would hold for a value: the inverse of reading, for simulators.
  ///
  /// A value between two steps of the scale gets the nearer one.
  ///
  /// - Returns: nil when the value does not fit the type: too large, not a number, an unknown name.
  package func registers(for value: Value) -> [UInt16]? {
    switch type {
    case .string(let count): return textRegisters(value, count: count)
    case .bool: return flag(value).map { order.registers(of: $0 ? 1 : 0, count: 1) }
    case .bit(let index):
      return flag(value).map { order.registers(of: $0 ? 1 << UInt64(index) : 0, count: 1) }
    case .bits(let range):
      return integer(value).map {
        order.registers(of: UInt64(truncatingIfNeeded: $0) << UInt64(range.lowerBound), count: 1)
      }
    case .float16:
      return half(value).map { order.registers(of: UInt64($0.bitPattern), count: 1) }
    case .float32:
      return float(value).map { order.registers(of: UInt64($0.bitPattern), count: 2) }
    case .float64:
      return double(value).map { order.registers(of: $0.bitPattern, count: 4) }
    default:
      return integer(value).map {
        order.registers(of: type.bits(of: $0), count: type.registerCount)
      }
    }
  }

  private func textRegisters(_ value: Value, count: Int) -> [UInt16]? {
    guard case .text(let text) = value else { return nil }
    let bytes = Array(text.utf8)
    guard bytes.count <= count * 2, !bytes.contains(0), bytes.last != UInt8(ascii: " ") else {
      return nil
    }
    return order.registers(
      ofBytes: bytes + Array(repeating: 0, count: count * 2 - bytes.count)
    )
  }

  private func flag(_ value: Value) -> Bool? {
    switch value {
    case .flag(let flag): flag
    case .text: nil
    default: value.number.map { $0 != 0 }
    }
  }

  private func half(_ value: Value) -> Float16? {
    unscaled(value).flatMap { nearest(to: Float16($0), readingAs: value) }
  }

  private func float(_ value: Value) -> Float? {
    if case .single(let single) = value, scaling == nil { return single.isFinite ? single : nil }
    return unscaled(value).flatMap { nearest(to: Float($0), readingAs: value) }
  }

  private func double(_ value: Value) -> Double? {
    unscaled(value).flatMap { nearest(to: $0, readingAs: value) }
  }

  /// The raw float whose scaled reading is `value`; a quotient can miss it by some units in the
  /// last place.
  private func nearest<Raw: BinaryFloatingPoint & LosslessStringConvertible>(
    to near: Raw,
    readingAs value: Value
  ) -> Raw? {
    guard near.isFinite else { return nil }
    guard let scaling else { return near }
    var candidates = [near]
    var (up, down) = (near, near)
    for _ in 0..<4 {
      (up, down) = (up.nextUp, down.nextDown)
      candidates += [up, down]
    }
    return candidates.first { .real(scaling.apply(to: $0)) == value } ?? near
  }

  private func integer(_ value: Value) -> Int128? {
    let bounds = type.integerBounds
    let exact: Int128? =
      switch value {
      case .text(let name): names.filter { $0.value == name }.keys.min().map { Int128($0) }
      case .integer(let number) where scaling == nil: Int128(number)
      case .unsigned(let number) where scaling == nil: Int128(number)
      case .flag: nil
      default: nearestInteger(value, within: bounds)
      }
    return exact.flatMap { bounds.contains($0) ? $0 : nil }
  }

  /// The raw value whose reading is `value`, or else the nearest one.
  private func nearestInteger(_ value: Value, within bounds: ClosedRange<Int128>) -> Int128? {
    guard let number = value.number, let quotient = unscaled(value), quotient.magnitude < 0x1p65
    else { return nil }
    guard let scaling else { return Int128(quotient.rounded()) }
    let near = scaling.exactRaw(for: number) ?? Int128(quotient.rounded())
    let candidates = [0, 1, -1].map { (near + $0).clamped(to: bounds) }
    return candidates.first { .real(scaling.apply(to: $0)) == value } ?? near
  }

  private func unscaled(_ value: Value) -> Double? {
    guard let number = value.number else { return nil }
    guard let scaling else { return number }
    return (number - scaling.offset.double) / scaling.scale.double
  }
}

extension Scaling {
  /// (value − offset) ÷ scale, rounded once to a whole number, with the value's every bit.
  ///
  /// - Returns: nil where that needs more than 127 bits: for values next to nothing, of which
  ///   doubles hold the quotient well enough.
  fileprivate func exactRaw(for value: Double) -> Int128? {
    // value = mantissa ÷ 2^shift, exactly.
    let shift = value == 0 ? 0 : max(0, 52 - Int(value.exponent))
    guard shift <= 60, value.magnitude < 0x1p100 else { return nil }
    let mantissa = Int128(value * Double(sign: .plus, exponent: shift, significand: 1))
    let shifted = Int128(offset.mantissa) << Int128(shift)
    guard let left = Decimal.aligned(mantissa, by: offset.places),
      case (let difference, false) = left.subtractingReportingOverflow(shifted),
      let dividend = Decimal.aligned(difference, by: scale.places),
      let divisor = Decimal.aligned(
        Int128(scale.mantissa) << Int128(shift),
        by: offset.places
      )
    else { return nil }
    let (quotient, remainder) = dividend.quotientAndRemainder(dividingBy: divisor)
    guard remainder.magnitude >= divisor.magnitude - remainder.magnitude else { return quotient }
    return quotient + ((dividend < 0) == (divisor < 0) ? 1 : -1)
  }
}

extension Int128 {
  fileprivate func clamped(to bounds: ClosedRange<Int128>) -> Int128 {
    Swift.min(Swift.max(self, bounds.lowerBound), bounds.upperBound)
  }
}
