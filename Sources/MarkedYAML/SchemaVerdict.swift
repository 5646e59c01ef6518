/// What a JSON Schema says of one scalar, read by YAML 1.2's core schema as editors read it.
///
/// So whether a schema refuses what a finding is about is told by the schema itself.
extension SchemaNode {
  /// Whether a scalar is what the schema of a ``ScalarKind`` asks for.
  func accepts(_ scalar: YAMLScalar) -> Bool {
    accepts(scalar.isPlain ? PlainScalar.value(of: scalar.text) : .text(scalar.text))
  }

  /// Whether a key is; keys are texts for every schema.
  func acceptsKey(_ key: YAMLScalar) -> Bool { accepts(.text(key.text)) }

  private func accepts(_ value: PlainScalar.CoreValue) -> Bool {
    guard case .object(let keywords) = self else { return true }
    return keywords.allSatisfy { keyword, argument in
      argument.accepts(value, keyword: keyword)
    }
  }

  /// Judges by one keyword of those that kinds use; this node is its argument.
  private func accepts(_ value: PlainScalar.CoreValue, keyword: String) -> Bool {
    switch (keyword, self, value) {
    case ("type", .text(let name), _): value.isOfType(name)
    case ("type", .array(let names), _):
      names.contains { if case .text(let name) = $0 { value.isOfType(name) } else { false } }
    case ("enum", .array(let words), _): words.contains { $0.isEqual(to: value) }
    case ("const", _, _): isEqual(to: value)
    case ("anyOf", .array(let choices), _): choices.contains { $0.accepts(value) }
    case ("not", _, _): !accepts(value)
    case ("minLength", .integer(let least), .text(let text)): text.unicodeScalars.count >= least
    case ("pattern", .text(let pattern), .text(let text)): Self.matches(text, pattern)
    case ("minimum", .integer(let least), .number(let number)): number >= Double(least)
    case ("maximum", .integer(let most), .number(let number)): number <= Double(most)
    case ("exclusiveMinimum", .integer(let bound), .number(let number)): number > Double(bound)
    default: true
    }
  }

  private func isEqual(to value: PlainScalar.CoreValue) -> Bool {
    switch (self, value) {
    case (.text(let left), .text(let right)): left == right
    case (.integer(let left), .number(let right)): Double(left) == right
    case (.bool(let left), .bool(let right)): left == right
    default: false
    }
  }

  private static func matches(_ text: String, _ pattern: String) -> Bool {
    guard let regex = try? Regex(pattern).matchingSemantics(.unicodeScalar) else { return false }
    return text.firstMatch(of: regex) != nil
  }
}

extension PlainScalar {
  /// A scalar as a JSON Schema sees it.
  enum CoreValue {
    case null
    case bool(Bool)
    case number(Double)
    case text(String)

    func isOfType(_ name: String) -> Bool {
      switch self {
      case .null: name == "null"
      case .bool: name == "boolean"
      case .text: name == "string"
      // A number without a fraction is a whole one, however it is written (draft-07 validation, 6.1.1).
      case .number(let number):
        name == "number" || name == "integer" && number.isFinite && number == number.rounded()
      }
    }
  }

  /// What YAML 1.2's core schema takes a plain text for.
  static func value(of text: String) -> CoreValue {
    switch core(text) {
    case .text: .text(text)
    case .null: .null
    case .bool: .bool(text.lowercased() == "true")
    case .number: .number(number(text))
    }
  }

  private static func number(_ text: String) -> Double {
    for (prefix, radix) in [("0x", 16.0), ("0o", 8.0)] where text.hasPrefix(prefix) {
      return text.dropFirst(2).reduce(0) { $0 * radix + Double($1.hexDigitValue ?? 0) }
    }
    let lower = text.lowercased()
    if lower.hasSuffix(".inf") { return lower.hasPrefix("-") ? -.infinity : .infinity }
    return Double(lower) ?? .nan
  }
}
