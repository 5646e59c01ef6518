import Foundation
import Telemetry
import Testing

@Suite("Instant")
struct InstantTests {
  @Test(
    "Writes and reads RFC 3339 to the microsecond",
    arguments: [
      (0, "1970-01-01T00:00:00.000000Z"),
      (-1, "1969-12-31T23:59:59.999999Z"),
      (1_795_554_667_123_456, "2026-11-24T21:11:07.123456Z"),
      (951_782_400_000_000, "2000-02-29T00:00:00.000000Z"),
      (1_709_251_199_999_999, "2024-02-29T23:59:59.999999Z"),
      (4_107_542_400_000_000, "2100-03-01T00:00:00.000000Z"),
      (-62_167_219_200_000_000, "0000-01-01T00:00:00.000000Z"),
      (253_402_300_799_999_999, "9999-12-31T23:59:59.999999Z"),
    ] as [(Int64, String)]
  )
  func formats(microseconds: Int64, text: String) {
    #expect(Instant(microseconds: microseconds).description == text)
    #expect(Instant(text)?.microseconds == microseconds)
  }

  @Test("Agrees with Foundation's calendar on every day from 1590 to 2369")
  func calendar() throws {
    let style = Date.ISO8601FormatStyle()
    for day in -138_700..<146_000 {
      let seconds = Int64(day) * 86_400 + 43_200
      let date = Date(timeIntervalSince1970: Double(seconds))
      let expected = date.formatted(style).dropLast() + ".000000Z"
      let instant = Instant(microseconds: seconds * 1_000_000)
      guard instant.description == expected, Instant(String(expected)) == instant else {
        Issue.record("\(instant) is not \(expected)")
        return
      }
    }
  }

  @Test("Decimals may be fewer than six, or none")
  func decimals() {
    #expect(Instant("1970-01-01T00:00:01Z")?.microseconds == 1_000_000)
    #expect(Instant("1970-01-01T00:00:01.5Z")?.microseconds == 1_500_000)
    #expect(Instant("1970-01-01T00:00:01.000001Z")?.microseconds == 1_000_001)
  }

  @Test(
    "Refuses what is not a time in UTC",
    arguments: [
      "", "2026-11-24", "2026-11-24T21:11:07", "2026-11-24T21:11:07+01:00", "2026-13-01T00:00:00Z",
      "2026-00-01T00:00:00Z", "2026-02-29T00:00:00Z", "2100-02-29T00:00:00Z",
      "2026-04-31T00:00:00Z", "2026-11-24T24:00:00Z", "2026-11-24T21:60:07Z",
      "2026-11-24T21:11:60Z", "2026-11-24T21:11:07.Z", "2026-11-24T21:11:07.1234567Z",
      "2026-11-24T21:11:07,5Z", "2026-11-24 21:11:07Z", "+026-11-24T21:11:07Z",
    ]
  )
  func refuses(text: String) { #expect(Instant(text) == nil) }

  @Test("A clock beyond the years that RFC 3339 knows is written as the nearest of them")
  func beyond() {
    #expect(Instant(microseconds: .max).description == "9999-12-31T23:59:59.999999Z")
    #expect(Instant(microseconds: .min).description == "0000-01-01T00:00:00.000000Z")
  }

  @Test("Adds and subtracts durations to the microsecond")
  func arithmetic() {
    let start = Instant(microseconds: 1_000_000)
    let later = start.advanced(by: .microseconds(1_500_001))
    #expect(later.microseconds == 2_500_001)
    #expect(later.duration(since: start) == .microseconds(1_500_001))
    #expect(start.duration(since: later) == .microseconds(-1_500_001))
    #expect(start < later)
  }
}
