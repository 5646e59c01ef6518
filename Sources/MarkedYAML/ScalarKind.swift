/// What a value may be, how it is read, and what a finding and a JSON Schema say of it.
package struct ScalarKind<Value: Sendable>: Sendable {
  /// Completes "write …": `a whole number from 1 to 125`.
  package let expected: String

  /// Completes "…, such as": a value as it stands in a file.
  package let example: String

  /// What a JSON Schema can tell of the value.
  package let schema: SchemaNode

  package let read: @Sendable (YAMLScalar) throws(ScalarProblem) -> Value

  package init(
    expected: String,
    example: String,
    schema: SchemaNode,
    read: @escaping @Sendable (YAMLScalar) throws(ScalarProblem) -> Value
  ) {
    self.expected = expected
    self.example = example
    self.schema = schema
    self.read = read
  }

  /// The same kind with another example.
  package func suchAs(_ example: String) -> ScalarKind {
    ScalarKind(expected: expected, example: example, schema: schema, read: read)
  }
}

/// Why a scalar is not the value that is wanted there.
package enum ScalarProblem: Error, Sendable, Hashable {
  /// It is something else; the kind says what would be right.
  case wrongType
  /// It is of the right kind and too small or too large, as the kind says.
  case outOfBounds
  /// A finding of its own.
  case other(FindingCode, message: String)
}

extension ScalarKind where Value == String {
  /// A text that every YAML program reads as one.
  package static let text = ScalarKind(
    expected: "a text",
    example: "Reflow oven",
    schema: ["type": "string", "minLength": 1]
  ) { scalar throws(ScalarProblem) in
    if scalar.isAbsent { throw .wrongType }
    if scalar.isPlain, let meaning = PlainScalar.meaning(of: scalar.text) {
      throw .other(
        .ambiguousScalar,
        message: "\(scalar.text) without quotes is \(meaning) in YAML; "
          + "quote it: \"\(scalar.text)\""
      )
    }
    if scalar.text.isEmpty {
      throw .other(.outOfBounds, message: "the text is empty; write one")
    }
    return scalar.text
  }

  /// A text, or a plain number without traps, taken as it is written: a page, a revision.
  package static let textOrNumber = ScalarKind(
    expected: "a text or a number",
    example: "14",
    schema: ["anyOf": [["type": "string", "minLength": 1], ["type": "integer", "minimum": 0]]]
  ) { scalar throws(ScalarProblem) in
    let isNumber =
      scalar.isPlain && !PlainScalar.isOctal(scalar.text) && !scalar.text.isEmpty
      && scalar.text.utf8.allSatisfy(PlainScalar.isDigit)
    return isNumber ? scalar.text : try text.read(scalar)
  }
}

extension ScalarKind where Value == Int {
  /// A whole number, decimal or `0x…`.
  package static func integer(in bounds: ClosedRange<Int>, example: Int? = nil) -> ScalarKind {
    ScalarKind(
      expected: "a whole number from \(bounds.lowerBound) to \(bounds.upperBound)",
      example: "\(example ?? bounds.lowerBound)",
      schema: [
        "type": "integer",
        "minimum": .integer(bounds.lowerBound),
        "maximum": .integer(bounds.upperBound),
      ]
    ) { scalar throws(ScalarProblem) in
      let number = try ScalarNumber.integer(scalar)
      if scalar.text.hasPrefix("0X") {
        throw .other(
          .ambiguousScalar,
          message: "\(scalar.text) is a text in YAML; write 0x\(scalar.text.dropFirst(2))"
        )
      }
      guard let value = Int(exactly: number), bounds.contains(value) else { throw .outOfBounds }
      return value
    }
  }
}

extension ScalarKind where Value == Int128 {
  /// A raw code, decimal or `0x8000`, of any width up to 64 bits, with or without quotes.
  package static let code = ScalarKind(
    expected: "a code",
    example: "0x8000",
    schema: ["anyOf": [["type": "integer"], ["type": "string", "pattern": .text(codePattern)]]]
  ) { scalar throws(ScalarProblem) in
    let plain = YAMLScalar(text: scalar.text, isPlain: true, mark: scalar.mark)
    return try ScalarNumber.integer(plain)
  }

  private static let codePattern = "^(-?[0-9]+|0[xX][0-9a-fA-F]+)$"
}

extension ScalarKind where Value == Bool {
  package static let bool = ScalarKind(
    expected: "true or false",
    example: "true",
    schema: ["type": "boolean"]
  ) { scalar throws(ScalarProblem) in
    switch (scalar.isPlain, scalar.text) {
    case (true, "true"): return true
    case (true, "false"): return false
    case (true, let text):
      guard let meaning = PlainScalar.meaning(of: text), meaning.contains("truth value") else {
        throw .wrongType
      }
      throw .other(
        .ambiguousScalar,
        message: "\(text) is \(meaning) for some programs and a text for others; "
          + "write true or false"
      )
    case (false, _): throw .wrongType
    }
  }
}

extension ScalarKind where Value == Duration {
  /// A duration with its unit.
  package static func duration(in bounds: ClosedRange<Duration>) -> ScalarKind {
    let span = "\(ScalarNumber.text(bounds.lowerBound)) to \(ScalarNumber.text(bounds.upperBound))"
    return ScalarKind(
      expected: "a duration with its unit (ms, s, m, h), \(span)",
      example: "1s",
      schema: ["type": "string", "pattern": "^[0-9]+(\\.[0-9]{1,6})?(ms|s|m|h)$"]
    ) { scalar throws(ScalarProblem) in
      let value = try ScalarNumber.duration(scalar)
      guard bounds.contains(value) else {
        throw .other(
          .outOfBounds,
          message: "\(scalar.text) is too short or too long; write a duration from \(span)"
        )
      }
      return value
    }
  }
}

extension ScalarKind where Value == YAMLDecimal {
  /// A decimal number, kept as its digits.
  package static let decimal = ScalarKind(
    expected: "a number with at most 15 digits after the point",
    example: "0.1",
    schema: ["type": "number"]
  ) { scalar throws(ScalarProblem) in
    try ScalarNumber.decimal(scalar)
  }
}

extension ScalarKind
where Value: RawRepresentable & CaseIterable, Value.RawValue == String {
  /// One of the words of an enumeration, `noun` naming the choice: "known tables".
  package static func choice(_ noun: String) -> ScalarKind {
    let words = Value.allCases.map(\.rawValue)
    return ScalarKind(
      expected: "one of " + words.joined(separator: ", "),
      example: words.first ?? "",
      schema: ["enum": .array(SchemaNode.words(words))]
    ) { scalar throws(ScalarProblem) in
      if let value = Value(rawValue: scalar.text) { return value }
      if scalar.isAbsent { throw .wrongType }
      throw .other(
        .unknownValue,
        message: "\(scalar.shown) is not one of the \(noun); "
          + Suggestion.text(for: scalar.text, among: words, noun: noun)
      )
    }
  }
}

extension SchemaNode {
  /// Words as values: a word that is a number may stand in the file without quotes.
  package static func words(_ words: [String]) -> [SchemaNode] {
    words.map { .text($0) } + words.compactMap { Int($0).map { .integer($0) } }
  }
}

/// A decimal number as its digits: mantissa × 10^−places.
package struct YAMLDecimal: Sendable, Hashable {
  package let mantissa: Int64

  /// Digits after the point, 0 to 15.
  package let places: Int

  /// The nearest double.
  package let double: Double

  package init(mantissa: Int64, places: Int, double: Double) {
    self.mantissa = mantissa
    self.places = places
    self.double = double
  }
}
