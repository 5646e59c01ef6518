/// What YAML makes of a text without quotes.
///
/// YAML 1.1 (which libyaml and most tools follow) and YAML 1.2 (which editors follow) disagree about
/// `off`, `010` and `12:30`. Here a plain text that either of them takes for something else is
/// refused where a text is expected, so that a file means the same everywhere.
package enum PlainScalar {
  /// What the text is taken for, in the words of a finding; nil for a plain text.
  package static func meaning(of text: String) -> String? {
    let lower = text.lowercased()
    switch lower {
    case "", "~", "null": return "no value"
    case "y", "yes", "on", "true": return "the truth value true"
    case "n", "no", "off", "false": return "the truth value false"
    case ".inf", "+.inf", "-.inf", ".nan": return "a number that is not finite"
    case "=", "<<": return "an operator"
    default: return numberMeaning(of: lower)
    }
  }

  private static func numberMeaning(of text: String) -> String? {
    let unsigned = text.first.map { "+-".contains($0) } == true ? text.dropFirst() : text[...]
    guard let first = unsigned.utf8.first, isDigit(first) || first == UInt8(ascii: ".") else {
      return nil
    }
    if isDate(text) { return "a date" }
    if isBase60(unsigned) { return "a number in base 60, as hours and minutes" }
    if isOctal(unsigned) { return "a number, octal for some programs and decimal for others," }
    if isPrefixed(unsigned) || isDecimal(unsigned) { return "a number" }
    return core(text) == .number ? "a number" : nil
  }

  /// `010`: octal in YAML 1.1, decimal in YAML 1.2.
  static func isOctal(_ text: some StringProtocol) -> Bool {
    text.utf8.count > 1 && text.first == "0" && text.utf8.allSatisfy { isDigit($0) || $0 == 0x5F }
  }

  /// `12:30`: 750 in YAML 1.1, a text in YAML 1.2.
  static func isBase60(_ text: some StringProtocol) -> Bool {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count > 1, parts.allSatisfy({ !$0.isEmpty }) else { return false }
    return parts.dropFirst().allSatisfy { part in
      let whole = part.split(separator: ".", omittingEmptySubsequences: false).first ?? ""
      return whole.utf8.count <= 2 && (Int(whole) ?? 60) < 60
    } && parts[0].utf8.allSatisfy { isDigit($0) || $0 == UInt8(ascii: "_") }
  }

  /// `0x1F`, `0o17`, `0b101`.
  private static func isPrefixed(_ text: some StringProtocol) -> Bool {
    let digits = text.dropFirst(2)
    guard !digits.isEmpty else { return false }
    switch text.prefix(2) {
    case "0x": return isHexadecimal(String(digits.filter { $0 != "_" }))
    case "0o": return digits.allSatisfy { "01234567_".contains($0) }
    case "0b": return digits.allSatisfy { "01_".contains($0) }
    default: return false
    }
  }

  private static func isHexadecimal(_ text: some StringProtocol) -> Bool {
    !text.isEmpty && text.allSatisfy { $0.isASCII && $0.isHexDigit }
  }

  /// Digits, with point, exponent and underscores as YAML 1.1 allows them.
  private static func isDecimal(_ text: some StringProtocol) -> Bool {
    let parts = text.split(separator: "e", maxSplits: 1, omittingEmptySubsequences: false)
    let mantissa = String(parts[0].filter { $0 != "_" })
    guard mantissa.contains(where: \.isNumber), mantissa.filter({ $0 == "." }).count <= 1,
      mantissa.utf8.allSatisfy({ isDigit($0) || $0 == UInt8(ascii: ".") })
    else { return false }
    guard parts.count == 2 else { return true }
    return Int(parts[1]) != nil
  }

  /// `2026-01-31`, with or without a time.
  private static func isDate(_ text: some StringProtocol) -> Bool {
    let day = text.prefix { $0 != "t" && $0 != " " }
    let parts = day.split(separator: "-", omittingEmptySubsequences: false)
    return parts.count == 3 && parts[0].utf8.count == 4
      && parts.dropFirst().allSatisfy { (1...2).contains($0.utf8.count) }
      && parts.allSatisfy { $0.utf8.allSatisfy(isDigit) }
  }

  static func isDigit(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
  }

  /// What YAML 1.2's core schema, which editors and JSON Schemas follow, takes a plain text for
  /// (YAML 1.2.2, 10.3.2).
  enum Core { case text, null, bool, number }

  static func core(_ text: String) -> Core {
    switch text {
    case "", "~", "null", "Null", "NULL": return .null
    case "true", "True", "TRUE", "false", "False", "FALSE": return .bool
    case ".nan", ".NaN", ".NAN": return .number
    default:
      let unsigned = text.first.map { "+-".contains($0) } == true ? text.dropFirst() : text[...]
      if [".inf", ".Inf", ".INF"].contains(unsigned) || isCoreInteger(text) { return .number }
      return isCoreFloat(unsigned) ? .number : .text
    }
  }

  /// `[-+]? [0-9]+`, `0o [0-7]+` and `0x [0-9a-fA-F]+`.
  static func isCoreInteger(_ text: String) -> Bool {
    if text.hasPrefix("0x") { return isHexadecimal(text.dropFirst(2)) }
    if text.hasPrefix("0o") {
      return text.count > 2 && text.dropFirst(2).allSatisfy { "01234567".contains($0) }
    }
    let digits = text.first.map { "+-".contains($0) } == true ? text.dropFirst() : text[...]
    return !digits.isEmpty && digits.utf8.allSatisfy(isDigit)
  }

  /// `( \. [0-9]+ | [0-9]+ ( \. [0-9]* )? ) ( [eE] [-+]? [0-9]+ )?`, the sign taken off.
  private static func isCoreFloat(_ text: Substring) -> Bool {
    let parts = text.split(
      maxSplits: 1,
      omittingEmptySubsequences: false,
      whereSeparator: { $0 == "e" || $0 == "E" }
    )
    let halves = parts[0].split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
    guard halves.allSatisfy({ $0.utf8.allSatisfy(isDigit) }),
      halves.contains(where: { !$0.isEmpty })
    else { return false }
    guard parts.count == 2 else { return true }
    let digits = parts[1].first.map { "+-".contains($0) } == true ? parts[1].dropFirst() : parts[1]
    return !digits.isEmpty && digits.utf8.allSatisfy(isDigit)
  }
}
