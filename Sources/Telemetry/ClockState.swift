/// What the kernel knows of the wall clock: whether it follows true time, and how closely.
package struct ClockState: Sendable, Hashable, Codable {
  /// Whether a time service (chrony, systemd-timesyncd, ntpd) keeps the clock and vouches for it.
  package let isSynchronised: Bool

  /// Microseconds by which the clock is probably wrong.
  ///
  /// chrony and ntpd estimate it. systemd-timesyncd writes 0, whatever the clock does; an error of
  /// 0 is therefore none that is known.
  package let estimatedErrorMicroseconds: Int

  /// Microseconds by which the clock is wrong at most; grows until the time service looks again.
  package let maximumErrorMicroseconds: Int

  package init(
    isSynchronised: Bool,
    estimatedErrorMicroseconds: Int,
    maximumErrorMicroseconds: Int
  ) {
    self.isSynchronised = isSynchronised
    self.estimatedErrorMicroseconds = estimatedErrorMicroseconds
    self.maximumErrorMicroseconds = maximumErrorMicroseconds
  }

  /// Microseconds to add to half of a frame's span for the error of its time; nil when it is not
  /// known.
  package var errorMicroseconds: Int? {
    isSynchronised && estimatedErrorMicroseconds > 0 ? estimatedErrorMicroseconds : nil
  }

  private enum CodingKeys: String, CodingKey {
    case isSynchronised = "synchronised"
    case estimatedErrorMicroseconds = "estimated_error_us"
    case maximumErrorMicroseconds = "maximum_error_us"
  }
}

/// The wall clock was set: times before and after do not compare.
///
/// Slewing, by which a time service corrects small errors, moves both clocks and is no step.
package struct ClockStep: Sendable, Hashable, Codable {
  /// Steps in this journal so far, this one included: what follows is this epoch.
  package let epoch: Int

  /// ``to`` less ``from``, in microseconds; nil when the agent did not run, and only what the clock
  /// showed last before and first after is known.
  package let stepMicroseconds: Int?

  /// What the clock would have shown; the last record's time when the agent did not run.
  package let from: Instant

  /// What it shows.
  package let to: Instant

  package init(epoch: Int, stepMicroseconds: Int?, from: Instant, to: Instant) {
    self.epoch = epoch
    self.stepMicroseconds = stepMicroseconds
    self.from = from
    self.to = to
  }

  private enum CodingKeys: String, CodingKey {
    case epoch, from, to
    case stepMicroseconds = "step_us"
  }
}
