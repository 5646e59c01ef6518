internal import MarkedYAML
internal import Telemetry

extension ScalarKind {
  /// A text of which `parse` makes a value; nil refuses it.
  fileprivate static func parsed(
    _ expected: String,
    example: String,
    by parse: @escaping @Sendable (String) -> Value?
  ) -> ScalarKind {
    ScalarKind(expected: expected, example: example, schema: ["type": "string"]) {
      scalar throws(ScalarProblem) in
      guard let value = parse(scalar.text) else { throw .wrongType }
      return value
    }
  }
}

extension ScalarKind where Value == Digest {
  static let digest = parsed(
    "a SHA-256 hash in quotes",
    example: "\"" + String(repeating: "0", count: 64) + "\""
  ) { Digest($0) }
}

extension ScalarKind where Value == Instant {
  static let instant = parsed(
    "a time in UTC, in quotes",
    example: "\"2026-11-24T21:11:07.123456Z\""
  ) { Instant($0) }
}

extension ScalarKind where Value == Cause {
  static let cause = parsed("a cause's code", example: "not_available") { Cause(code: $0) }
}

extension ScalarKind where Value == UnitID {
  static let unit = ScalarKind(
    expected: "a unit from 1 to 247, or 255 on TCP",
    example: "1",
    schema: ["type": "integer"]
  ) { scalar throws(ScalarProblem) in
    let number = try ScalarKind<Int>.integer(in: 1...255).read(scalar)
    guard let unit = UInt8(exactly: number).flatMap({ UnitID($0) }) else { throw .outOfBounds }
    return unit
  }
}

extension ScalarKind where Value == [UInt16] {
  /// Registers, each as four hexadecimal digits.
  static let words = ScalarKind(
    expected: "registers in quotes, each as four hexadecimal digits",
    example: "\"0448 0A1B\"",
    schema: ["type": "string"]
  ) { scalar throws(ScalarProblem) in
    let parts = scalar.text.split(separator: " ")
    let words = parts.compactMap { part in
      part.utf8.count == 4 && part.allSatisfy(\.isHexDigit) ? UInt16(part, radix: 16) : nil
    }
    guard !scalar.isPlain, !parts.isEmpty, words.count == parts.count else { throw .wrongType }
    return words
  }

  /// Coils or discrete inputs, each as one digit.
  static let bits = ScalarKind(
    expected: "bits in quotes, each as 0 or 1",
    example: "\"0100\"",
    schema: ["type": "string"]
  ) { scalar throws(ScalarProblem) in
    guard !scalar.isPlain, !scalar.text.isEmpty,
      scalar.text.utf8.allSatisfy({ $0 == UInt8(ascii: "0") || $0 == UInt8(ascii: "1") })
    else { throw .wrongType }
    return scalar.text.utf8.map { UInt16($0 - UInt8(ascii: "0")) }
  }
}

extension ScalarKind where Value == [UInt8] {
  /// Bytes as a quoted text in which each character is one.
  static let escapedBytes = ScalarKind(
    expected: "bytes as a text in double quotes",
    example: #""O2?\r\n""#,
    schema: ["type": "string"]
  ) { scalar throws(ScalarProblem) in
    guard !scalar.isPlain, let bytes = CaptureText.bytes(scalar.text) else { throw .wrongType }
    return bytes
  }
}

extension ScalarKind where Value == String {
  /// A text in quotes, which may be empty.
  static let quotedText = ScalarKind(
    expected: "a text in quotes",
    example: "\"ACME\"",
    schema: ["type": "string"]
  ) { scalar throws(ScalarProblem) in
    guard !scalar.isPlain else { throw .wrongType }
    return scalar.text
  }
}

extension ScalarKind where Value == KeptReading.Value {
  /// A text in quotes; a number, true or false without.
  static let keptValue = ScalarKind(
    expected: "a number, true or false, or a text in quotes",
    example: "183.2",
    schema: ["type": ["number", "boolean", "string"]]
  ) { scalar throws(ScalarProblem) in
    guard scalar.isPlain else { return .text(scalar.text) }
    if ["true", "false"].contains(scalar.text) { return .plain(scalar.text) }
    let unsigned = scalar.text.hasPrefix("-") ? scalar.text.dropFirst() : scalar.text[...]
    guard let first = unsigned.utf8.first,
      (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(first),
      Double(scalar.text)?.isFinite == true, !scalar.text.lowercased().contains("x")
    else { throw .wrongType }
    return .plain(scalar.text)
  }
}
