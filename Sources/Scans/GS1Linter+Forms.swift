extension GS1Linter {
  /// Dates and times of day.
  func timeFault(in value: ArraySlice<UInt8>) -> GS1Fault? {
    switch self {
    case .yymmdd: dateFault(in: value, yearDigits: 2, mayLackDay: false)
    case .yymmd0: dateFault(in: value, yearDigits: 2, mayLackDay: true)
    case .yyyymmdd: dateFault(in: value, yearDigits: 4, mayLackDay: false)
    case .hh: boundFault(in: value, most: 23, "hour")
    case .mi: boundFault(in: value, most: 59, "minute")
    case .ss: boundFault(in: value, most: 59, "second")
    default:
      boundFault(in: value.prefix(2), most: 23, "hour")
        ?? boundFault(in: value.dropFirst(2), most: 59, "minute")
    }
  }

  private func dateFault(
    in value: ArraySlice<UInt8>,
    yearDigits: Int,
    mayLackDay: Bool
  ) -> GS1Fault? {
    // 2000 stands for every year with two digits: both centuries' leap years agree but in 1900.
    let stated = value.prefix(yearDigits).number
    let year = yearDigits == 2 ? 2_000 + stated : stated
    let month = value.dropFirst(yearDigits).prefix(2).number
    let day = value.dropFirst(yearDigits + 2).number
    guard (1...12).contains(month) else {
      return GS1Fault(at: value.startIndex + yearDigits, "there is no month \(month)")
    }
    if day == 0, mayLackDay { return nil }
    guard (1...CodeDate.lastDay(of: month, in: year)).contains(day) else {
      return GS1Fault(
        at: value.startIndex + yearDigits + 2,
        "there is no day \(day) in month \(month)"
      )
    }
    return nil
  }

  private func boundFault(in value: ArraySlice<UInt8>, most: Int, _ noun: String) -> GS1Fault? {
    value.number <= most
      ? nil : GS1Fault(at: value.startIndex, "there is no \(noun) \(value.number)")
  }

  /// What a look at the characters tells.
  func formFault(in value: ArraySlice<UInt8>) -> GS1Fault? {
    let start = value.startIndex
    let number = value.allSatisfy(\.isDigit) && value.count <= 18 ? value.number : nil
    let (isRight, reason) =
      switch self {
      case .yesno: (number.map { $0 <= 1 } ?? false, "it must be 0 (no) or 1 (yes)")
      case .zero: (number == 0, "it must be 0")
      case .nonzero: (number != 0, "it cannot be 0")
      case .nozeroprefix: (value.first != UInt8(ascii: "0") || value.count == 1, "it begins with 0")
      case .hasnondigit: (!value.allSatisfy(\.isDigit), "it has digits only")
      case .hyphen: (value.allSatisfy { $0 == UInt8(ascii: "-") }, "it must be '-'")
      case .winding: ([0, 1, 9].contains(number), "a direction of winding is 0, 1 or 9")
      case .iso5218: ([0, 1, 2, 9].contains(number), "a sex is coded 0, 1, 2 or 9 (ISO 5218)")
      case .mediatype:
        (number.map { (1...10).contains($0) || $0 >= 80 } ?? false, "it is no AIDC media type")
      case .latitude: (number.map { $0 <= 1_800_000_000 } ?? false, "it is no latitude")
      case .longitude: (number.map { $0 <= 3_600_000_000 } ?? false, "it is no longitude")
      case .pieceoftotal: (Self.isPieceOfTotal(value), "it is no piece of a total")
      case .posinseqslash: (Self.isPlaceInSequence(value), "it is no place of a sequence, as 1/2")
      case .importeridx:
        (
          value.allSatisfy { GS1Entry.CharacterSet.base64.contains($0) && $0 != 0x3D },
          "it is no importer index"
        )
      case .pcenc:
        (Self.isPercentEncoded(value), "a '%' must be followed by two hexadecimal digits")
      case .couponcode, .couponposoffer: (value.allSatisfy(\.isDigit), "a coupon has digits only")
      default: (true, "")
      }
    return isRight ? nil : GS1Fault(at: start, reason)
  }

  private static func isPieceOfTotal(_ value: ArraySlice<UInt8>) -> Bool {
    let (piece, total) = (value.prefix(2).number, value.dropFirst(2).number)
    return piece > 0 && piece <= total
  }

  private static func isPlaceInSequence(_ value: ArraySlice<UInt8>) -> Bool {
    let parts = value.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
    return parts.count == 2 && parts.allSatisfy { $0.count == 1 && $0.allSatisfy(\.isDigit) }
      && parts[0].number > 0 && parts[0].number <= parts[1].number
  }

  private static func isPercentEncoded(_ value: ArraySlice<UInt8>) -> Bool {
    value.indices.filter { value[$0] == UInt8(ascii: "%") }.allSatisfy { index in
      let digits = value[index...].dropFirst().prefix(2)
      return digits.count == 2 && digits.allSatisfy { Character(Unicode.Scalar($0)).isHexDigit }
    }
  }
}
