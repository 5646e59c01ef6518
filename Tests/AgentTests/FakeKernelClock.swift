import Telemetry
import TestSupport

/// A kernel that says what the test lets it say.
final class FakeKernelClock: KernelClock {
  let answer = Locked<ClockState?>(
    ClockState(
      isSynchronised: true,
      estimatedErrorMicroseconds: 300,
      maximumErrorMicroseconds: 9_000
    )
  )

  func state() throws(KernelClockError) -> ClockState {
    guard let state = answer.value else { throw KernelClockError(reason: "not permitted") }
    return state
  }
}
