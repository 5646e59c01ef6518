package import Telemetry

/// A day that a code states.
package struct CodeDate: Sendable, Hashable, Comparable, CustomStringConvertible {
  package let year: Int
  package let month: Int
  package let day: Int

  /// - Returns: nil for a day that the calendar does not have.
  package init?(year: Int, month: Int, day: Int) {
    guard (0...9_999).contains(year), (1...12).contains(month),
      (1...Self.lastDay(of: month, in: year)).contains(day)
    else { return nil }
    self.year = year
    self.month = month
    self.day = day
  }

  /// `YYMMDD` as GS1 writes it, in which day 00 is the month's last (General Specifications, 7.12).
  ///
  /// - Parameters:
  ///   - digits: Six digits.
  ///   - year: This year, which decides the century.
  package init?(gs1 digits: some Collection<UInt8>, year: Int) {
    guard digits.count >= 6, digits.prefix(6).allSatisfy(\.isDigit) else { return nil }
    let month = digits.dropFirst(2).prefix(2).number
    let day = digits.dropFirst(4).prefix(2).number
    guard (1...12).contains(month) else { return nil }
    let full = Self.fullYear(digits.prefix(2).number, now: year)
    self.init(year: full, month: month, day: day == 0 ? Self.lastDay(of: month, in: full) : day)
  }

  /// The `ordinal`th day of a year.
  package init?(year: Int, ordinal: Int) {
    var rest = ordinal
    for month in 1...12 {
      let length = Self.lastDay(of: month, in: year)
      if rest <= length {
        self.init(year: year, month: month, day: rest)
        return
      }
      rest -= length
    }
    return nil
  }

  /// A year of two digits, at most 49 years ago or 50 ahead of this one.
  package static func fullYear(_ short: Int, now: Int) -> Int {
    let year = now - now % 100 + short
    if year - now >= 51 { return year - 100 }
    return year - now <= -50 ? year + 100 : year
  }

  package static func lastDay(of month: Int, in year: Int) -> Int {
    switch month {
    case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
    case 4, 6, 9, 11: 30
    default: 31
    }
  }

  /// `2026-11-30`.
  package var description: String {
    func padded(_ number: Int, _ digits: Int) -> String {
      let text = String(number)
      return String(repeating: "0", count: max(0, digits - text.utf8.count)) + text
    }
    return "\(padded(year, 4))-\(padded(month, 2))-\(padded(day, 2))"
  }

  /// The last second of the day, in UTC: until then, what expires that day may be used.
  package var end: Instant? { Instant("\(self)T23:59:59Z") }

  package static func < (left: CodeDate, right: CodeDate) -> Bool {
    (left.year, left.month, left.day) < (right.year, right.month, right.day)
  }
}
