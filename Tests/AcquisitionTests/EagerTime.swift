import Telemetry
import TestSupport

/// Clocks that jump to whatever anybody waits for, so that a scan with rests in it runs by itself.
struct EagerTime: TimeSource {
  let clocks = ManualTime()

  func now() -> Instant { clocks.now() }

  func uptime() -> Duration { clocks.uptime() }

  func sleep(until deadline: Duration) async throws {
    try Task.checkCancellation()
    let rest = deadline - clocks.uptime()
    if rest > .zero { clocks.advance(by: rest) }
  }
}
