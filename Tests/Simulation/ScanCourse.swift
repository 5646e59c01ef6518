import Telemetry

/// Whether the scans of one group are all there: each due scan is a frame, counted in one, or in a
/// gap, and all lie on one grid.
struct ScanCourse {
  private var period: Duration = .zero
  private var heartbeat: Duration?
  private var wait: Duration = .zero

  /// When it began to be read, or began anew.
  private var began: Duration

  /// The last scan that is accounted for, and how many grid steps it is after the first.
  private var last: (start: Duration, middle: Duration, step: Int)?

  /// Least and greatest distance of scans from their step of a grid that begins at uptime 0.
  private var offsets: (least: Duration, greatest: Duration)?

  /// Scans in gaps since the last frame, and whether some are because the device was silent: then
  /// the scan after that may lie between two that were due.
  private var missed = 0
  private var wasSilent = false

  /// Up to when scans of a silent device are in gaps.
  private var accountedTo: Duration?

  /// Since the last frame, its bus was stopped and began anew.
  private var interruption: Interruption?

  private struct Interruption {
    /// Start and middle of the last frame before.
    private(set) var last: (start: Duration, middle: Duration)?
    let period: Duration
    var gap: Int
    let name: String

    mutating func isOld(_ seen: JournalAudit.Seen) {
      last = (seen.start, seen.middle)
      gap = 0
    }
  }

  init(since uptime: Duration) { began = uptime }

  /// How it is read from now on.
  mutating func isRead(every group: PlantModel.Group, wait: Duration) {
    period = .milliseconds(group.period)
    heartbeat = group.heartbeat.map { .milliseconds($0) }
    self.wait = max(wait, self.wait)
  }

  /// Its device was silent in one of its groups, and may be read off the grid as soon as it is back.
  mutating func isSilent() { wasSilent = true }

  /// Its bus began anew.
  mutating func isDisturbed(at uptime: Duration, by name: String) {
    interruption = Interruption(
      last: interruption?.last ?? accountedTo.map { ($0, $0) }
        ?? last.map { ($0.start, $0.middle) },
      period: interruption?.period ?? period,
      gap: (interruption?.gap ?? 0) + (accountedTo == nil ? missed : 0),
      name: name
    )
    (missed, accountedTo) = (0, nil)
    began = uptime
    (last, offsets, wasSilent) = (nil, nil, false)
  }

  mutating func take(
    _ gap: Gap,
    _ scans: Int,
    from: Duration,
    to: Duration
  ) -> String? {
    if from > to { return "a gap ends before it begins" }
    if scans < 1 { return "a gap of \(scans) scans" }
    guard gap.reason == .reconfigured else {
      if let pending = interruption {
        // The first scan that the new schedule had was not taken: it is the first of this gap.
        interruption = nil
        if let text = Self.judge(pending, before: from, scans: 1) { return text }
      }
      missed += scans
      accountedTo = gap.reason == .deviceSilent ? to : nil
      if gap.reason == .deviceSilent { wasSilent = true }
      let periods = (to - from) / period
      if (periods - Double(scans)).magnitude > 1.001 {
        return "a gap of \(scans) scans from \(from) to \(to), which are \(periods) periods"
      }
      return nil
    }
    guard let interruption, let before = interruption.last else {
      return "a gap by a reload that did not touch it"
    }
    if (before.middle - from).magnitude > .milliseconds(1), heartbeat == nil {
      return "a gap by a reload from \(from), and the last scan was at \(before.middle)"
    }
    self.interruption?.gap += scans
    return nil
  }

  /// Takes a frame; `isHeldUp` is one of a scan that may have begun later than it was taken up.
  mutating func take(_ seen: JournalAudit.Seen, isHeldUp: Bool) -> [String] {
    var complaints: [String] = []
    let scans = 1 + seen.frame.skipped + missed
    if seen.frame.skipped > 0 {
      guard let heartbeat else { return ["scans are left out without a heartbeat"] }
      if seen.frame.skipped > Int(heartbeat / period) + 1 {
        complaints.append("\(seen.frame.skipped) scans are left out, more than the heartbeat has")
      }
    }
    defer { (missed, wasSilent, accountedTo) = (0, false, nil) }
    if interruption != nil, seen.start < began {
      // Left out before its bus began anew, and recorded since.
      self.interruption?.isOld(seen)
      return complaints
    }
    defer { interruption = nil }
    if let interruption {
      if let text = Self.judge(interruption, before: seen.start, scans: scans) {
        complaints.append(text)
      }
      return complaints + begin(with: seen, step: scans - 1, isHeldUp: isHeldUp)
    }
    guard let last else { return begin(with: seen, step: scans - 1, isHeldUp: isHeldUp) }
    if seen.start <= last.start { complaints.append("it begins before the one before") }
    if wasSilent {
      let passed = (seen.start - last.start) / period
      if (passed - Double(scans)).magnitude > 1 + min(wait, period) / period {
        complaints.append("\(scans) scans are accounted for in \(passed) periods of silence")
      }
      self.last = nil
      return complaints + begin(with: seen, step: 0, isHeldUp: true)
    }
    return complaints + advance(to: seen, step: last.step + scans, isHeldUp: isHeldUp)
  }

  private mutating func begin(
    with seen: JournalAudit.Seen,
    step: Int,
    isHeldUp: Bool
  ) -> [String] {
    last = (seen.start, seen.middle, step)
    let offset = seen.start - period * step
    // Taken as soon as its device was back, it may lie between two that were due.
    offsets = isHeldUp || wasSilent ? nil : (offset, offset)
    let limit = began + period * (step + 1) + wait
    guard !isHeldUp, seen.start > limit else { return [] }
    return ["its first scan is at \(seen.start), and it is read since \(began)"]
  }

  private mutating func advance(
    to seen: JournalAudit.Seen,
    step: Int,
    isHeldUp: Bool
  ) -> [String] {
    last = (seen.start, seen.middle, step)
    if isHeldUp { return [] }
    let offset = seen.start - period * step
    var offsets = offsets ?? (offset, offset)
    offsets = (min(offsets.least, offset), max(offsets.greatest, offset))
    self.offsets = offsets
    let spread = offsets.greatest - offsets.least
    guard spread > min(period, wait) + .milliseconds(1) else { return [] }
    // Once is enough.
    self.offsets = (offset, offset)
    return [
      "step \(step) of its grid is off by \(spread) with a period of \(period): a scan is lost or "
        + "counted twice"
    ]
  }

  private static func judge(
    _ interruption: Interruption,
    before start: Duration,
    scans: Int
  ) -> String? {
    guard let before = interruption.last else { return nil }
    let passed = (start - before.start) / interruption.period
    let counted = Double(scans + interruption.gap)
    // A scan that waited, or that was taken as soon as a device was back, is off by up to a period.
    guard (passed - counted).magnitude > 1.5 else { return nil }
    return "\(counted) scans are accounted for since \(before.start), where \(passed) periods have "
      + "passed (\(interruption.name))"
  }

  /// What is wrong when it was read until then, and said no more.
  func silence(until end: Duration) -> String? {
    let limit =
      (last?.start ?? began) + period * (missed + 1) + (heartbeat ?? .zero) + wait
    guard limit < end else { return nil }
    return "nothing since \(last?.start ?? began), and it was read until \(end)"
  }
}

extension Duration {
  fileprivate var magnitude: Duration { max(self, .zero - self) }
}
