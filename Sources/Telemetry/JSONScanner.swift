/// Reads the JSON that ``FrameCoding`` writes: no white space, members in one order.
///
/// It accepts no number that JSON does not (RFC 8259, 6) and no text that is not UTF-8, so that a
/// frame it has read can be read by every other tool.
struct JSONScanner {
  private let bytes: [UInt8]
  private var position = 0

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  func error(_ reason: String) -> RecordCodingError {
    RecordCodingError(reason: "\(reason) (byte \(position))", bytes: bytes)
  }

  private var next: UInt8? { position < bytes.count ? bytes[position] : nil }

  /// Steps over `text` if it comes next.
  mutating func take(_ text: StaticString) -> Bool {
    let count = text.utf8CodeUnitCount
    guard position + count <= bytes.count else { return false }
    let matches = text.withUTF8Buffer { expected in
      for index in 0..<count where bytes[position + index] != expected[index] { return false }
      return true
    }
    if matches { position += count }
    return matches
  }

  private mutating func take(_ byte: UInt8) -> Bool {
    guard next == byte else { return false }
    position += 1
    return true
  }

  mutating func expect(_ text: StaticString) throws(RecordCodingError) {
    guard take(text) else { throw error("\(text) expected") }
  }

  func expectEnd() throws(RecordCodingError) {
    guard position == bytes.count else { throw error("nothing more expected") }
  }

  mutating func integer() throws(RecordCodingError) -> Int {
    guard case .integer(let value) = try number() else { throw error("an integer expected") }
    return Int(value)
  }

  /// A time as a JSON string.
  mutating func instant() throws(RecordCodingError) -> Instant {
    try expect("\"")
    let start = position
    while let byte = next, byte != UInt8(ascii: "\"") { position += 1 }
    guard let instant = Instant(rfc3339: Array(bytes[start..<position])) else {
      throw error("a time expected")
    }
    try expect("\"")
    return instant
  }

  /// A JSON scalar; nil for `null`.
  mutating func value() throws(RecordCodingError) -> Value? {
    switch next {
    case UInt8(ascii: "\""): return .text(try string())
    case UInt8(ascii: "n"):
      try expect("null")
      return nil
    case UInt8(ascii: "t"):
      try expect("true")
      return .flag(true)
    case UInt8(ascii: "f"):
      try expect("false")
      return .flag(false)
    default: return try number()
    }
  }

  /// A JSON number: `-`, digits without leading zero, decimals, exponent.
  private mutating func number() throws(RecordCodingError) -> Value {
    let start = position
    let isNegative = take(UInt8(ascii: "-"))
    var mantissa: UInt64 = 0
    let wholeStart = position
    digits(into: &mantissa)
    guard position > wholeStart,
      position - wholeStart == 1 || bytes[wholeStart] != UInt8(ascii: "0")
    else { throw error("a value expected") }
    var decimals = 0
    if take(UInt8(ascii: ".")) {
      let decimalStart = position
      digits(into: &mantissa)
      decimals = position - decimalStart
      if decimals == 0 { throw error("a digit expected") }
    }
    let hasExponent = try exponent()
    if !hasExponent, position - start <= 16, decimals <= 3, decimals == 0 || mantissa > 0 {
      return Self.small(mantissa, isNegative: isNegative, decimals: decimals)
    }
    return try general(start..<position, isInteger: decimals == 0 && !hasExponent)
  }

  /// Nearly all readings: at most 15 digits with at most three decimals, which divide exactly.
  private static func small(_ mantissa: UInt64, isNegative: Bool, decimals: Int) -> Value {
    let signed = isNegative ? -Int64(mantissa) : Int64(mantissa)
    return switch decimals {
    case 0: .integer(signed)
    case 1: .real(Double(signed) / 10)
    case 2: .real(Double(signed) / 100)
    default: .real(Double(signed) / 1_000)
    }
  }

  private func general(
    _ range: Range<Int>,
    isInteger: Bool
  ) throws(RecordCodingError) -> Value {
    let text = String(decoding: bytes[range], as: UTF8.self)
    if isInteger {
      if let value = Int64(text) { return .integer(value) }
      if let value = UInt64(text) { return .unsigned(value) }
    }
    guard let value = Double(text), value.isFinite else { throw error("the number is too large") }
    return .real(value)
  }

  /// Steps over digits; `mantissa` is right as long as there are at most 16 of them.
  private mutating func digits(into mantissa: inout UInt64) {
    while let byte = next, byte &- UInt8(ascii: "0") < 10 {
      mantissa = mantissa &* 10 &+ UInt64(byte &- UInt8(ascii: "0"))
      position += 1
    }
  }

  private mutating func exponent() throws(RecordCodingError) -> Bool {
    guard take(UInt8(ascii: "e")) || take(UInt8(ascii: "E")) else { return false }
    if !take(UInt8(ascii: "-")) { _ = take(UInt8(ascii: "+")) }
    let start = position
    var ignored: UInt64 = 0
    digits(into: &ignored)
    guard position > start else { throw error("a digit expected") }
    return true
  }

  mutating func string() throws(RecordCodingError) -> String {
    try expect("\"")
    var text: [UInt8] = []
    while let byte = next {
      position += 1
      switch byte {
      case UInt8(ascii: "\""):
        guard let string = String(validating: text, as: UTF8.self) else {
          throw error("a string that is not UTF-8")
        }
        return string
      case UInt8(ascii: "\\"): text.append(try escape())
      case 0..<0x20: throw error("a control character in a string")
      default: text.append(byte)
      }
    }
    throw error("a string without end")
  }

  /// The escapes that ``JSONText`` writes, and no others: two characters and `\u0000` … `\u001f`.
  private mutating func escape() throws(RecordCodingError) -> UInt8 {
    if take(UInt8(ascii: "\"")) { return UInt8(ascii: "\"") }
    if take(UInt8(ascii: "\\")) { return UInt8(ascii: "\\") }
    try expect("u00")
    guard position + 2 <= bytes.count,
      let code = UInt8(
        String(decoding: bytes[position..<(position + 2)], as: UTF8.self),
        radix: 16
      ),
      code < 0x20, bytes[position] != UInt8(ascii: "+")
    else { throw error("two hexadecimal digits below 20 expected") }
    position += 2
    return code
  }
}
