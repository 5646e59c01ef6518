internal import Profiles
package import Telemetry

/// Which frames of one scan group are recorded: pure.
///
/// A frame is left out when it says nothing new and the last recorded one is not older than the
/// heartbeat. It says nothing new when its layout, bindings and qualities are those of the last
/// recorded frame and its values are the same, or within their deadbands of it. So from the record
/// alone, every value that was left out is known to within its deadband.
package struct ReportRule: Sendable {
  private let heartbeat: Duration
  private let signals: [Signal]
  private var recorded: (frame: Frame, uptime: Duration)?

  /// The last frame that was left out, and how many were since the last recorded one.
  private var pending: (frame: Frame, uptime: Duration)?
  private var skipped = 0

  /// - Returns: nil for a group whose frames are all recorded.
  package init?(_ group: ScanGroup) {
    guard let heartbeat = group.rules.heartbeat else { return nil }
    self.heartbeat = heartbeat
    signals = group.signals
  }

  /// Takes the next frame.
  ///
  /// - Parameters:
  ///   - frame: All of it, but for what was left out before.
  ///   - uptime: When it was taken, on the monotonic clock.
  /// - Returns: The frame to be recorded; nil when it is left out.
  package mutating func take(_ frame: Frame, at uptime: Duration) -> Frame? {
    if let recorded, uptime - recorded.uptime < heartbeat, !isNews(frame, after: recorded.frame) {
      pending = (frame, uptime)
      skipped += 1
      return nil
    }
    recorded = (frame, uptime)
    pending = nil
    defer { skipped = 0 }
    return frame.with(skipped: skipped)
  }

  /// The last frame that was left out, to be recorded because nothing may follow it.
  package mutating func takePending() -> Frame? {
    guard let pending else { return nil }
    recorded = pending
    self.pending = nil
    defer { skipped = 0 }
    return pending.frame.with(skipped: skipped - 1)
  }

  /// Has the next frame recorded whatever it says: the clock was set, and the times of those before
  /// do not compare with its own.
  package mutating func beginEpoch() { recorded = nil }

  /// A frame that was given for the record is not in it: the next one is recorded, and says what
  /// was left out before this one.
  package mutating func lose(_ frame: Frame) {
    recorded = nil
    skipped += frame.skipped
  }

  private func isNews(_ frame: Frame, after last: Frame) -> Bool {
    guard frame.layout == last.layout, frame.bindings == last.bindings,
      frame.unsure == last.unsure, frame.crews == last.crews
    else { return true }
    for index in signals.indices {
      let (before, now) = (last.readings[index], frame.readings[index])
      if before == now { continue }
      guard before.quality == now.quality, let old = before.value, let new = now.value,
        !signals[index].hasChanged(from: old, to: new)
      else { return true }
    }
    return false
  }
}

/// The rules of all scan groups that have one.
package struct ReportRules: Sendable {
  private var rules: [ScanGroupID: ReportRule] = [:]

  package init() {}

  /// Begins anew for the groups of a device.
  package mutating func set(_ groups: [ScanGroup]) {
    for group in groups { rules[group.id] = ReportRule(group) }
  }

  /// - Returns: The frame to be recorded; nil when it is left out.
  package mutating func take(_ frame: Frame, of scan: Scan) -> Frame? {
    guard rules[scan.group] != nil else { return frame }
    return rules[scan.group]?.take(frame, at: scan.uptime)
  }

  /// See ``ReportRule/lose(_:)``.
  package mutating func lose(_ frame: Frame, of group: ScanGroupID) { rules[group]?.lose(frame) }

  /// See ``ReportRule/beginEpoch()``.
  package mutating func beginEpoch() {
    for group in rules.keys { rules[group]?.beginEpoch() }
  }

  /// The last frame of each group that was left out, by group; `device` nil is all devices.
  package mutating func takePending(of device: DeviceID?) -> [(group: ScanGroupID, frame: Frame)] {
    let groups = rules.keys.filter { device == nil || $0.device == device }
      .sorted { ($0.device.text, $0.group) < ($1.device.text, $1.group) }
    return groups.compactMap { group in
      rules[group]?.takePending().map { (group, $0) }
    }
  }
}
