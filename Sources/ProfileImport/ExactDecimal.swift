/// A decimal number as people write it: digits × 10^−places, exact.
struct ExactDecimal: Sendable, Hashable {
  let digits: Int64
  let places: Int

  /// As many digits after the point as a profile may have.
  static let maximumPlaces = 15

  static let zero = ExactDecimal(digits: 0, places: 0)
  static let one = ExactDecimal(digits: 1, places: 0)

  /// Takes the shortest form: no zeros at the end of the fraction.
  init(digits: Int64, places: Int) {
    var (digits, places) = (digits, places)
    while places > 0, digits % 10 == 0 { (digits, places) = (digits / 10, places - 1) }
    self.digits = digits
    self.places = places
  }

  /// Reads `-12.5` or `1e-05`; a comma for the point where `comma` allows it.
  ///
  /// - Returns: nil for anything else, and for what has too many digits.
  init?(_ text: String, comma: Bool = false) {
    let plain = comma ? text.replacing(",", with: ".") : text
    let parts = plain.lowercased().split(
      separator: "e",
      maxSplits: 1,
      omittingEmptySubsequences: false
    )
    let mantissa = parts[0].split(separator: ".", omittingEmptySubsequences: false)
    guard mantissa.count <= 2, let whole = mantissa.first else { return nil }
    let fraction = mantissa.count == 2 ? mantissa[1] : ""
    guard fraction.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
      whole.utf8.contains(where: { (0x30...0x39).contains($0) }) || !fraction.isEmpty,
      let exponent = parts.count == 2 ? Int(parts[1]) : 0, (-64...64).contains(exponent),
      var digits = Int64(whole + fraction), digits != Int64.min
    else { return nil }
    var places = fraction.utf8.count - exponent
    while places > 0, digits % 10 == 0 { (digits, places) = (digits / 10, places - 1) }
    while places < 0 {
      let (next, overflow) = digits.multipliedReportingOverflow(by: 10)
      if overflow { return nil }
      (digits, places) = (next, places + 1)
    }
    guard places <= Self.maximumPlaces else { return nil }
    self.init(digits: digits, places: places)
  }

  /// The number as a profile writes it, without an exponent.
  var text: String {
    guard places > 0 else { return String(digits) }
    let all = String(digits.magnitude)
    let padded = String(repeating: "0", count: max(0, places + 1 - all.count)) + all
    return (digits < 0 ? "-" : "") + padded.dropLast(places) + "." + padded.suffix(places)
  }

  var negated: ExactDecimal { ExactDecimal(digits: -digits, places: places) }

  /// digits × 10^(`places` − own places), which must not be negative.
  private func aligned(_ places: Int) -> Int128 {
    (self.places..<places).reduce(Int128(digits)) { value, _ in value * 10 }
  }
}

extension ExactDecimal: Comparable {
  static func < (left: Self, right: Self) -> Bool {
    let places = max(left.places, right.places)
    return left.aligned(places) < right.aligned(places)
  }
}

/// The straight line through two points: raw × scale + offset.
struct ExactLine: Sendable, Hashable {
  let scale: ExactDecimal
  let offset: ExactDecimal

  /// Two numbers on one axis.
  typealias Ends = (low: ExactDecimal, high: ExactDecimal)

  /// Whether the true numbers have more digits than a profile may have.
  let isRounded: Bool

  /// - Returns: nil where the raw points are one, the scaled ones are one, or a number is too large.
  init?(raw: Ends, scaled: Ends) {
    // All four as whole numbers of one and the same unit, so that quotients are exact.
    let places = [raw.low, raw.high, scaled.low, scaled.high].reduce(0) { max($0, $1.places) }
    guard places <= 6,
      let rawLow = Self.whole(raw.low, places), let rawHigh = Self.whole(raw.high, places),
      let scaledLow = Self.whole(scaled.low, places),
      let scaledHigh = Self.whole(scaled.high, places),
      rawLow != rawHigh, scaledLow != scaledHigh
    else { return nil }
    let run = rawHigh - rawLow
    let rise = scaledHigh - scaledLow
    // offset = scaledLow − rawLow × rise / run, over the denominator run × 10^places.
    guard let scale = Self.quotient(rise, run, places: 0),
      let offset = Self.quotient(scaledLow * run - rawLow * rise, run, places: places)
    else { return nil }
    self.scale = scale.value
    self.offset = offset.value
    isRounded = scale.isRounded || offset.isRounded
  }

  private static func whole(_ number: ExactDecimal, _ places: Int) -> Int128? {
    guard number.digits.magnitude <= 1_000_000_000_000 else { return nil }
    let value = (number.places..<places).reduce(Int128(number.digits)) { value, _ in value * 10 }
    return value.magnitude <= 1_000_000_000_000 ? value : nil
  }

  /// dividend ÷ (divisor × 10^places), with 15 digits after the point at most.
  private static func quotient(
    _ dividend: Int128,
    _ divisor: Int128,
    places: Int
  ) -> (value: ExactDecimal, isRounded: Bool)? {
    var digits = dividend / divisor
    var rest = dividend % divisor
    var count = places
    while rest != 0, count < ExactDecimal.maximumPlaces, digits.magnitude < 100_000_000_000_000_000
    {
      rest *= 10
      digits = digits * 10 + rest / divisor
      rest %= divisor
      count += 1
    }
    let isRounded = rest != 0
    if isRounded, rest.magnitude * 2 >= divisor.magnitude {
      digits += (dividend < 0) == (divisor < 0) ? 1 : -1
    }
    return Int64(exactly: digits).map {
      (ExactDecimal(digits: $0, places: count), isRounded)
    }
  }
}
