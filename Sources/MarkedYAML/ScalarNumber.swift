/// Reads numbers the strict way: what YAML 1.1 and 1.2 read differently is refused.
enum ScalarNumber {
  /// A plain whole number, decimal or `0x…`, within 64 bits of either kind.
  static func integer(_ scalar: YAMLScalar) throws(ScalarProblem) -> Int128 {
    guard scalar.isPlain else { throw quoted(scalar) }
    try refuseTraps(scalar)
    guard let value = integer(scalar.text) else {
      throw PlainScalar.isCoreInteger(scalar.text) ? unusual(scalar) : .wrongType
    }
    return value
  }

  /// A whole number, decimal or `0x…`; quotes do not matter.
  static func integer(_ text: String) -> Int128? {
    if text.hasPrefix("0x") || text.hasPrefix("0X") {
      let digits = text.dropFirst(2)
      guard digits.first?.isHexDigit == true else { return nil }
      return UInt64(digits, radix: 16).map { Int128($0) }
    }
    guard let first = text.utf8.first, PlainScalar.isDigit(first) || first == UInt8(ascii: "-")
    else { return nil }
    return Int128(text)
  }

  static func decimal(_ scalar: YAMLScalar) throws(ScalarProblem) -> YAMLDecimal {
    guard scalar.isPlain else { throw quoted(scalar) }
    try refuseTraps(scalar)
    guard let parts = DecimalDigits(scalar.text), let double = Double(scalar.text) else {
      throw PlainScalar.core(scalar.text) == .number ? unusual(scalar) : .wrongType
    }
    guard let mantissa = Int64(parts.digits), (0...15).contains(parts.places) else {
      throw .other(
        .outOfBounds,
        message: "\(scalar.text) has too many digits; write at most 15 after the point"
      )
    }
    return YAMLDecimal(mantissa: mantissa, places: parts.places, double: double)
  }

  static func duration(_ scalar: YAMLScalar) throws(ScalarProblem) -> Duration {
    let text = scalar.text
    let number = text.prefix { $0.isNumber || $0 == "." }
    let milliseconds: [String: Int64] = ["ms": 1, "s": 1_000, "m": 60_000, "h": 3_600_000]
    guard let parts = DecimalDigits(String(number)), let digits = Int64(parts.digits) else {
      throw .wrongType
    }
    guard let unit = milliseconds[String(text.dropFirst(number.count))] else {
      throw number.count == text.count
        ? .other(
          .wrongType,
          message: "\(text) has no unit; write \(text)ms, \(text)s or \(text)m"
        )
        : .wrongType
    }
    guard (0...6).contains(parts.places) else { throw .wrongType }
    let nanoseconds = Int128(digits) * Int128(unit) * 1_000_000 / power(parts.places)
    guard let value = Int64(exactly: nanoseconds) else {
      throw .other(.outOfBounds, message: "\(text) is longer than any clock runs; write less")
    }
    return .nanoseconds(value)
  }

  /// A duration as a file would have it.
  static func text(_ duration: Duration) -> String {
    let (seconds, attoseconds) = duration.components
    let milliseconds = seconds * 1_000 + attoseconds / 1_000_000_000_000_000
    if milliseconds % 3_600_000 == 0, milliseconds > 0 { return "\(milliseconds / 3_600_000)h" }
    if milliseconds % 60_000 == 0, milliseconds > 0 { return "\(milliseconds / 60_000)m" }
    return milliseconds % 1_000 == 0 ? "\(milliseconds / 1_000)s" : "\(milliseconds)ms"
  }

  private static func quoted(_ scalar: YAMLScalar) -> ScalarProblem {
    let isNumber = DecimalDigits(scalar.text) != nil || integer(scalar.text) != nil
    guard isNumber else { return .wrongType }
    return .other(
      .wrongType,
      message: "\(scalar.shown) is a text; write the number without quotes: \(scalar.text)"
    )
  }

  /// A number in a notation that only some programs take for one.
  private static func unusual(_ scalar: YAMLScalar) -> ScalarProblem {
    guard let digits = plainDigits(scalar.text) else { return .outOfBounds }
    return .other(
      .ambiguousScalar,
      message: "\(scalar.text) is not a number for every program; write \(digits)"
    )
  }

  /// `15` for `0o17`, `5` for `+5`, `0.5` for `.5`, `1` for `1.`; nil for what is no usual number.
  private static func plainDigits(_ text: String) -> String? {
    for (prefix, radix) in [("0x", 16), ("0o", 8)] where text.hasPrefix(prefix) {
      return UInt64(text.dropFirst(2), radix: radix).map { "\($0)" }
    }
    let isNegative = text.hasPrefix("-")
    let unsigned = isNegative || text.hasPrefix("+") ? text.dropFirst() : text[...]
    let end = unsigned.firstIndex { $0 == "e" || $0 == "E" } ?? unsigned.endIndex
    var mantissa = unsigned[..<end]
    if mantissa.hasSuffix(".") { mantissa.removeLast() }
    let whole = mantissa.hasPrefix(".") ? "0" : ""
    let plain = (isNegative ? "-" : "") + whole + mantissa + unsigned[end...]
    return DecimalDigits(plain) == nil ? nil : plain
  }

  private static func refuseTraps(_ scalar: YAMLScalar) throws(ScalarProblem) {
    let text = scalar.text
    let unsigned = text.first.map { "+-".contains($0) } == true ? text.dropFirst() : text[...]
    if PlainScalar.isOctal(unsigned) {
      throw .other(
        .ambiguousScalar,
        message: "\(text) is octal for some programs and decimal for others; "
          + "write it without the leading 0"
      )
    }
    let joined = text.filter { $0 != "_" }
    if joined != text, DecimalDigits(joined) != nil {
      throw .other(
        .ambiguousScalar,
        message: "\(text) is a number for some programs and a text for others; write \(joined)"
      )
    }
    if PlainScalar.isBase60(unsigned) {
      throw .other(
        .ambiguousScalar,
        message: "\(text) is a number in base 60 for some programs; write one plain number"
      )
    }
  }

  static func power(_ exponent: Int) -> Int128 {
    (0..<exponent).reduce(Int128(1)) { power, _ in power * 10 }
  }
}

/// The digits of a decimal number, and where its point is: digits × 10^−places.
package struct DecimalDigits {
  /// Sign and digits, without a point.
  package let digits: String
  package let places: Int

  /// - Returns: nil unless the text is sign, digits, point, digits and exponent, as far as given.
  package init?(_ text: String) {
    let lower = text.lowercased()
    let parts = lower.split(separator: "e", maxSplits: 1, omittingEmptySubsequences: false)
    let isNegative = lower.hasPrefix("-")
    let unsigned = isNegative ? parts[0].dropFirst() : parts[0]
    let halves = unsigned.split(separator: ".", omittingEmptySubsequences: false)
    guard halves.count <= 2, !halves[0].isEmpty, halves.last?.isEmpty == false,
      halves.allSatisfy({ $0.utf8.allSatisfy(PlainScalar.isDigit) })
    else { return nil }
    var exponent = 0
    if parts.count == 2 {
      guard let value = Int(parts[1]), (-30...30).contains(value) else { return nil }
      exponent = value
    }
    let fraction = halves.count == 2 ? halves[1] : ""
    let missing = max(0, exponent - fraction.utf8.count)
    digits = (isNegative ? "-" : "") + halves[0] + fraction + String(repeating: "0", count: missing)
    places = fraction.utf8.count + missing - exponent
  }
}
