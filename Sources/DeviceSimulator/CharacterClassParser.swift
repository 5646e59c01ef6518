/// Reads an escape such as `\d` or `\x1B`, and gives one character that it matches.
struct EscapeParser {
  let scalars: [Unicode.Scalar]
  private(set) var position: Int
  private let pattern: String

  init(scalars: [Unicode.Scalar], position: Int, pattern: String) {
    self.scalars = scalars
    self.position = position
    self.pattern = pattern
  }

  /// - Precondition: A backslash is at ``position``.
  mutating func example() throws(PatternTemplateError) -> Unicode.Scalar {
    guard position + 1 < scalars.count else { throw unsupported("a backslash at the end") }
    let kind = scalars[position + 1]
    position += 2
    switch kind {
    case "d", "w", "S", "N": return "0"
    case "D", "s", "W", "h": return " "
    case "t": return "\t"
    case "r": return "\r"
    case "n", "v", "R": return "\n"
    case "f": return "\u{0C}"
    case "a": return "\u{07}"
    case "e": return "\u{1B}"
    case "x", "u": return try codePoint(kind)
    default: break
    }
    if kind.properties.isAlphabetic || ("0"..."9").contains(kind) {
      throw unsupported("the escape \\\(kind)")
    }
    return kind
  }

  /// `\x1B`, `\x{1B}`, `\u001B` or `\u{1B}`.
  private mutating func codePoint(
    _ kind: Unicode.Scalar
  ) throws(PatternTemplateError) -> Unicode.Scalar {
    var digits = ""
    if position < scalars.count, scalars[position] == "{" {
      let end = scalars[position...].firstIndex(of: "}") ?? scalars.count
      digits.unicodeScalars.append(contentsOf: scalars[(position + 1)..<end])
      position = min(end + 1, scalars.count)
    } else {
      let end = min(position + (kind == "x" ? 2 : 4), scalars.count)
      digits.unicodeScalars.append(contentsOf: scalars[position..<end])
      position = end
    }
    guard let code = UInt32(digits, radix: 16), let scalar = Unicode.Scalar(code) else {
      throw unsupported("the code point \(digits)")
    }
    return scalar
  }

  private func unsupported(_ reason: String) -> PatternTemplateError {
    .unsupported(pattern: pattern, offset: position, reason: reason)
  }
}

/// Reads a class such as `[+-]` or `[^0-9,]`, and gives one character that it matches.
struct CharacterClassParser {
  /// What a negated class may be served with; the first that is not excluded.
  private static let candidates: [Unicode.Scalar] = ["0", "a", "A", " ", "-", ".", ",", "_", "~"]

  private let scalars: [Unicode.Scalar]
  private(set) var position: Int
  private let pattern: String

  init(scalars: [Unicode.Scalar], position: Int, pattern: String) {
    self.scalars = scalars
    self.position = position
    self.pattern = pattern
  }

  /// - Precondition: A `[` is at ``position``.
  mutating func example() throws(PatternTemplateError) -> Unicode.Scalar {
    let start = position
    position += 1
    let isNegated = take("^")
    var ranges: [ClosedRange<UInt32>] = []
    while position < scalars.count, scalars[position] != "]" {
      if "[&~".unicodeScalars.contains(scalars[position]), isOperator {
        throw unsupported("a class within a class")
      }
      ranges.append(try range(isNegated: isNegated))
    }
    guard take("]"), let first = ranges.first else {
      position = start
      throw unsupported("a class that is empty or has no ']'")
    }
    guard isNegated else { return Unicode.Scalar(first.lowerBound) ?? "0" }
    let example = Self.candidates.first { candidate in
      !ranges.contains { $0.contains(candidate.value) }
    }
    guard let example else { throw unsupported("a class that excludes too much") }
    return example
  }

  /// Whether a nested class or a set operation starts here.
  private var isOperator: Bool {
    scalars[position] == "["
      || (position + 1 < scalars.count && scalars[position + 1] == scalars[position])
  }

  private mutating func range(
    isNegated: Bool
  ) throws(PatternTemplateError) -> ClosedRange<UInt32> {
    let lower = try member(isNegated: isNegated)
    let isRange =
      position + 1 < scalars.count && scalars[position] == "-" && scalars[position + 1] != "]"
    guard isRange else { return lower }
    position += 1
    let upper = try member(isNegated: isNegated)
    guard lower.lowerBound <= upper.upperBound else { throw unsupported("a range backwards") }
    return lower.lowerBound...upper.upperBound
  }

  private mutating func member(
    isNegated: Bool
  ) throws(PatternTemplateError) -> ClosedRange<UInt32> {
    guard scalars[position] == "\\" else {
      position += 1
      return scalars[position - 1].value...scalars[position - 1].value
    }
    if isNegated, let set = namedSet { return set }
    var escape = EscapeParser(scalars: scalars, position: position, pattern: pattern)
    let scalar = try escape.example()
    position = escape.position
    return scalar.value...scalar.value
  }

  /// What `\d`, `\s` or `\w` excludes from a negated class, taken as the range that holds it.
  private var namedSet: ClosedRange<UInt32>? {
    mutating get {
      guard position + 1 < scalars.count else { return nil }
      let set: ClosedRange<UInt32>
      switch scalars[position + 1] {
      case "d": set = 0x30...0x39
      case "s": set = 0x09...0x20
      case "w": set = 0x30...0x7A
      default: return nil
      }
      position += 2
      return set
    }
  }

  private mutating func take(_ scalar: Unicode.Scalar) -> Bool {
    guard position < scalars.count, scalars[position] == scalar else { return false }
    position += 1
    return true
  }

  private func unsupported(_ reason: String) -> PatternTemplateError {
    .unsupported(pattern: pattern, offset: position, reason: reason)
  }
}
