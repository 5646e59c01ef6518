import Telemetry
import Testing

@Suite("Times as people write them")
struct TimeTextTests {
  /// Central Europe in 2026: summer time from 29 March, 01:00 UTC, to 25 October, 01:00 UTC.
  private struct Zug: LocalTime {
    func offsetSeconds(at instant: Instant) -> Int {
      // Microseconds of 2026-03-29T01:00:00Z and 2026-10-25T01:00:00Z.
      let summer: Range<Int64> = 1_774_746_000_000_000..<1_792_890_000_000_000
      return summer.contains(instant.microseconds) ? 7_200 : 3_600
    }
  }

  @Test(
    "A time is read by the wall's clock, by its date, or by its zone",
    arguments: [
      ("10:20", "2026-11-29T09:20:00Z"),
      ("10:20:30", "2026-11-29T09:20:30Z"),
      // It is 12:00 on the wall: 12:01 was yesterday.
      ("12:01", "2026-11-28T11:01:00Z"),
      ("2026-07-01 10:20", "2026-07-01T08:20:00Z"),
      ("2026-07-01T10:20:05", "2026-07-01T08:20:05Z"),
      ("2026-07-01T10:20:05.5Z", "2026-07-01T10:20:05.5Z"),
      ("2026-07-01T10:20:05+01:00", "2026-07-01T09:20:05Z"),
      ("2026-07-01 10:20-05:30", "2026-07-01T15:50:00Z"),
    ]
  )
  func reads(text: String, expected: String) throws {
    let now = try #require(Instant("2026-11-29T11:00:00Z"))
    #expect(try Zug().instant(reading: text, now: now) == Instant(expected))
  }

  @Test("What the wall never showed, or showed twice, is not guessed")
  func doubtful() throws {
    let now = try #require(Instant("2026-11-29T11:00:00Z"))
    #expect(throws: TimeTextError.skipped("2026-03-29 02:30")) {
      try Zug().instant(reading: "2026-03-29 02:30", now: now)
    }
    #expect(throws: TimeTextError.twice("2026-10-25 02:30")) {
      try Zug().instant(reading: "2026-10-25 02:30", now: now)
    }
  }

  @Test(
    "What is no time is refused",
    arguments: ["", "10", "25:00", "yesterday", "2026-02-30 10:00"]
  )
  func refuses(text: String) {
    #expect(throws: TimeTextError.unreadable(text)) {
      try Zug().instant(reading: text, now: Instant(microseconds: 0))
    }
  }
}
