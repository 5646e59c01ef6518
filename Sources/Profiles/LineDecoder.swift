package import Telemetry

/// Reads the lines of one serial scan group.
///
/// It holds compiled regular expressions, which cannot cross between threads: make one where it is
/// used.
package struct LineDecoder {
  /// Longer lines are not understood, whatever the pattern; it bounds the matcher's time.
  package static let maximumLength = 1_024

  private let group: SerialScanGroup
  private let pattern: Regex<AnyRegexOutput>
  private let errorPattern: Regex<AnyRegexOutput>?

  /// Whether the pattern looks at bytes, each of them a character.
  private let isBinary: Bool

  /// Compiles the group's patterns.
  ///
  /// - Throws: ``LinePatternError`` when a pattern is wrong or lacks a field's group. The profile
  ///   loader has already refused a file with such a pattern.
  package init(_ group: SerialScanGroup) throws(LinePatternError) {
    self.group = group
    isBinary = group.fields.contains { $0.isBinary }
    pattern = try LinePattern.compile(group.pattern)
    errorPattern =
      if let errorPattern = group.errorPattern {
        try LinePattern.compile(errorPattern)
      } else {
        nil
      }
    for field in group.fields where !pattern.contains(captureNamed: field.capture) {
      throw .missingGroup(field.capture, pattern: group.pattern)
    }
  }

  /// The readings of the group's fields, in their order.
  ///
  /// The end of the line may still be there.
  package func readings(from line: [UInt8]) -> [Reading] {
    guard line.count <= Self.maximumLength else { return all(.notUnderstood) }
    let text = isBinary ? LinePattern.latin1(line) : LinePattern.text(of: line)
    if let errorPattern, (try? errorPattern.wholeMatch(in: text)) != nil {
      return all(.deviceError)
    }
    guard let match = try? pattern.wholeMatch(in: text) else { return all(.notUnderstood) }
    return group.fields.map { field in
      field.reading(of: match.output[field.capture]?.substring)
    }
  }

  private func all(_ cause: Cause) -> [Reading] { group.fields.map { _ in Reading(cause) } }
}

/// Why a pattern cannot be used.
package enum LinePatternError: Error, Sendable, Hashable, CustomStringConvertible {
  case invalid(pattern: String, reason: String)
  case missingGroup(String, pattern: String)

  package var description: String {
    switch self {
    case .invalid(let pattern, let reason):
      "\(pattern) is not a regular expression: \(reason)"
    case .missingGroup(let name, let pattern):
      "\(pattern) has no group (?<\(name)>…)"
    }
  }
}

/// What decoder, writer and loader do alike with patterns and lines.
package enum LinePattern {
  /// The expression, or what is wrong with it.
  package static func compile(_ pattern: String) throws(LinePatternError) -> Regex<AnyRegexOutput> {
    do {
      return try Regex(pattern).matchingSemantics(.unicodeScalar)
    } catch {
      throw .invalid(pattern: pattern, reason: "\(error)")
    }
  }

  /// The line as text without its end: UTF-8, or else Latin-1, in which instruments send "°".
  package static func text(of line: [UInt8]) -> String {
    var content = line[...]
    while let last = content.last, last == 0x0D || last == 0x0A { content.removeLast() }
    return String(validating: content, as: UTF8.self) ?? latin1(content)
  }

  /// Each byte as the character with its number.
  package static func latin1(_ bytes: some Sequence<UInt8>) -> String {
    var scalars = String.UnicodeScalarView()
    scalars.append(contentsOf: bytes.map { Unicode.Scalar($0) })
    return String(scalars)
  }
}

extension SerialField {
  /// The reading of what the pattern's group caught; nothing means "no value".
  package func reading(of caught: Substring?) -> Reading {
    guard let caught else { return Reading(.notAvailable) }
    if case .bytes(let type, let order, let isHexadecimal) = kind {
      return reading(of: caught, type, order, isHexadecimal: isHexadecimal)
    }
    let text = Self.trimmed(caught)
    if notAvailable.contains(text) { return Reading(.notAvailable) }
    switch kind {
    case .text, .bytes: return Reading(.text(text))
    case .number:
      guard let value = number(text) else { return Reading(.notUnderstood, evidence: .text(text)) }
      guard let range = signal.range, !range.holds(value) else { return Reading(value) }
      return Reading(.outOfRange, evidence: value)
    }
  }

  /// The number in the caught bytes, or in the bytes that the caught digits write.
  private func reading(
    of caught: Substring,
    _ type: ByteType,
    _ order: RegisterOrder,
    isHexadecimal: Bool
  ) -> Reading {
    let digits = isHexadecimal ? Self.trimmed(caught) : Self.hexadecimal(caught)
    if notAvailable.contains(digits) { return Reading(.notAvailable) }
    guard digits.utf8.count == type.byteCount * 2, let raw = UInt64(digits, radix: 16) else {
      return Reading(.notUnderstood, evidence: .text(digits))
    }
    let decoding = ModbusSignal.Decoding(type: type.registerType, scaling: scaling)
    let words = type.registerType.registerCount
    let bits =
      type.byteCount == 1
      ? type.extended(raw)
      : order.bits(of: RegisterOrder.abcd.registers(of: raw, count: words))
    return decoding.reading(fromBits: bits, range: signal.range)
  }

  /// The bytes behind characters of ``LinePattern/latin1(_:)`` as digits in upper case.
  private static func hexadecimal(_ bytes: Substring) -> String {
    bytes.unicodeScalars.map { $0.value.hexadecimal(digits: 2) }.joined()
  }

  /// Sign, digits, point, digits, exponent, and nothing else.
  private func number(_ text: String) -> Value? {
    let unsigned = text.hasPrefix("+") ? String(text.dropFirst()) : text
    let digits = unsigned.hasPrefix("-") ? unsigned.dropFirst() : unsigned[...]
    guard let first = digits.utf8.first,
      (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(first) || first == UInt8(ascii: "."),
      !digits.contains(where: { "xXpPiInN_".contains($0) }),
      let number = Double(unsigned), number.isFinite
    else { return nil }
    if let scaling { return .real(scaling.apply(to: number)) }
    return Int64(unsigned).map(Value.integer) ?? .real(number)
  }

  private static func trimmed(_ text: Substring) -> String {
    var part = text
    while part.first == " " || part.first == "\t" { part.removeFirst() }
    while part.last == " " || part.last == "\t" { part.removeLast() }
    return String(part)
  }
}

extension SerialField {
  /// Whether the field is bytes that are no text.
  package var isBinary: Bool {
    if case .bytes(_, _, isHexadecimal: false) = kind { true } else { false }
  }
}

extension SerialField.ByteType {
  package var byteCount: Int {
    switch self {
    case .int8, .uint8: 1
    default: registerType.registerCount * 2
    }
  }

  /// The register type that carries the same numbers; a byte takes a whole register.
  package var registerType: RegisterType {
    switch self {
    case .int8, .int16: .int16
    case .uint8, .uint16: .uint16
    case .int32: .int32
    case .uint32: .uint32
    case .int64: .int64
    case .uint64: .uint64
    case .float32: .float32
    case .float64: .float64
    }
  }

  /// A byte with its sign in all 16 bits.
  fileprivate func extended(_ byte: UInt64) -> UInt64 {
    self == .int8 && byte > 0x7F ? byte | 0xFF00 : byte
  }
}
