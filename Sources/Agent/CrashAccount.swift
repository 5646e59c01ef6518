internal import Acquisition
internal import Fieldbus
internal import JournalStore
internal import Telemetry

/// Which scans of the run before are in no record since it ended without being asked: pure.
///
/// It is shown the journal's records from the last one back. The first frame or gap of a scan group
/// that it meets says which scan was due next; those from there to the last record are missing,
/// whether they were skipped since the device was silent, left out since they said nothing new, or
/// on their way. From the last record on, nothing at all was read.
struct CrashAccount: Sendable {
  /// How far back a group is looked for, beside its period and heartbeat: a silent one has a gap in
  /// every interval, and a probe may keep that waiting.
  private static let reach = Agenda.accountInterval * 2

  /// A longer time without a record counts as this much of the reach, lest a time in which the disk
  /// took nothing hide what was before it.
  private static let longestPause: Duration = .seconds(10)

  /// The time of the last record, where the gaps end.
  let end: Instant

  /// What is missing; times are on the epoch of the last record.
  private(set) var gaps: [Gap] = []

  private let groups: [Int: ScanGroupID]
  private let configured: Set<ScanGroupID>

  /// Groups that were not met yet.
  private var unmet: [ScanGroupID: FrameLayout]

  /// How far back the one is looked for that may lie furthest.
  private var limit: Duration

  /// How far back the records are, and the earliest time among them.
  private var passed: Duration = .zero
  private var earliest: Instant

  /// Brings the times of the records onto the epoch of the last one.
  private var offset: Duration = .zero
  private var isReconfigured = false

  /// - Parameters:
  ///   - story: What the journal says of its layouts.
  ///   - configured: The layouts of the run that begins.
  ///   - end: The time of the last record.
  init(_ story: JournalStory, configured: [FrameLayout], end: Instant) {
    self.end = end
    groups = story.groups
    self.configured = Set(configured.map(\.id))
    // Of an instrument that sends by itself, only what was left out can be missing.
    unmet = story.layouts.mapValues(\.layout).filter {
      $0.value.period != nil || $0.value.heartbeatMilliseconds != nil
    }
    limit = Self.limit(of: unmet)
    earliest = end
  }

  private static func limit(of unmet: [ScanGroupID: FrameLayout]) -> Duration {
    let longest = unmet.values.map {
      ($0.period ?? .zero) + .milliseconds($0.heartbeatMilliseconds ?? 0)
    }
    return Self.reach + (longest.max() ?? .zero)
  }

  /// Takes the last record, then the one before, and so on.
  ///
  /// - Returns: Whether the one before may say more.
  mutating func take(_ record: Record) -> Bool {
    let at = record.at.advanced(by: offset)
    if at < earliest {
      passed += min(earliest.duration(since: at), Self.longestPause)
      earliest = at
    }
    if passed > limit { return false }
    switch record.content {
    case .event(let event):
      // A run that was stopped has recorded all; what was before a run is not its own.
      if [.agentStarted, .agentStopped].contains(event.kind) { return false }
      if event.kind == .configurationApplied { isReconfigured = true }
    case .clockStep(let step):
      guard let step = step.stepMicroseconds else { return false }
      offset += .microseconds(step)
    case .frame(let frame): take(frame)
    case .gap(let gap): take(gap)
    default: break
    }
    return !unmet.isEmpty
  }

  private mutating func take(_ frame: Frame) {
    guard let id = groups[frame.layout], let layout = meet(id) else { return }
    let isSilent = frame.readings.allSatisfy { reading in
      if case .bad(let cause) = reading.quality {
        BusFailure(cause, "").meansSilence
      } else {
        false
      }
    }
    let start = frame.at.advanced(by: .microseconds(-frame.spanMicroseconds / 2))
    miss(
      from: start.advanced(by: layout.period ?? .zero),
      layout,
      isSilent ? .deviceSilent : .agentDown
    )
  }

  private mutating func take(_ gap: Gap) {
    guard let device = gap.device, let group = gap.group,
      let layout = meet(ScanGroupID(device: device, group: group))
    else { return }
    let isSilent = gap.reason == .deviceSilent
    var next = gap.to.advanced(by: layout.period ?? .zero)
    // These begin when the first of their scans was due, so that the grid is known.
    if let scans = gap.scans, let period = layout.period, isSilent || gap.reason == .late {
      next = gap.from.advanced(by: period * scans)
    }
    miss(from: next, layout, isSilent ? .deviceSilent : .agentDown)
  }

  /// Notes that a group was met.
  ///
  /// - Returns: Its layout; nil where it was met before, or a reload has since taken it away.
  private mutating func meet(_ id: ScanGroupID) -> FrameLayout? {
    guard let layout = unmet.removeValue(forKey: id) else { return nil }
    limit = Self.limit(of: unmet)
    return isReconfigured && !configured.contains(id) ? nil : layout
  }

  /// Notes that the scans from `next` on, which is on the epoch of its record, are missing.
  private mutating func miss(from next: Instant, _ layout: FrameLayout, _ reason: Gap.Reason) {
    let from = next.advanced(by: offset)
    guard from < end else { return }
    let time = end.duration(since: from).wholeMicroseconds
    gaps.append(
      Gap(
        reason,
        device: layout.device,
        group: layout.group,
        from: from,
        to: end,
        scans: layout.period.map { Int((time - 1) / $0.wholeMicroseconds) + 1 }
      )
    )
  }
}

extension Recorder {
  /// Records which scans a run that ended without being asked has left in no record.
  func recordLost(_ account: CrashAccount) throws {
    let account = try journal.assumeIsolated { journal in
      try journal.replayBackwards(into: account) { $0.take($1) }
    }
    for gap in account.gaps { _ = try append(.gap(gap), at: account.end) }
  }
}
