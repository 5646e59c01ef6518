/// Why a text is no time.
package enum TimeTextError: Error, Sendable, Hashable, CustomStringConvertible {
  case unreadable(String)
  /// The clocks on the wall were set forward over it.
  case skipped(String)
  /// The clocks on the wall were set back, and showed it twice.
  case twice(String)

  package var description: String {
    switch self {
    case .unreadable:
      "write 10:20 or 10:20:30 (the last time that the clock on the wall showed it), "
        + "\"2026-11-29 10:20\", or a time with its zone such as 2026-11-29T10:20:00Z or "
        + "2026-11-29T11:20:00+01:00"
    case .skipped(let text):
      "the clock on the wall never showed \(text): it was set forward then; write it with its zone, "
        + "such as 2026-03-29T01:30:00Z"
    case .twice(let text):
      "the clock on the wall showed \(text) twice: it was set back then; write it with its zone, "
        + "such as 2026-10-25T01:30:00Z"
    }
  }
}

extension LocalTime {
  /// Reads a time as people write it: `10:20`, `2026-11-29 10:20`, `2026-11-29T10:20:00+01:00`.
  ///
  /// - Parameters:
  ///   - text: What somebody wrote; without a zone it is what the clock on the wall showed, and
  ///     without a date the last time that it did.
  ///   - now: When it was written.
  /// - Returns: When that was.
  /// - Throws: ``TimeTextError``.
  package func instant(reading text: String, now: Instant) throws(TimeTextError) -> Instant {
    if let clock = Self.clock(text) {
      let wall = midnight(at: now) + clock
      let today = try instant(wall: wall, text)
      return today <= now ? today : try instant(wall: wall - 86_400, text)
    }
    guard let (wall, offset) = Self.dateAndTime(text) else { throw .unreadable(text) }
    if let offset { return Instant(microseconds: wall.microseconds - offset * 1_000_000) }
    return try instant(wall: wall.microseconds / 1_000_000, text)
  }

  /// Seconds of the wall at the last local midnight.
  private func midnight(at instant: Instant) -> Int64 {
    let wall = localSeconds(at: instant)
    return wall - wall % 86_400
  }

  /// The only moment at which the wall showed so many seconds.
  private func instant(wall: Int64, _ text: String) throws(TimeTextError) -> Instant {
    let day: Int64 = 86_400
    let offsets = Set(
      [wall - day, wall + day].map {
        Int64(offsetSeconds(at: Instant(microseconds: $0 * 1_000_000)))
      }
    )
    let moments = offsets.map { Instant(microseconds: (wall - $0) * 1_000_000) }
      .filter { localSeconds(at: $0) == wall }
    guard let moment = moments.first else { throw .skipped(text) }
    if moments.count > 1 { throw .twice(text) }
    return moment
  }

  /// Seconds since midnight of `10:20` or `10:20:30`.
  private static func clock(_ text: String) -> Int64? {
    guard [5, 8].contains(text.utf8.count), text.utf8.contains(UInt8(ascii: ":")) else {
      return nil
    }
    let full = text.utf8.count == 5 ? text + ":00" : text
    return Instant("1970-01-01T\(full)Z").map { $0.microseconds / 1_000_000 }
  }

  /// A date and time as if it were UTC, and the seconds of its zone, nil without one.
  private static func dateAndTime(_ text: String) -> (Instant, Int64?)? {
    var body = text
    var offset: Int64?
    if body.hasSuffix("Z") || body.hasSuffix("z") {
      body.removeLast()
      offset = 0
    } else if body.utf8.count > 16, let sign = body.suffix(6).first, sign == "+" || sign == "-",
      let zone = clock(String(body.suffix(5)))
    {
      body.removeLast(6)
      offset = sign == "+" ? zone : -zone
    }
    let parts = body.split(whereSeparator: { $0 == "T" || $0 == " " })
    guard parts.count == 2 else { return nil }
    let time = parts[1].utf8.count == 5 ? "\(parts[1]):00" : String(parts[1])
    return Instant("\(parts[0])T\(time)Z").map { ($0, offset) }
  }
}
