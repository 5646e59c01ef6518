package import Telemetry

/// Which frames of a scan group are recorded, and which are believed.
package struct FrameRules: Sendable, Hashable {
  /// Longest time without a recorded frame while nothing new is said; nil records every frame.
  package let heartbeat: Duration?

  /// Longest time that a frame may stay the same; nil lets it rest for ever.
  package let movesWithin: Duration?

  package init(heartbeat: Duration? = nil, movesWithin: Duration? = nil) {
    precondition(heartbeat ?? .seconds(1) > .zero && movesWithin ?? .seconds(1) > .zero)
    self.heartbeat = heartbeat
    self.movesWithin = movesWithin
  }
}

/// How a restart of a device is told: a signal fell that only rises while the device runs.
package struct RestartRule: Sendable, Hashable {
  /// The signal's name: a run time, or a counter that begins at 0 when the device starts.
  package let signal: String

  /// How long after a restart the device's readings are not believed.
  package let settle: Duration

  /// The value, in the signal's unit, at which it begins again at 0 without a restart; nil when it
  /// does not within the device's life.
  package let wrapsAt: Double?

  package init(signal: String, settle: Duration = .zero, wrapsAt: Double? = nil) {
    precondition(settle >= .zero && wrapsAt ?? 1 > 0)
    self.signal = signal
    self.settle = settle
    self.wrapsAt = wrapsAt
  }
}

extension Signal {
  /// Whether a new value says something new: a number beyond ``deadband`` of the old one, where
  /// there is one, and otherwise any other value.
  package func hasChanged(from old: Value, to new: Value) -> Bool {
    guard old != new else { return false }
    guard let deadband, let before = old.number, let now = new.number else { return true }
    return (now - before).magnitude > deadband
  }
}
