internal import Acquisition
internal import Telemetry

extension Recorder {
  /// Records scans that were due and not taken.
  ///
  /// - Parameters:
  ///   - missed: Which.
  ///   - end: Its end, on the present epoch.
  func take(_ missed: MissedScans, endingAt end: Instant) {
    let since = Moment(
      wall: end.advanced(by: missed.from.duration(since: missed.to)),
      uptime: missed.uptime - missed.to.duration(since: missed.from)
    )
    // What was missed since a change of the bus ends with the first scan that the new schedule had.
    closeInterruption(of: missed.group, before: since.uptime, at: since)
    let gap = Gap(
      missed.reason,
      device: missed.group.device,
      group: missed.group.group,
      from: since.wall,
      to: end,
      scans: missed.count
    )
    if missed.reason == .deviceSilent { accounted[missed.group] = missed.uptime }
    // A frame may not follow for long, and what is only in memory would not outlive a crash.
    closeGap(of: missed.group, at: since.wall)
    if write(.gap(gap), at: end) { return }
    unwritten[missed.group, default: (0, since.uptime)].count += missed.count
  }

  /// Shows how often a silent device is probed.
  func take(_ silent: SilentDevice) {
    note(board.take(silent))
    // Nothing may follow for long.
    if silent.interval != nil { recordPending(of: silent.device) }
  }
}
