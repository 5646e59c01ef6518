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

/// Scans that were due and not taken.
package struct MissedScans: Sendable, Hashable {
  package let group: ScanGroupID

  /// ``Gap/Reason/late`` where the bus was busy, ``Gap/Reason/deviceSilent`` where the device was
  /// only probed.
  package let reason: Gap.Reason
  package let count: Int

  /// When the first of them was due, and up to when they are counted: until the next scan, or until
  /// now where there is none yet.
  package let from: Instant
  package let to: Instant

  /// ``to`` on the monotonic clock.
  package let uptime: Duration

  package init(
    group: ScanGroupID,
    reason: Gap.Reason,
    count: Int,
    from: Instant,
    to: Instant,
    uptime: Duration
  ) {
    self.group = group
    self.reason = reason
    self.count = count
    self.from = from
    self.to = to
    self.uptime = uptime
  }
}

/// A device that is not scanned, or not with all its groups, since it gives no answer.
package struct SilentDevice: Sendable, Hashable {
  package let device: DeviceID

  /// About how long it is from one probe to the next; nil when it is scanned again.
  package let interval: Duration?

  /// Whether all its groups are left out, and a probe of another than was silent found no answer
  /// either.
  package let isWhole: Bool

  package init(device: DeviceID, interval: Duration?, isWhole: Bool) {
    self.device = device
    self.interval = interval
    self.isWhole = isWhole
  }

  /// Whether somebody who reads both sees no difference: less than a tenth.
  func isAlike(_ other: SilentDevice) -> Bool {
    guard isWhole == other.isWhole, let interval, let next = other.interval else {
      return self == other
    }
    return max(interval, next) - min(interval, next) <= interval / 10
  }
}

/// What a poller has to say.
package enum Observation: Sendable, Hashable {
  case scan(Scan)
  case missed(MissedScans)
  case signals(SignalsChange)
  case silent(SilentDevice)
}
