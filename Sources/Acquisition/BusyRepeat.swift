internal import Fieldbus
internal import Telemetry

/// When a request is asked again that a device was too busy to answer: pure.
///
/// A device answers with exception 5 (acknowledge) or 6 (server device busy) when it is still at
/// something else, and wants to be asked again later (MODBUS Application Protocol V1.1b3, 7).
struct BusyRepeat: Sendable {
  /// Rests before each repetition.
  static let rests: [Duration] = [.milliseconds(50), .milliseconds(150)]

  /// The part of a group's period after which nothing is asked again, so that a busy device does
  /// not take its time from the others on the bus.
  static let periodShare = 4

  private let deadline: Duration
  private var taken = 0

  /// - Parameters:
  ///   - start: Uptime when the scan began.
  ///   - period: Time from one scan to the next.
  init(start: Duration, period: Duration) {
    deadline = start + period / Self.periodShare
  }

  /// Until when to rest before the next repetition; nil when there is to be none.
  mutating func restEnd(at now: Duration) -> Duration? {
    guard taken < Self.rests.count else { return nil }
    let end = now + Self.rests[taken]
    taken += 1
    return end <= deadline ? end : nil
  }
}

extension BusOutcome {
  /// Whether the device wants to be asked again later.
  var isBusy: Bool {
    guard case .failure(let failure) = result else { return false }
    return failure.cause == .exception(5) || failure.cause == .exception(6)
  }
}
