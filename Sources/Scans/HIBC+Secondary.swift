extension HIBC {
  /// Lot or serial, with a quantity and a date before it: `$$3261130LOT-42`, `$LOT-42`, `26334LOT`.
  func secondary(_ data: ArraySlice<UInt8>) throws(CodeError) -> [CodeElement] {
    if data.first?.isDigit == true {
      guard let date = ordinalDate(data.prefix(5)) else { throw wrongDate(data.prefix(5)) }
      return [CodeElement("$$", "use by", data.prefix(5).text, date: date)]
        + goods(data.dropFirst(5), isSerial: false)
    }
    let isDated = data.dropFirst().first == UInt8(ascii: "$")
    var rest = data.dropFirst(isDated ? 2 : 1)
    let isSerial = rest.first == UInt8(ascii: "+")
    if isSerial { rest = rest.dropFirst() }
    var elements: [CodeElement] = []
    if isDated {
      if let quantity = takeQuantity(&rest) { elements.append(quantity) }
      if let date = try takeDate(&rest) { elements.append(date) }
    }
    return elements + goods(rest, isSerial: isSerial)
  }

  private func goods(_ rest: ArraySlice<UInt8>, isSerial: Bool) -> [CodeElement] {
    if rest.isEmpty { return [] }
    return [
      isSerial
        ? CodeElement("$+", "serial number", rest.text)
        : CodeElement("$", "batch or lot", rest.text)
    ]
  }

  /// `8` and two digits, or `9` and five.
  private func takeQuantity(_ rest: inout ArraySlice<UInt8>) -> CodeElement? {
    let count = rest.first == UInt8(ascii: "8") ? 2 : 5
    guard [UInt8(ascii: "8"), UInt8(ascii: "9")].contains(rest.first) else { return nil }
    let digits = rest.dropFirst().prefix(count)
    guard digits.count == count, digits.allSatisfy(\.isDigit) else { return nil }
    rest = rest.dropFirst(count + 1)
    return CodeElement("Q", "quantity", digits.text)
  }

  /// A date in the form that its first digit names; 0 and 1 begin a month, 7 stands for no date.
  private func takeDate(_ rest: inout ArraySlice<UInt8>) throws(CodeError) -> CodeElement? {
    guard let flag = rest.first, flag.isDigit, flag < UInt8(ascii: "8") else { return nil }
    if flag == UInt8(ascii: "7") {
      rest = rest.dropFirst()
      return nil
    }
    let hasFlag = flag > UInt8(ascii: "1")
    let count = [4, 4, 6, 6, 8, 5, 7][flag.digit]
    let digits = rest.dropFirst(hasFlag ? 1 : 0).prefix(count)
    guard digits.count == count, digits.allSatisfy(\.isDigit), let date = date(digits, flag.digit)
    else { throw wrongDate(digits) }
    rest = rest.dropFirst(count + (hasFlag ? 1 : 0))
    return CodeElement("$$", "use by", digits.text, date: date)
  }

  private func date(_ digits: ArraySlice<UInt8>, _ flag: Int) -> CodeDate? {
    let pairs = (0..<3).map { digits.dropFirst($0 * 2).prefix(2).number }
    switch flag {
    case 0, 1:
      let full = CodeDate.fullYear(pairs[1], now: year)
      guard (1...12).contains(pairs[0]) else { return nil }
      return CodeDate(year: full, month: pairs[0], day: CodeDate.lastDay(of: pairs[0], in: full))
    case 2:
      return CodeDate(
        year: CodeDate.fullYear(pairs[2], now: year),
        month: pairs[0],
        day: pairs[1]
      )
    case 3, 4:
      return CodeDate(
        year: CodeDate.fullYear(pairs[0], now: year),
        month: pairs[1],
        day: pairs[2]
      )
    default: return ordinalDate(digits.prefix(5))
    }
  }

  /// `YYJJJ`: the year and the day of it.
  private func ordinalDate(_ digits: ArraySlice<UInt8>) -> CodeDate? {
    guard digits.count == 5, digits.allSatisfy(\.isDigit) else { return nil }
    return CodeDate(
      year: CodeDate.fullYear(digits.prefix(2).number, now: year),
      ordinal: digits.dropFirst(2).number
    )
  }

  private func wrongDate(_ digits: ArraySlice<UInt8>) -> CodeError {
    malformed("\"\(digits.text)\" is no date")
  }
}
