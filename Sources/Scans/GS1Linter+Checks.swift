extension GS1Linter {
  /// Check digits and check characters.
  func checkFault(in value: ArraySlice<UInt8>) -> GS1Fault? {
    switch self {
    case .csum:
      guard let last = value.last else { return nil }
      let right = CheckDigit.modulo10(value.dropLast())
      return last.digit == right
        ? nil
        : GS1Fault(
          at: value.endIndex - 1,
          "the check digit is \(last.digit) and should be \(right); it is misread or misprinted",
          isCheck: true
        )
    case .csumalpha: return Self.pairFault(in: value)
    default: return Self.accountFault(in: value)
    }
  }

  /// The check character pair of a Global Model Number (GS1 General Specifications, 7.9.5).
  private static func pairFault(in value: ArraySlice<UInt8>) -> GS1Fault? {
    guard value.count > 2 else {
      return GS1Fault(at: value.startIndex, "it is too short for its two check characters")
    }
    let weights = [
      2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83,
    ]
    let characters = value.dropLast(2)
    let sum =
      zip(characters.reversed(), weights).reduce(0) { sum, pair in
        sum + (CharacterSet82.value(of: pair.0) ?? 0) * pair.1
      } % 1_021
    let alphabet = Array("23456789ABCDEFGHJKLMNPQRSTUVWXYZ".utf8)
    let right = [alphabet[sum >> 5], alphabet[sum & 31]]
    return Array(value.suffix(2)) == right
      ? nil
      : GS1Fault(
        at: value.endIndex - 2,
        "the check characters are \(value.suffix(2).text) and should be \(right.text)",
        isCheck: true
      )
  }

  /// The check digits of an account number (ISO 13616, modulo 97).
  private static func accountFault(in value: ArraySlice<UInt8>) -> GS1Fault? {
    let isShaped =
      value.count > 4 && value.allSatisfy { $0.isDigit || $0.isCapital }
      && value.prefix(2).allSatisfy(\.isCapital)
      && value.dropFirst(2).prefix(2).allSatisfy(\.isDigit)
    guard isShaped else { return GS1Fault(at: value.startIndex, "it is no IBAN") }
    let remainder = (value.dropFirst(4) + value.prefix(4)).reduce(0) { rest, byte in
      byte.isDigit ? (rest * 10 + byte.digit) % 97 : (rest * 100 + Int(byte) - 55) % 97
    }
    return remainder == 1
      ? nil
      : GS1Fault(
        at: value.startIndex + 2,
        "the check digits of the IBAN are wrong",
        isCheck: true
      )
  }
}

package enum CheckDigit {
  /// GS1's check digit for the digits before it (GS1 General Specifications, 7.9.1).
  package static func modulo10(_ digits: some BidirectionalCollection<UInt8>) -> Int {
    let sum = digits.reversed().enumerated().reduce(0) { sum, item in
      sum + item.element.digit * (item.offset.isMultiple(of: 2) ? 3 : 1)
    }
    return (10 - sum % 10) % 10
  }

  /// Whether digits are a GTIN-8, -12, -13 or -14 with the right check digit.
  package static func isGTIN(_ digits: some BidirectionalCollection<UInt8>) -> Bool {
    guard [8, 12, 13, 14].contains(digits.count), digits.allSatisfy(\.isDigit),
      let last = digits.last
    else { return false }
    return last.digit == modulo10(digits.dropLast())
  }
}
