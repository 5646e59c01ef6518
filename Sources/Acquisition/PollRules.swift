package import Profiles

/// How the time of one bus is shared.
package struct PollRules: Sendable, Hashable {
  /// The silent share where nothing else is configured.
  package static let standardSilentShare = 0.05

  /// The part of the bus's time that devices without an answer may take together.
  package var silentShare = standardSilentShare

  /// What decides how long a scan takes, for the phases.
  package var timing = BusTiming.assumedTCP

  package init() {}
}
