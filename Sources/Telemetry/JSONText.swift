/// Writes JSON scalars straight into bytes.
package enum JSONText {
  package static func append(_ value: Value?, to bytes: inout [UInt8]) {
    bytes.append(addingCapacity: limit(of: value)) { write(value, to: &$0) }
  }

  package static func append(_ value: Int64, to bytes: inout [UInt8]) {
    bytes.append(addingCapacity: numberLimit) { write(value, to: &$0) }
  }

  /// The shortest digits that read back as the same `Double`.
  package static func append(_ value: Double, to bytes: inout [UInt8]) {
    bytes.append(addingCapacity: numberLimit) { write(value, to: &$0) }
  }

  /// A JSON string (RFC 8259, 7).
  package static func append(_ text: String, to bytes: inout [UInt8]) {
    bytes.append(addingCapacity: limit(of: text)) { write(text, to: &$0) }
  }

  /// The readings' values with commas between them, `null` where there is none.
  ///
  /// Made in a place that is long enough for all of them, so that nothing is to be looked at per byte.
  static func append(valuesOf readings: [Reading], to bytes: inout [UInt8]) {
    let limit = readings.reduce(readings.count) { $0 + self.limit(of: $1.value) }
    withUnsafeTemporaryAllocation(of: UInt8.self, capacity: limit) { place in
      var text = OutputSpan(buffer: place, initializedCount: 0)
      for index in readings.indices {
        if index > 0 { text.append(UInt8(ascii: ",")) }
        if case .single(let value) = readings[index].value {
          write(value, to: &text)
        } else {
          write(readings[index].value, to: &text)
        }
      }
      bytes.append(contentsOf: place[..<text.finalize(for: place)])
    }
  }

  /// Exactly `digits` digits, with leading zeros.
  static func append(_ value: UInt64, digits: Int, to bytes: inout [UInt8]) {
    bytes.append(addingCapacity: digits) { write(value, digits: digits, to: &$0) }
  }

  // MARK: How long they can be

  /// Longest number: `-2.2250738585072014e-308` has 24 bytes.
  private static let numberLimit = 24

  private static func limit(of value: Value?) -> Int {
    if case .text(let text) = value { return limit(of: text) }
    return numberLimit
  }

  /// Each byte may become `\u00` and two digits.
  private static func limit(of text: String) -> Int { 2 + 6 * text.utf8.count }

  // MARK: Bytes

  private static func write(_ value: Value?, to text: inout OutputSpan<UInt8>) {
    switch value {
    case .single(let value): write(value, to: &text)
    case .integer(let value): write(value, to: &text)
    case .real(let value): write(value, to: &text)
    case nil: write(literal: "null", to: &text)
    case .unsigned(let value): writeDigits(value, to: &text)
    case .flag(let value): write(literal: value ? "true" : "false", to: &text)
    case .text(let value): write(value, to: &text)
    }
  }

  private static func write(literal: String, to text: inout OutputSpan<UInt8>) {
    for byte in literal.utf8 { text.append(byte) }
  }

  private static func write(_ value: Int64, to text: inout OutputSpan<UInt8>) {
    if value < 0 { text.append(UInt8(ascii: "-")) }
    writeDigits(value.magnitude, to: &text)
  }

  private static func writeDigits(_ value: UInt64, to text: inout OutputSpan<UInt8>) {
    var digits = 1
    var limit: UInt64 = 10
    while value >= limit {
      digits += 1
      if digits == 20 { break }
      limit *= 10
    }
    write(value, digits: digits, to: &text)
  }

  /// Divides by the constant 10 alone, which the compiler turns into a multiplication.
  private static func write(_ value: UInt64, digits: Int, to text: inout OutputSpan<UInt8>) {
    if digits > 8 {
      write(value / 100_000_000, digits: digits - 8, to: &text)
      write(value % 100_000_000, digits: 8, to: &text)
      return
    }
    var packed = PackedText()
    packed.prepend(value, digits: digits)
    packed.append(to: &text)
  }

  /// Most readings have few decimals; those are written from an integer, which is several times
  /// faster than the general conversion and gives the same digits.
  private static func write(_ value: Double, to text: inout OutputSpan<UInt8>) {
    precondition(value.isFinite, "a value is never NaN or infinite")
    guard let thousandths = thousandths(value, below: 1e12),
      Double(thousandths) / 1_000 == value
    else { return write(literal: value.description, to: &text) }
    writeThousandths(thousandths, to: &text)
  }

  private static func write(_ value: Float, to text: inout OutputSpan<UInt8>) {
    precondition(value.isFinite, "a value is never NaN or infinite")
    guard let thousandths = thousandths(Double(value), below: 1e6),
      // No count of thousandths is so near to where a Float rounds that the product is another one
      // than the quotient, which takes longer.
      Float(Double(thousandths) * 0.001) == value
    else { return write(literal: value.description, to: &text) }
    writeThousandths(thousandths, to: &text)
  }

  /// The nearest count of thousandths; nil for none, and from `limit` on.
  ///
  /// Rounds by adding a half, since the library's `round` takes longer than all the rest. The caller
  /// looks whether it is the value.
  private static func thousandths(_ value: Double, below limit: Double) -> Int64? {
    let scaled = value * 1_000
    guard scaled.magnitude < limit else { return nil }
    let thousandths = Int64(scaled + (scaled < 0 ? -0.5 : 0.5))
    return thousandths == 0 ? nil : thousandths
  }

  private static func writeThousandths(_ value: Int64, to text: inout OutputSpan<UInt8>) {
    let (whole, fraction) = value.magnitude.quotientAndRemainder(dividingBy: 1_000)
    var packed = PackedText()
    if fraction % 100 == 0 {
      packed.prepend(fraction / 100, digits: 1)
    } else if fraction % 10 == 0 {
      packed.prepend(fraction / 10, digits: 2)
    } else {
      packed.prepend(fraction, digits: 3)
    }
    packed.prepend(UInt8(ascii: "."))
    if whole < 1_000 {
      packed.prepend(whole, digits: whole < 10 ? 1 : whole < 100 ? 2 : 3)
      if value < 0 { packed.prepend(UInt8(ascii: "-")) }
    } else {
      write(value / 1_000, to: &text)
    }
    packed.append(to: &text)
  }

  private static func write(_ string: String, to text: inout OutputSpan<UInt8>) {
    text.append(UInt8(ascii: "\""))
    for byte in string.utf8 {
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"):
        text.append(UInt8(ascii: "\\"))
        text.append(byte)
      case 0..<0x20:
        write(literal: #"\u00"#, to: &text)
        text.append(UInt8(ascii: "0") + byte >> 4)
        let low = byte & 0x0F
        text.append(low < 10 ? UInt8(ascii: "0") + low : UInt8(ascii: "a") + low - 10)
      default: text.append(byte)
      }
    }
    text.append(UInt8(ascii: "\""))
  }
}

/// Up to eight bytes of text that are made from the last one on, and put down at once.
private struct PackedText {
  private var word: UInt64 = 0
  private var count = 0

  mutating func prepend(_ byte: UInt8) {
    word = word << 8 | UInt64(byte)
    count += 1
  }

  /// The last `digits` digits of a number.
  mutating func prepend(_ number: UInt64, digits: Int) {
    var rest = number
    for _ in 0..<digits {
      word = word << 8 | (0x30 + rest % 10)
      rest /= 10
    }
    count += digits
  }

  func append(to text: inout OutputSpan<UInt8>) {
    guard text.freeCapacity >= 8 else {
      for index in 0..<count { text.append(UInt8(truncatingIfNeeded: word >> (8 * index))) }
      return
    }
    text.withUnsafeMutableBufferPointer { place, initialized in
      UnsafeMutableRawBufferPointer(place)
        .storeBytes(of: word.littleEndian, toByteOffset: initialized, as: UInt64.self)
      initialized += count
    }
  }
}
