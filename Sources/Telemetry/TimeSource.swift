/// The two clocks that everything is given: wall time for stamps, uptime for intervals.
///
/// Wall time can step; uptime cannot. No code but ``SystemTime`` asks the machine for either, so
/// every behaviour is tested with time that the test moves.
package protocol TimeSource: Sendable {
  /// Wall-clock time, UTC.
  func now() -> Instant

  /// Monotonic time since an arbitrary start.
  func uptime() -> Duration

  /// Waits until ``uptime()`` reaches `deadline`; returns at once when it has.
  ///
  /// - Throws: `CancellationError` when the task is cancelled first.
  func sleep(until deadline: Duration) async throws
}

extension TimeSource {
  /// Waits for `duration` of uptime.
  ///
  /// - Throws: `CancellationError` when the task is cancelled first.
  package func sleep(for duration: Duration) async throws {
    try await sleep(until: uptime() + duration)
  }
}
