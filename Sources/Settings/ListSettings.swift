package import Telemetry

/// From where the plant's lists are taken.
package struct ListSettings: Sendable, Hashable {
  /// ``UplinkSettings/id``, and its address.
  package let uplink: String
  package let url: String

  /// From one look to the next.
  package let interval: Duration
}

/// What says, outside of Lotline, whether a station may run.
package struct InterlockSettings: Sendable, Hashable {
  package enum AtExit: String, Sendable, Hashable, CaseIterable { case stop, keep, remove }

  package let station: StationID

  /// Whether a station without a lot must not run.
  package let stopsWithoutLot: Bool

  /// Whether a station must not run while one of its devices is silent.
  package let stopsWhenSilent: Bool
  package let file: File?
  package let command: Command?

  package struct File: Sendable, Hashable {
    package let path: String

    /// Longest time from one change of the file's time to the next.
    package let refresh: Duration
    package let atExit: AtExit
  }

  package struct Command: Sendable, Hashable {
    package let program: String
    package let arguments: [String]

    /// How long it may take.
    package let timeout: Duration

    /// `stop` or `keep`.
    package let atExit: AtExit
  }
}
