/// One measured value, with the kind of number that the device sent.
///
/// Integers are exact over the whole range of the device's type; a 32-bit float prints with its own
/// shortest digits (183.2, not 183.1999969482422). A value is never NaN or infinite: such a reading
/// is bad and has no value.
package enum Value: Sendable, Hashable {
  case integer(Int64)
  /// Only for numbers that ``integer(_:)`` cannot hold, above 2^63 − 1.
  case unsigned(UInt64)
  case single(Float)
  case real(Double)
  case flag(Bool)
  case text(String)

  /// The value as a number, for statistics; nil for flags and texts.
  package var number: Double? {
    switch self {
    case .integer(let value): Double(value)
    case .unsigned(let value): Double(value)
    case .single(let value): Double(value.description)
    case .real(let value): value
    case .flag, .text: nil
    }
  }
}

extension Value: CustomStringConvertible {
  /// The value as people read it: `183.2`, `on`, `LF-SAC305`.
  package var description: String {
    switch self {
    case .integer(let value): value.description
    case .unsigned(let value): value.description
    case .single(let value): value.description
    case .real(let value): value.description
    case .flag(let value): value ? "on" : "off"
    case .text(let value): value
    }
  }
}

/// One value, or what there is of it, and how far it can be trusted.
package struct Reading: Sendable, Hashable {
  /// What was read; kept beside a bad quality where there was something (out of range), as evidence.
  package let value: Value?
  package let quality: Quality

  package init(_ value: Value) {
    self.value = value
    quality = .good
  }

  package init(_ cause: Cause, evidence: Value? = nil) {
    value = evidence
    quality = .bad(cause)
  }
}

extension Value: Codable {
  /// A JSON number, string or boolean; an integer stays one.
  package init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if let flag = try? container.decode(Bool.self) {
      self = .flag(flag)
    } else if let integer = try? container.decode(Int64.self) {
      self = .integer(integer)
    } else if let unsigned = try? container.decode(UInt64.self) {
      self = .unsigned(unsigned)
    } else if let real = try? container.decode(Double.self) {
      self = .real(real)
    } else {
      self = .text(try container.decode(String.self))
    }
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .integer(let value): try container.encode(value)
    case .unsigned(let value): try container.encode(value)
    case .single(let value): try container.encode(value)
    case .real(let value): try container.encode(value)
    case .flag(let value): try container.encode(value)
    case .text(let value): try container.encode(value)
    }
  }
}
