internal import Telemetry

/// When a fault can strike, after the simulation's start: once from here to there, or again and
/// again in between.
package struct FaultWindow: Sendable, Hashable {
  /// A stretch at the beginning of each period.
  package struct Repetition: Sendable, Hashable {
    package let period: Duration
    package let length: Duration

    /// - Precondition: 1 µs ≤ `length` ≤ `period`
    package init(every period: Duration, for length: Duration) {
      precondition(length.wholeMicroseconds > 0 && length <= period)
      self.period = period
      self.length = length
    }
  }

  package let from: Duration

  /// The first moment after the window; nil lasts for ever.
  package let to: Duration?
  package let repetition: Repetition?

  /// - Precondition: `from` lies before `to`.
  package init(from: Duration = .zero, to: Duration? = nil, repetition: Repetition? = nil) {
    if let to { precondition(from < to) }
    self.from = from
    self.to = to
    self.repetition = repetition
  }

  /// The beginning of the last stretch that began no later than a time; nil when none did.
  package func lastBeginning(at time: Duration) -> Duration? {
    guard time >= from else { return nil }
    guard let repetition else { return from }
    let last = to.map { min(time, $0 - .microseconds(1)) } ?? time
    let (elapsed, period) = (
      (last - from).wholeMicroseconds, repetition.period.wholeMicroseconds
    )
    return from + .microseconds(elapsed - elapsed % period)
  }

  /// The beginning of the stretch that holds a time; nil when none does.
  package func stretch(at time: Duration) -> Duration? {
    guard time >= from, to.map({ time < $0 }) ?? true else { return nil }
    guard let repetition else { return from }
    let (elapsed, period) = (
      (time - from).wholeMicroseconds, repetition.period.wholeMicroseconds
    )
    let place = Duration.microseconds(elapsed % period)
    return place < repetition.length ? from + .microseconds(elapsed - elapsed % period) : nil
  }
}
