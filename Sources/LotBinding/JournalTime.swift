package import Telemetry

/// A time of a journal whose clock was set: what the clock showed, and after how many steps of it.
package struct JournalTime: Sendable, Hashable, Comparable {
  /// Steps of the clock before it.
  package let epoch: Int
  package let at: Instant

  package init(epoch: Int, at: Instant) {
    self.epoch = epoch
    self.at = at
  }

  package static func < (left: JournalTime, right: JournalTime) -> Bool {
    (left.epoch, left.at) < (right.epoch, right.at)
  }
}

/// Where times of a journal do not compare, since its clock was set there.
package struct Epochs: Sendable, Hashable {
  /// What the clock showed after each step.
  private var starts: [Instant]

  /// - Parameter starts: What the clock showed after each step, in order.
  package init(starts: [Instant] = []) { self.starts = starts }

  /// Takes a step of the clock.
  package mutating func begin(at instant: Instant) { starts.append(instant) }

  /// A time that the clock shows now.
  package func now(_ instant: Instant) -> JournalTime {
    JournalTime(epoch: starts.count, at: instant)
  }

  /// The last time that the clock showed this, which is what people mean.
  package func time(_ instant: Instant) -> JournalTime {
    let epoch = starts.lastIndex { $0 <= instant }.map { $0 + 1 } ?? 0
    return JournalTime(epoch: epoch, at: instant)
  }
}
