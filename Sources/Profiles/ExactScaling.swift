internal import MarkedYAML

extension Scaling {
  /// Raw × scale + offset: the double nearest to the true decimal result.
  ///
  ///     Scaling(scale: 0.1).apply(to: 1832)  // 183.2, where 1832 * 0.1 is 183.20000000000002
  func apply(to raw: Int128) -> Double { apply(toDigits: raw, places: 0) }

  /// The same for a float, taken as its shortest decimal digits.
  func apply(to raw: some BinaryFloatingPoint & LosslessStringConvertible) -> Double {
    guard let parts = DecimalDigits(raw.description), let digits = Int128(parts.digits) else {
      return Double(raw) * scale.double + offset.double
    }
    return apply(toDigits: digits, places: parts.places)
  }

  private func apply(toDigits digits: Int128, places: Int) -> Double {
    if let exact = exactly(digits, places: places) { return exact }
    // Only where the digits do not fit into 127 bits, far beyond what a double can tell apart.
    let near = Double(digits) / Decimal.power(places) * scale.double + offset.double
    guard let decimals else { return near }
    let power = Decimal.power(decimals)
    let rounded = (near * power).rounded() / power
    return rounded.isFinite ? rounded : near
  }

  /// The double nearest to digits × 10^−places, rounded to ``decimals`` first.
  private func nearest(_ digits: Int128, places: Int) -> Double {
    guard let decimals, places > decimals else { return Decimal.nearest(digits, places: places) }
    guard let divisor = Decimal.aligned(1, by: places - decimals) else { return 0 }
    let (quotient, remainder) = digits.quotientAndRemainder(dividingBy: divisor)
    let isUp = remainder.magnitude >= divisor.magnitude - remainder.magnitude
    return Decimal.nearest(quotient + (isUp ? digits.signum() : 0), places: decimals)
  }

  private func exactly(_ digits: Int128, places: Int) -> Double? {
    let (product, overflow) = digits.multipliedReportingOverflow(by: Int128(scale.mantissa))
    guard !overflow else { return nil }
    let productPlaces = places + scale.places
    guard offset.mantissa != 0 else { return nearest(product, places: productPlaces) }
    let common = max(productPlaces, offset.places)
    guard let left = Decimal.aligned(product, by: common - productPlaces),
      let right = Decimal.aligned(Int128(offset.mantissa), by: common - offset.places)
    else { return nil }
    let (sum, sumOverflow) = left.addingReportingOverflow(right)
    return sumOverflow ? nil : nearest(sum, places: common)
  }
}

extension Scaling.Decimal {
  init(_ decimal: YAMLDecimal) {
    self.init(mantissa: decimal.mantissa, places: decimal.places)
  }

  /// The nearest double.
  package var double: Double { Self.nearest(Int128(mantissa), places: places) }

  /// The double nearest to digits × 10^−places.
  static func nearest(_ digits: Int128, places: Int) -> Double {
    let isExact = digits.magnitude <= 1 << 53 && places <= 22
    // Both sides are exact doubles, so the division rounds once, correctly (IEEE 754).
    if isExact { return Double(digits) / power(places) }
    return Double("\(digits)e-\(places)") ?? Double(digits) / power(places)
  }

  static func aligned(_ digits: Int128, by places: Int) -> Int128? {
    var result = digits
    for _ in 0..<places {
      let (next, overflow) = result.multipliedReportingOverflow(by: 10)
      if overflow { return nil }
      result = next
    }
    return result
  }

  /// 10^exponent, exact up to 10^22.
  static func power(_ exponent: Int) -> Double {
    exponent < powers.count
      ? powers[exponent] : (0..<exponent).reduce(1) { value, _ in value * 10 }
  }

  private static let powers: [Double] = [
    1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17,
    1e18, 1e19, 1e20, 1e21, 1e22,
  ]
}
