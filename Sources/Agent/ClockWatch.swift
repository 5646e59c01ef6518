internal import StationAPI
internal import Telemetry

/// Finds the steps of the wall clock, and the changes of its state that are worth a record: pure.
///
/// Within an epoch the wall clock and the monotonic one lie apart by a fixed offset: slewing moves
/// both. So every time of an epoch comes from the monotonic clock and the epoch's offset.
struct ClockWatch: Sendable {
  /// Smallest move of the offset that is a step, beyond what reading two clocks leaves in doubt.
  static let smallestStep = Duration.milliseconds(1)

  /// Errors below this are all the same to a thermal profile.
  static let smallestErrorMicroseconds = 100

  /// Shortest time between two records that only say that the error has changed.
  static let shortestStatePeriod = Duration.seconds(60)

  private var base: ClockReading
  private(set) var epoch: Int
  private(set) var lastStep: ClockStep?

  /// The state that was recorded last, which is the one in force.
  private(set) var state: ClockState?
  private var stateAt: Duration = .zero

  /// - Parameters:
  ///   - reading: The clocks now.
  ///   - lastStep: The last step in the journal; nil where there was none.
  init(_ reading: ClockReading, after lastStep: ClockStep? = nil) {
    base = reading
    self.lastStep = lastStep
    epoch = lastStep?.epoch ?? 0
  }

  /// The wall clock's time at `uptime`, on the present epoch.
  func instant(at uptime: Duration) -> Instant {
    base.moment.wall.advanced(by: uptime - base.moment.uptime)
  }

  /// The uptime at which the wall clock showed `instant`, on the present epoch.
  func uptime(at instant: Instant) -> Duration {
    base.moment.uptime + instant.duration(since: base.moment.wall)
  }

  /// Compares the beginning of this run with the last record of an earlier one.
  ///
  /// - Returns: A step of unknown size, where the clock now shows an earlier time. A step forward
  ///   cannot be told from time that has passed.
  mutating func resume(after last: Instant) -> ClockStep? {
    let now = base.moment.wall
    guard now.advanced(by: Self.smallestStep) < last else { return nil }
    return begin(from: last, to: now, stepMicroseconds: nil)
  }

  /// Takes a reading of both clocks.
  ///
  /// - Returns: The step that the wall clock has made since the last reading.
  mutating func take(_ reading: ClockReading) -> ClockStep? {
    let expected = instant(at: reading.moment.uptime)
    let shown = reading.moment.wall
    let step = shown.duration(since: expected)
    let noise = base.doubt + reading.doubt
    if max(step, .zero - step) > Self.smallestStep + noise {
      base = reading
      return begin(from: expected, to: shown, stepMicroseconds: Int(step.wholeMicroseconds))
    }
    if base.doubt > ClockReading.sharp, reading.doubt < base.doubt { base = reading }
    return nil
  }

  private mutating func begin(
    from: Instant,
    to: Instant,
    stepMicroseconds: Int?
  ) -> ClockStep {
    epoch += 1
    let step = ClockStep(epoch: epoch, stepMicroseconds: stepMicroseconds, from: from, to: to)
    lastStep = step
    return step
  }

  /// Takes the clock's state.
  ///
  /// - Returns: The state, where it is to be recorded: the first one, one that is synchronised where
  ///   the last was not or the other way, and, at most once a minute, one whose estimated error is
  ///   more than twice or less than half the last. The maximum error changes by the second and
  ///   makes no record.
  mutating func take(_ state: ClockState, at uptime: Duration) -> ClockState? {
    guard let last = self.state else { return record(state, at: uptime) }
    if state.isSynchronised != last.isSynchronised { return record(state, at: uptime) }
    let error = max(state.estimatedErrorMicroseconds, Self.smallestErrorMicroseconds)
    let lastError = max(last.estimatedErrorMicroseconds, Self.smallestErrorMicroseconds)
    let hasChanged = error > 2 * lastError || 2 * error < lastError
    guard hasChanged, uptime - stateAt >= Self.shortestStatePeriod else { return nil }
    return record(state, at: uptime)
  }

  private mutating func record(_ state: ClockState, at uptime: Duration) -> ClockState {
    self.state = state
    stateAt = uptime
    return state
  }

  var status: ClockStatus { ClockStatus(state, epoch: epoch, lastStep: lastStep) }
}
