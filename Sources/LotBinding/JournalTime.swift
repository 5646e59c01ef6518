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
  /// A step of the clock.
  package struct Step: Sendable, Hashable {
    /// What the clock showed last before it.
    let from: Instant

    /// What it showed after it.
    let to: Instant

    package init(from: Instant, to: Instant) {
      self.from = from
      self.to = to
    }
  }

  /// What the clock showed when the journal began; nil where that is not known.
  package private(set) var began: Instant?
  private var steps: [Step]

  /// - Parameters:
  ///   - began: What the clock showed when the journal began.
  ///   - steps: The steps of the clock, in order.
  package init(began: Instant? = nil, steps: [Step] = []) {
    self.began = began
    self.steps = steps
  }

  /// Takes the journal's beginning.
  mutating func begin(at instant: Instant) { began = instant }

  /// Takes a step of the clock.
  mutating func take(_ step: ClockStep) { steps.append(Step(from: step.from, to: step.to)) }

  /// A time that the clock shows now.
  package func now(_ instant: Instant) -> JournalTime {
    JournalTime(epoch: steps.count, at: instant)
  }

  /// Whether it is earlier than everything that the clock showed since the journal began.
  func isBeforeAll(_ instant: Instant) -> Bool { epochs(startedBy: instant).isEmpty }

  /// The last time that the clock showed this, which is what people mean; where it was set past it,
  /// the time at which that was.
  package func time(_ instant: Instant) -> JournalTime {
    let started = epochs(startedBy: instant)
    let shown = started.last { $0 == steps.count || instant <= steps[$0].from }
    return JournalTime(epoch: shown ?? started.last ?? 0, at: instant)
  }

  /// The epochs that began with an earlier time on the clock, or with this one.
  private func epochs(startedBy instant: Instant) -> [Int] {
    (0...steps.count).filter { epoch in
      epoch == 0 ? began.map { $0 <= instant } ?? true : steps[epoch - 1].to <= instant
    }
  }
}
