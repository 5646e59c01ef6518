#if canImport(Glibc)
internal import Glibc
#endif

/// The machine's clocks: `CLOCK_REALTIME` and `CLOCK_BOOTTIME`, which counts sleep too.
package struct SystemTime: TimeSource {
  private static let start = ContinuousClock.now

  package init() { _ = Self.start }

  package func now() -> Instant {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Instant(microseconds: Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1_000)
  }

  package func uptime() -> Duration { Self.start.duration(to: .now) }

  package func sleep(until deadline: Duration) async throws {
    try await ContinuousClock().sleep(until: Self.start.advanced(by: deadline))
  }
}
