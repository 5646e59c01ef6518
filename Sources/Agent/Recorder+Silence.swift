internal import Acquisition
internal import Telemetry

extension Recorder {
  /// Records scans that were due and not taken.
  ///
  /// - Parameters:
  ///   - missed: Which.
  ///   - end: Its end, on the present epoch.
  func take(_ missed: MissedScans, endingAt end: Instant) {
    let gap = Gap(
      missed.reason,
      device: missed.group.device,
      group: missed.group.group,
      from: end.advanced(by: missed.from.duration(since: missed.to)),
      to: end,
      scans: missed.count
    )
    if missed.reason == .deviceSilent { accounted[missed.group] = missed.uptime }
    if write(.gap(gap), at: end) { return }
    let since = missed.uptime - missed.to.duration(since: missed.from)
    unwritten[missed.group, default: (0, since)].count += missed.count
  }

  /// Shows how often a silent device is probed.
  func take(_ silent: SilentDevice) {
    note(board.take(silent))
    // Nothing may follow for long.
    if silent.interval != nil { recordPending(of: silent.device) }
  }
}
