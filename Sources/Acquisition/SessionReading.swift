package import Fieldbus
internal import Telemetry

/// What a session has to say of one group.
package struct SessionReading: Sendable, Hashable {
  package let scan: Scan

  /// Whether the connection was lost: then whoever answers on the next one may be another.
  package let isConnectionLost: Bool

  /// Whether the group was not asked at all, because the device is not known to be the right one.
  package let isRefused: Bool

  /// Signals that the device turned out to refuse, or to give after all.
  package let changes: [SignalsChange]
}

/// What came of the time in which nobody else needed the bus.
package struct SpareTime: Sendable, Hashable {
  /// Signals that the device turned out to refuse, or to give after all.
  package internal(set) var changes: [SignalsChange] = []

  /// As in ``SessionReading/isConnectionLost``.
  package internal(set) var isConnectionLost = false
}

/// What came of a probe.
package struct SessionProbe: Sendable, Hashable {
  /// What came in place of an answer; nil when the device answered.
  package let failure: BusFailure?

  /// Whether the device said nothing.
  package var isSilent: Bool { failure?.meansSilence ?? false }

  /// Whether the connection was lost.
  package var isConnectionLost: Bool { failure?.cause == .noConnection }
}
