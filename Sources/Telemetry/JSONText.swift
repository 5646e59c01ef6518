/// Writes JSON scalars straight into bytes.
package enum JSONText {
  package static func append(_ value: Value?, to bytes: inout [UInt8]) {
    switch value {
    case nil: bytes.append(contentsOf: "null".utf8)
    case .integer(let value): append(value, to: &bytes)
    case .unsigned(let value): bytes.append(contentsOf: value.description.utf8)
    case .single(let value): append(value, to: &bytes)
    case .real(let value): append(value, to: &bytes)
    case .flag(let value): bytes.append(contentsOf: (value ? "true" : "false").utf8)
    case .text(let value): append(value, to: &bytes)
    }
  }

  package static func append(_ value: Int64, to bytes: inout [UInt8]) {
    if value < 0 { bytes.append(UInt8(ascii: "-")) }
    appendDigits(value.magnitude, to: &bytes)
  }

  private static func appendDigits(_ value: UInt64, to bytes: inout [UInt8]) {
    var digits = 1
    var limit: UInt64 = 10
    while value >= limit {
      digits += 1
      if digits == 20 { break }
      limit *= 10
    }
    append(value, digits: digits, to: &bytes)
  }

  /// Exactly `digits` digits, with leading zeros.
  ///
  /// Divides by the constant 10 alone, which the compiler turns into a multiplication.
  static func append(_ value: UInt64, digits: Int, to bytes: inout [UInt8]) {
    if digits > 8 {
      append(value / 100_000_000, digits: digits - 8, to: &bytes)
      append(value % 100_000_000, digits: 8, to: &bytes)
      return
    }
    var packed: UInt64 = 0
    var rest = value
    for _ in 0..<digits {
      packed = packed << 8 | (0x30 + rest % 10)
      rest /= 10
    }
    for _ in 0..<digits {
      bytes.append(UInt8(truncatingIfNeeded: packed))
      packed >>= 8
    }
  }

  /// The shortest digits that read back as the same `Double`.
  ///
  /// Most readings have few decimals; those are written from an integer, which is several times
  /// faster than the general conversion and gives the same digits.
  package static func append(_ value: Double, to bytes: inout [UInt8]) {
    precondition(value.isFinite, "a value is never NaN or infinite")
    let thousandths = (value * 1_000).rounded()
    guard thousandths.magnitude < 1e12, thousandths != 0, thousandths / 1_000 == value else {
      bytes.append(contentsOf: value.description.utf8)
      return
    }
    if thousandths < 0 { bytes.append(UInt8(ascii: "-")) }
    appendThousandths(UInt64(thousandths.magnitude), to: &bytes)
  }

  /// The shortest digits that read back as the same `Float`.
  package static func append(_ value: Float, to bytes: inout [UInt8]) {
    precondition(value.isFinite, "a value is never NaN or infinite")
    let thousandths = (Double(value) * 1_000).rounded()
    guard thousandths.magnitude < 1e6, thousandths != 0, Float(thousandths / 1_000) == value else {
      bytes.append(contentsOf: value.description.utf8)
      return
    }
    if thousandths < 0 { bytes.append(UInt8(ascii: "-")) }
    appendThousandths(UInt64(thousandths.magnitude), to: &bytes)
  }

  private static func appendThousandths(_ value: UInt64, to bytes: inout [UInt8]) {
    appendDigits(value / 1_000, to: &bytes)
    bytes.append(UInt8(ascii: "."))
    let fraction = value % 1_000
    bytes.append(UInt8(ascii: "0") + UInt8(fraction / 100))
    if fraction % 100 == 0 { return }
    bytes.append(UInt8(ascii: "0") + UInt8(fraction / 10 % 10))
    if fraction % 10 == 0 { return }
    bytes.append(UInt8(ascii: "0") + UInt8(fraction % 10))
  }

  /// A JSON string (RFC 8259, 7).
  package static func append(_ text: String, to bytes: inout [UInt8]) {
    bytes.append(UInt8(ascii: "\""))
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"):
        bytes.append(UInt8(ascii: "\\"))
        bytes.append(byte)
      case 0..<0x20:
        bytes.append(contentsOf: #"\u00"#.utf8)
        bytes.append(UInt8(ascii: "0") + byte >> 4)
        let low = byte & 0x0F
        bytes.append(low < 10 ? UInt8(ascii: "0") + low : UInt8(ascii: "a") + low - 10)
      default: bytes.append(byte)
      }
    }
    bytes.append(UInt8(ascii: "\""))
  }
}
