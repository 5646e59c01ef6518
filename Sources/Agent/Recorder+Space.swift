internal import Acquisition
internal import JournalStore
internal import Logging
internal import Telemetry

/// Scans of a group that are left out for want of room.
struct SparedScans: Sendable {
  /// Scans since the last one that was recorded, for the rule of one in so many.
  var run = 0

  /// Scans that are in no record yet, and the uptime of the first.
  var unrecorded: (count: Int, since: Duration)?
}

/// Where the disk becomes full, frames thin out and then stop; lots, scans and everything else go on.
extension Recorder {
  /// Time between two looks at the disk.
  static let spacePeriod = Duration.seconds(10)

  /// Longest time until it is recorded which scans were left out.
  static let sparedInterval = Duration.seconds(60)

  /// Looks how much room there is.
  func lookAtSpace() {
    guard let room = journal.assumeIsolated({ $0.room() }) else { return }
    take(room)
    if space.level <= .warning { journal.assumeIsolated { $0.keepReserve() } }
    logHolder = journal.assumeIsolated { $0.logHolder() }
  }

  /// Goes by how much room there is.
  func take(_ room: Journal.Room) {
    if let level = space.take(room, at: time.uptime()) {
      let detail =
        space.sentence ?? "there is room for the journal again: \(room.free.size) are free"
      write(.event(Event(level.event, detail: detail)), at: time.now())
      level > .warning ? logger.error("\(detail)") : logger.notice("\(detail)")
    }
    for (group, scans) in spared {
      guard let since = scans.unrecorded?.since, time.uptime() - since >= Self.sparedInterval
      else { continue }
      recordSpared(of: group, at: time.now())
    }
  }

  /// Whether a frame is left out for want of room.
  func spares(_ frame: Frame, of group: ScanGroupID) -> Bool {
    if space.level < .thin { return false }
    var scans = spared[group] ?? SparedScans()
    defer { spared[group] = scans }
    if space.level == .thin, scans.run % SpaceRule.thinning == 0 {
      scans.run = 1
      return false
    }
    scans.run += 1
    let since = scans.unrecorded?.since ?? clock.uptime(at: frame.at)
    scans.unrecorded = ((scans.unrecorded?.count ?? 0) + 1, since)
    return true
  }

  /// Says which scans are missing for want of room.
  func recordSpared(of group: ScanGroupID, at end: Instant) {
    guard let (count, since) = spared[group]?.unrecorded else { return }
    let gap = Gap(
      .spaceLow,
      device: group.device,
      group: group.group,
      from: clock.instant(at: since),
      to: end,
      scans: count
    )
    if write(.gap(gap), at: end) { spared[group]?.unrecorded = nil }
  }

  /// Says so of all groups: the agent stops, or there is room again.
  func recordSpared() {
    for group in spared.keys { recordSpared(of: group, at: time.now()) }
  }

  /// Lets go of the oldest frames, where the configuration says so and every hub has them.
  ///
  /// - Parameters:
  ///   - rule: Which frames may go.
  ///   - uplinks: The hubs that must have them.
  ///   - unconfirmed: Whether frames may go that no hub has; only where there is none.
  func prune(_ rule: RetentionRule, uplinks: [String], unconfirmed: Bool) {
    if rule.age == nil, rule.bytes == nil { return }
    do {
      let pruned = try journal.assumeIsolated { [time] journal -> PrunedFrames? in
        let confirmed = try uplinks.map { try journal.cursor(of: $0)?.size ?? 0 }.min()
        if confirmed == nil, !unconfirmed { return nil }
        return try journal.prune(rule, confirmed: confirmed, at: time.now())
      }
      guard let pruned else { return }
      logger.info(
        "pruned \(pruned.frames) frames of records \(pruned.from) to \(pruned.to)",
        metadata: ["reason": "\(pruned.reason.rawValue)"]
      )
    } catch {
      noteStorage(error)
    }
  }

  /// What a technician must know of the room that the journal has.
  var spaceNotices: [String] { [space.sentence, logHolder].compactMap { $0 } }
}

extension SpaceRule {
  /// What is to be said, and done; nil while there is room.
  var sentence: String? {
    guard let free else { return nil }
    let room = "\(free.size) are free where the journal lies"
    return switch level {
    case .enough: nil
    case .warning:
      room + (daysLeft.map { ", enough for \(Int($0)) days at the present rate" } ?? "")
        + ": make room, or keep frames for a shorter time (journal.keep)"
    case .thin:
      "only \(room): of each scan group one frame in \(Self.thinning) is recorded, and which are "
        + "left out; make room"
    case .eventsOnly:
      "only \(room): no frames are recorded until there is room; lots, scans and events still are; "
        + "make room now"
    }
  }
}

extension SpaceRule.Level {
  fileprivate var event: Event.Kind {
    switch self {
    case .enough: .spaceEnough
    case .warning: .spaceLow
    case .thin: .framesThin
    case .eventsOnly: .framesStopped
    }
  }
}

extension Int {
  /// Bytes for people: `512 kB`, `3.4 GB`.
  var size: String {
    switch self {
    case 10_000_000_000...: "\(self / 1_000_000_000) GB"
    case 1_000_000_000...: "\(Double(self / 100_000_000) / 10) GB"
    case 1_000_000...: "\(self / 1_000_000) MB"
    default: "\(self / 1_000) kB"
    }
  }
}
