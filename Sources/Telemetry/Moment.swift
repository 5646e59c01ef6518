/// One moment on both clocks.
package struct Moment: Sendable, Hashable {
  /// What the wall clock showed.
  package let wall: Instant

  /// What the monotonic clock showed: the time between two moments is the difference of these.
  package let uptime: Duration

  package init(wall: Instant, uptime: Duration) {
    self.wall = wall
    self.uptime = uptime
  }

  /// The moment that lies `duration` later, if the wall clock is not stepped until then.
  package func advanced(by duration: Duration) -> Moment {
    Moment(wall: wall.advanced(by: duration), uptime: uptime + duration)
  }
}

extension TimeSource {
  /// Both clocks, one read right after the other.
  package func moment() -> Moment { Moment(wall: now(), uptime: uptime()) }
}
