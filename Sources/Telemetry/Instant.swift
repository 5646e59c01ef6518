/// A point on the UTC time line, to the microsecond.
///
/// Counted from 1970-01-01T00:00:00Z without leap seconds, as POSIX time is. Order in a journal is
/// never decided by instants; a sequence number does that (`design`, decision 2).
package struct Instant: Sendable, Hashable, Comparable {
  /// Microseconds since 1970-01-01T00:00:00Z.
  package let microseconds: Int64

  package init(microseconds: Int64) { self.microseconds = microseconds }

  package static func < (left: Instant, right: Instant) -> Bool {
    left.microseconds < right.microseconds
  }

  /// The instant that lies `duration` later, to the microsecond.
  package func advanced(by duration: Duration) -> Instant {
    Instant(microseconds: microseconds + duration.wholeMicroseconds)
  }

  /// The time from `earlier` to this instant; negative when `earlier` is later.
  package func duration(since earlier: Instant) -> Duration {
    .microseconds(microseconds - earlier.microseconds)
  }
}

extension Duration {
  /// This duration in microseconds, cut towards zero.
  package var wholeMicroseconds: Int64 {
    components.seconds * 1_000_000 + components.attoseconds / 1_000_000_000_000
  }

  /// This duration in seconds.
  package var inSeconds: Double {
    Double(components.seconds) + Double(components.attoseconds) * 1e-18
  }
}

extension Instant: CustomStringConvertible, LosslessStringConvertible {
  /// RFC 3339 in UTC with six decimals: `2026-11-24T21:11:07.123456Z`, always 27 characters.
  ///
  /// RFC 3339 ends with the year 9999; a time outside the years 0 to 9999, which only a broken
  /// clock gives, is written as the first or the last of them.
  package var description: String {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(27)
    write(to: &bytes)
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Reads ``description`` back.
  ///
  /// Accepts RFC 3339 in UTC (`Z`) with no decimals or with one to six of them.
  package init?(_ text: String) { self.init(rfc3339: Array(text.utf8)) }

  /// Reads ``description`` back from its bytes.
  package init?(rfc3339 bytes: [UInt8]) {
    guard bytes.count >= 20, bytes.last == UInt8(ascii: "Z"),
      bytes[4] == UInt8(ascii: "-"), bytes[7] == UInt8(ascii: "-"),
      bytes[10] == UInt8(ascii: "T"), bytes[13] == UInt8(ascii: ":"),
      bytes[16] == UInt8(ascii: ":"),
      let year = Self.number(bytes[0..<4]), let month = Self.number(bytes[5..<7]),
      let day = Self.number(bytes[8..<10]), let hour = Self.number(bytes[11..<13]),
      let minute = Self.number(bytes[14..<16]), let second = Self.number(bytes[17..<19]),
      (1...12).contains(month), (1...Self.lastDay(of: month, in: year)).contains(day), hour < 24,
      minute < 60, second < 60
    else { return nil }
    var fraction: Int64 = 0
    if bytes.count > 20 {
      let digits = bytes[20..<(bytes.count - 1)]
      guard bytes[19] == UInt8(ascii: "."), (1...6).contains(digits.count),
        let value = Self.number(digits)
      else { return nil }
      fraction = (digits.count..<6).reduce(value) { scaled, _ in scaled * 10 }
    }
    let days = Self.days(year: year, month: month, day: day)
    let seconds = days * 86_400 + hour * 3_600 + minute * 60 + second
    self.init(microseconds: seconds * 1_000_000 + fraction)
  }

  /// Appends ``description`` to `bytes`, without an intermediate string.
  package func write(to bytes: inout [UInt8]) {
    let (days, ofDay) = min(max(microseconds, Self.first), Self.last)
      .quotientAndRemainderFloored(by: 86_400_000_000)
    let (year, month, day) = Self.date(days: days)
    Self.append(year, digits: 4, to: &bytes)
    bytes.append(UInt8(ascii: "-"))
    Self.append(month, digits: 2, to: &bytes)
    bytes.append(UInt8(ascii: "-"))
    Self.append(day, digits: 2, to: &bytes)
    bytes.append(UInt8(ascii: "T"))
    Self.append(ofDay / 3_600_000_000, digits: 2, to: &bytes)
    bytes.append(UInt8(ascii: ":"))
    Self.append(ofDay / 60_000_000 % 60, digits: 2, to: &bytes)
    bytes.append(UInt8(ascii: ":"))
    Self.append(ofDay / 1_000_000 % 60, digits: 2, to: &bytes)
    bytes.append(UInt8(ascii: "."))
    Self.append(ofDay % 1_000_000, digits: 6, to: &bytes)
    bytes.append(UInt8(ascii: "Z"))
  }

  /// 0000-01-01T00:00:00Z and the last microsecond of 9999-12-31, in microseconds.
  private static let first = days(year: 0, month: 1, day: 1) * 86_400_000_000
  private static let last = days(year: 10_000, month: 1, day: 1) * 86_400_000_000 - 1

  private static func append(_ value: Int64, digits: Int, to bytes: inout [UInt8]) {
    JSONText.append(UInt64(value), digits: digits, to: &bytes)
  }

  private static func number(_ digits: ArraySlice<UInt8>) -> Int64? {
    var value: Int64 = 0
    for digit in digits {
      guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit) else { return nil }
      value = value * 10 + Int64(digit - UInt8(ascii: "0"))
    }
    return value
  }

  private static func lastDay(of month: Int64, in year: Int64) -> Int64 {
    switch month {
    case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
    case 4, 6, 9, 11: 30
    default: 31
    }
  }

  /// Days from 1970-01-01 in the proleptic Gregorian calendar, counted in 400-year eras that start
  /// on 1 March, so that the leap day is the last of its year.
  private static func days(year: Int64, month: Int64, day: Int64) -> Int64 {
    let shifted = month > 2 ? year : year - 1
    let (era, ofEra) = shifted.quotientAndRemainderFloored(by: 400)
    let ofYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
    return era * 146_097 + ofEra * 365 + ofEra / 4 - ofEra / 100 + ofYear - 719_468
  }

  private static func date(days: Int64) -> (year: Int64, month: Int64, day: Int64) {
    let (era, ofEra) = (days + 719_468).quotientAndRemainderFloored(by: 146_097)
    let year = (ofEra - ofEra / 1_460 + ofEra / 36_524 - ofEra / 146_096) / 365
    let ofYear = ofEra - (365 * year + year / 4 - year / 100)
    let month = (5 * ofYear + 2) / 153
    let day = ofYear - (153 * month + 2) / 5 + 1
    let calendarMonth = month < 10 ? month + 3 : month - 9
    return (year + era * 400 + (calendarMonth <= 2 ? 1 : 0), calendarMonth, day)
  }
}

extension Int64 {
  fileprivate func quotientAndRemainderFloored(by divisor: Int64) -> (Int64, Int64) {
    let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
    return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
  }
}

extension Instant: Codable {
  package init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    let text = try container.decode(String.self)
    guard let instant = Instant(text) else {
      throw DecodingError.dataCorruptedError(
        in: container,
        debugDescription: "not an RFC 3339 time in UTC: \(text)"
      )
    }
    self = instant
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}
