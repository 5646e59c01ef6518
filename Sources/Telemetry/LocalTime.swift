internal import Glibc

/// What clocks on the wall show, by the plant's time zone.
package protocol LocalTime: Sendable {
  /// Seconds that they are ahead of UTC.
  func offsetSeconds(at instant: Instant) -> Int
}

extension LocalTime {
  /// Whole minutes since the last local midnight.
  package func minuteOfDay(at instant: Instant) -> Int {
    Int(localSeconds(at: instant) % 86_400 / 60)
  }

  /// The beginning of the minute that is so many minutes later on the wall.
  ///
  /// Where the clocks are set meanwhile, it is the wall that counts: a shift that ends at 06:00 does.
  package func instant(after instant: Instant, minutes: Int) -> Instant {
    let begun = localSeconds(at: instant) / 60 * 60
    let wall = begun + Int64(minutes) * 60
    let guess = wall - Int64(offsetSeconds(at: instant))
    let offset = offsetSeconds(at: Instant(microseconds: guess * 1_000_000))
    return Instant(microseconds: (wall - Int64(offset)) * 1_000_000)
  }

  func localSeconds(at instant: Instant) -> Int64 {
    instant.microseconds / 1_000_000 + Int64(offsetSeconds(at: instant))
  }
}

/// The time zone of this machine.
package struct SystemLocalTime: LocalTime {
  package init() {}

  package func offsetSeconds(at instant: Instant) -> Int {
    var seconds = time_t(instant.microseconds / 1_000_000)
    var parts = tm()
    guard localtime_r(&seconds, &parts) != nil else { return 0 }
    return Int(parts.tm_gmtoff)
  }
}
