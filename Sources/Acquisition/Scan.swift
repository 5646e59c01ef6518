package import Fieldbus
package import Telemetry

/// One scan of one scan group, decoded and stamped, but not yet bound to a lot.
package struct Scan: Sendable, Hashable {
  package let group: ScanGroupID

  /// The middle between the first request's departure and the last reply's arrival.
  ///
  /// Whoever records the scan may set it: a step of the wall clock can fall between ``uptime`` and
  /// then.
  package var at: Instant

  /// The time between those two.
  package let span: Duration

  /// The same middle on the monotonic clock.
  package let uptime: Duration

  /// When its first request left, on the monotonic clock.
  package var start: Duration { uptime - span / 2 }

  /// One for each signal of the group.
  package let readings: [Reading]

  /// Why nothing of the device could be read: it gave no answer at all, or it is another one; nil
  /// when it answered, even with a refusal.
  package let silence: BusFailure?
}

/// Names a scan group within an agent.
package struct ScanGroupID: Sendable, Hashable {
  package let device: DeviceID
  package let group: String

  package init(device: DeviceID, group: String) {
    self.device = device
    self.group = group
  }
}

/// Scans that were due while the bus was busy, and were skipped.
package struct MissedScans: Sendable, Hashable {
  package let group: ScanGroupID
  package let count: Int

  /// When the first of them was due, and when the next scan was taken.
  package let from: Instant
  package let to: Instant
}

/// What a poller has to say.
package enum Observation: Sendable, Hashable {
  case scan(Scan)
  case missed(MissedScans)
  case signals(SignalsChange)
}
