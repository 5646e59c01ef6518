package import Telemetry

/// How well the times in the record are known.
package struct ClockStatus: Sendable, Hashable, Codable {
  /// What a technician reads while no time service vouches for the clock.
  package static let unsynchronised =
    "The clock is not synchronised, so times may be wrong by any amount: set up chrony or "
    + "systemd-timesyncd."

  /// Nil while the kernel does not tell.
  package let synchronised: Bool?

  /// Microseconds by which the clock is probably wrong, as last recorded; nil when not known.
  package let errorMicroseconds: Int?

  /// Microseconds by which the clock is wrong at most, as last recorded.
  package let maximumErrorMicroseconds: Int?

  /// Steps of the clock in this journal so far.
  package let epoch: Int
  package let lastStep: ClockStep?

  /// What is wrong and what to do, in a sentence; nil while the clock is synchronised.
  package let warning: String?

  /// - Parameters:
  ///   - state: What was last recorded of it; nil while the kernel tells nothing.
  ///   - epoch: Steps in this journal so far.
  ///   - lastStep: The last of them.
  package init(_ state: ClockState?, epoch: Int, lastStep: ClockStep?) {
    synchronised = state?.isSynchronised
    errorMicroseconds = state?.errorMicroseconds
    maximumErrorMicroseconds = state?.maximumErrorMicroseconds
    self.epoch = epoch
    self.lastStep = lastStep
    warning =
      switch state?.isSynchronised {
      case true?: nil
      case false?: Self.unsynchronised
      case nil: "The kernel does not tell whether the clock is synchronised."
      }
  }

  private enum CodingKeys: String, CodingKey {
    case synchronised, epoch, warning
    case errorMicroseconds = "error_us"
    case maximumErrorMicroseconds = "maximum_error_us"
    case lastStep = "last_step"
  }
}
