extension RegisterType: CustomStringConvertible {
  /// As a finding has it.
  package var description: String {
    switch self {
    case .bool: "bool"
    case .bit(let index): "bit \(index)"
    case .bits(let range): "bits \(range.lowerBound) to \(range.upperBound)"
    case .int16: "int16"
    case .int32: "int32"
    case .int64: "int64"
    case .uint16: "uint16"
    case .uint32: "uint32"
    case .uint64: "uint64"
    case .float16: "float16"
    case .float32: "float32"
    case .float64: "float64"
    case .bcd16: "bcd16"
    case .bcd32: "bcd32"
    case .bcd64: "bcd64"
    case .string(let registers): "a string of \(registers) registers"
    }
  }
}

extension RegisterType {
  /// Bits that a number of this type has.
  package var bitCount: Int {
    switch self {
    case .bit: 1
    case .bits(let range): range.count
    default: registerCount * 16
    }
  }

  /// The bits of a register that are the signal's; all of them but for bits and bit ranges.
  package var mask: UInt16 {
    switch self {
    case .bit(let index): 1 << UInt16(index)
    case .bits(let range):
      UInt16(truncatingIfNeeded: (UInt32(1) << UInt32(range.count)) - 1) << UInt16(range.lowerBound)
    default: .max
    }
  }

  /// The type's own bits out of those of its registers.
  func field(of bits: UInt64) -> UInt64 {
    switch self {
    case .bit(let index): bits >> UInt64(index) & 1
    case .bits(let range): (bits & UInt64(mask)) >> UInt64(range.lowerBound)
    default: bits
    }
  }

  var isSigned: Bool {
    switch self {
    case .int16, .int32, .int64: true
    default: false
    }
  }

  var isInteger: Bool {
    switch self {
    case .int16, .int32, .int64, .uint16, .uint32, .uint64, .bits, .bcd16, .bcd32, .bcd64: true
    default: false
    }
  }

  package var isFloat: Bool { self == .float16 || self == .float32 || self == .float64 }

  /// Whether each four bits are a decimal digit.
  var isBinaryCodedDecimal: Bool { self == .bcd16 || self == .bcd32 || self == .bcd64 }

  /// The whole numbers that fit.
  var integerBounds: ClosedRange<Int128> {
    if isBinaryCodedDecimal {
      return 0...((0..<(registerCount * 4)).reduce(Int128(1)) { power, _ in power * 10 } - 1)
    }
    return isSigned
      ? (-(1 << (bitCount - 1)))...((1 << (bitCount - 1)) - 1)
      : 0...((1 << bitCount) - 1)
  }

  /// The whole number in the bits; nil for four bits that are no decimal digit.
  func integer(from bits: UInt64) -> Int128? {
    if isBinaryCodedDecimal { return Self.number(ofDigits: bits, count: registerCount * 4) }
    return switch self {
    case .int16: Int128(Int16(truncatingIfNeeded: bits))
    case .int32: Int128(Int32(truncatingIfNeeded: bits))
    case .int64: Int128(Int64(truncatingIfNeeded: bits))
    default: Int128(bits)
    }
  }

  private static func number(ofDigits bits: UInt64, count: Int) -> Int128? {
    var number: Int128 = 0
    for place in (0..<count).reversed() {
      let digit = bits >> UInt64(place * 4) & 0xF
      guard digit < 10 else { return nil }
      number = number * 10 + Int128(digit)
    }
    return number
  }

  /// The bits of a whole number within ``integerBounds``: the inverse of ``integer(from:)``.
  func bits(of integer: Int128) -> UInt64 {
    guard isBinaryCodedDecimal else { return UInt64(truncatingIfNeeded: integer) }
    var (bits, rest): (UInt64, Int128) = (0, integer)
    for place in 0..<(registerCount * 4) {
      bits |= UInt64(rest % 10) << UInt64(place * 4)
      rest /= 10
    }
    return bits
  }

  /// Numbers that the type can hold, before scaling; flags are 0 and 1, texts have none.
  package var rawBounds: ClosedRange<Double> {
    switch self {
    case .bool, .bit: 0...1
    case .string: 0...0
    case .float16: -65_504...65_504
    case .float32: -Double(Float.greatestFiniteMagnitude)...Double(Float.greatestFiniteMagnitude)
    case .float64: -Double.greatestFiniteMagnitude...Double.greatestFiniteMagnitude
    default: Double(integerBounds.lowerBound)...Double(integerBounds.upperBound)
    }
  }
}
