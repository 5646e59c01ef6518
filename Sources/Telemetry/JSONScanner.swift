/// Reads the JSON that ``FrameCoding`` writes: no white space, members in one order.
struct JSONScanner {
  private let bytes: [UInt8]
  private var position = 0

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  func error(_ reason: String) -> RecordCodingError {
    RecordCodingError(reason: "\(reason) (byte \(position))", bytes: bytes)
  }

  /// Steps over `text` if it comes next.
  mutating func take(_ text: StaticString) -> Bool {
    let count = text.utf8CodeUnitCount
    guard position + count <= bytes.count else { return false }
    let matches = text.withUTF8Buffer { expected in
      bytes[position..<(position + count)].elementsEqual(expected)
    }
    if matches { position += count }
    return matches
  }

  mutating func expect(_ text: StaticString) throws(RecordCodingError) {
    guard take(text) else { throw error("\(text) expected") }
  }

  func expectEnd() throws(RecordCodingError) {
    guard position == bytes.count else { throw error("nothing more expected") }
  }

  mutating func integer() throws(RecordCodingError) -> Int {
    let text = number()
    guard let value = Int(String(decoding: text, as: UTF8.self)) else {
      throw error("an integer expected")
    }
    return value
  }

  /// A JSON scalar; nil for `null`.
  mutating func value() throws(RecordCodingError) -> Value? {
    if take("null") { return nil }
    if take("true") { return .flag(true) }
    if take("false") { return .flag(false) }
    if position < bytes.count, bytes[position] == UInt8(ascii: "\"") { return .text(try string()) }
    let digits = number()
    if let value = Self.smallDecimal(digits) { return value }
    let text = String(decoding: digits, as: UTF8.self)
    if let value = Int64(text) { return .integer(value) }
    if let value = UInt64(text) { return .unsigned(value) }
    guard let value = Double(text), value.isFinite else { throw error("a value expected") }
    return .real(value)
  }

  /// Nearly all readings: at most 15 digits with at most three decimals, which divide exactly.
  private static func smallDecimal(_ digits: ArraySlice<UInt8>) -> Value? {
    guard digits.count <= 15 else { return nil }
    var mantissa: Int64 = 0
    var decimals = -1
    var isNegative = false
    for (index, byte) in digits.enumerated() {
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"):
        mantissa = mantissa * 10 + Int64(byte - UInt8(ascii: "0"))
        if decimals >= 0 { decimals += 1 }
      case UInt8(ascii: "-") where index == 0: isNegative = true
      case UInt8(ascii: ".") where decimals < 0: decimals = 0
      default: return nil
      }
    }
    guard let last = digits.last, last >= UInt8(ascii: "0"), mantissa > 0 || !isNegative else {
      return nil
    }
    let signed = isNegative ? -mantissa : mantissa
    return switch decimals {
    case -1: .integer(signed)
    case 1: .real(Double(signed) / 10)
    case 2: .real(Double(signed) / 100)
    case 3: .real(Double(signed) / 1_000)
    default: nil
    }
  }

  private mutating func number() -> ArraySlice<UInt8> {
    let start = position
    while position < bytes.count, Self.isNumeric(bytes[position]) { position += 1 }
    return bytes[start..<position]
  }

  private static func isNumeric(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "+"),
      UInt8(ascii: "."), UInt8(ascii: "e"), UInt8(ascii: "E"):
      true
    default: false
    }
  }

  mutating func string() throws(RecordCodingError) -> String {
    try expect("\"")
    var text: [UInt8] = []
    while position < bytes.count {
      let byte = bytes[position]
      position += 1
      switch byte {
      case UInt8(ascii: "\""): return String(decoding: text, as: UTF8.self)
      case UInt8(ascii: "\\"): try appendEscape(to: &text)
      case 0..<0x20: throw error("a control character in a string")
      default: text.append(byte)
      }
    }
    throw error("a string without end")
  }

  /// The escapes that ``JSONText`` writes, and no others: two characters and `\u00xx`.
  private mutating func appendEscape(to text: inout [UInt8]) throws(RecordCodingError) {
    if take("\"") {
      text.append(UInt8(ascii: "\""))
    } else if take("\\") {
      text.append(UInt8(ascii: "\\"))
    } else {
      try expect("u00")
      guard position + 2 <= bytes.count,
        let code = UInt8(
          String(decoding: bytes[position..<(position + 2)], as: UTF8.self),
          radix: 16
        )
      else { throw error("two hexadecimal digits expected") }
      position += 2
      text.append(code)
    }
  }
}
