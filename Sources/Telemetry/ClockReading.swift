/// Both clocks at one moment, and how far apart they may have been read.
package struct ClockReading: Sendable, Hashable {
  package let moment: Moment

  /// The wall clock was read at most this long before or after ``Moment/uptime``.
  package let doubt: Duration

  /// A doubt that is good enough not to read again.
  package static let sharp = Duration.microseconds(10)

  /// Readings that are tried for a sharp one.
  fileprivate static let attempts = 5

  package init(_ moment: Moment, doubt: Duration = .zero) {
    self.moment = moment
    self.doubt = doubt
  }
}

extension TimeSource {
  /// Reads the wall clock between two readings of the monotonic one, and takes the tightest of a
  /// few.
  ///
  /// On a busy machine a task can be put aside between two readings, for 56 ms where this was
  /// measured; their difference would then look like a step of the wall clock.
  package func reading() -> ClockReading {
    var best = bracket()
    for _ in 1..<ClockReading.attempts where best.doubt > ClockReading.sharp {
      let next = bracket()
      if next.doubt < best.doubt { best = next }
    }
    return best
  }

  private func bracket() -> ClockReading {
    let before = uptime()
    let wall = now()
    let doubt = (uptime() - before) / 2
    return ClockReading(Moment(wall: wall, uptime: before + doubt), doubt: doubt)
  }
}
