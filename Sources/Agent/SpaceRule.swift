internal import JournalStore
internal import Telemetry

/// How much room the disk has, and what is therefore recorded: pure.
///
/// Marks have some width: a level is left for a better one only when a quarter more is free.
struct SpaceRule: Sendable {
  enum Level: Int, Sendable, Comparable, CaseIterable {
    /// There is room.
    case enough
    /// A person should make room.
    case warning
    /// Of each scan group, one frame in ``SpaceRule/thinning`` is recorded.
    case thin
    /// Frames are not recorded; everything else is.
    case eventsOnly

    static func < (left: Level, right: Level) -> Bool { left.rawValue < right.rawValue }
  }

  /// Where each level but the first begins, in bytes that are free.
  struct Marks: Sendable, Hashable {
    let warning: Int
    let thin: Int
    let eventsOnly: Int

    /// Those of a disk of `total` bytes: a fifth, a tenth and a twentieth, and no more than 1 GB,
    /// 250 MB and 100 MB.
    init(total: Int) {
      warning = min(1_000_000_000, total / 5)
      thin = min(250_000_000, total / 10)
      eventsOnly = min(100_000_000, total / 20)
    }
  }

  /// One frame in so many is recorded while they are thin.
  static let thinning = 10

  /// Fewer days than this are worth a warning.
  static let warningDays = 7.0

  /// Time over which the rate is measured.
  private static let window = Duration.seconds(3_600)
  private static let samplesLimit = 61

  private(set) var level = Level.enough
  private(set) var free: Int?

  /// Days until the disk is full at the present rate; nil while that is not known, or far off.
  private(set) var daysLeft: Double?

  private var samples: [(uptime: Duration, used: Int)] = []

  /// Takes how much room there is.
  ///
  /// - Returns: The level, when it is another than before.
  mutating func take(_ room: Journal.Room, at uptime: Duration) -> Level? {
    let marks = Marks(total: room.total)
    free = room.free
    measure(room.used, spare: max(room.free - marks.eventsOnly, 0), at: uptime)
    let next = level(room.free, marks)
    let easier = level(room.free - room.free / 5, marks)
    let before = level
    if next > level { level = next } else if easier < level { level = easier }
    return level == before ? nil : level
  }

  private func level(_ free: Int, _ marks: Marks) -> Level {
    if free < marks.eventsOnly { return .eventsOnly }
    if free < marks.thin { return .thin }
    let isSoon = daysLeft.map { $0 < Self.warningDays } ?? false
    return free < marks.warning || isSoon ? .warning : .enough
  }

  /// The rate of what is used is that of the last hour, since a start or a lot makes it jump.
  private mutating func measure(_ used: Int, spare: Int, at uptime: Duration) {
    if let last = samples.last, uptime - last.uptime < .seconds(60) { return }
    samples.append((uptime, used))
    while samples.count > Self.samplesLimit || samples[0].uptime < uptime - Self.window * 2 {
      samples.removeFirst()
    }
    guard let first = samples.first, uptime - first.uptime >= .seconds(600) else {
      daysLeft = nil
      return
    }
    let rate = Double(used - first.used) / (uptime - first.uptime).inSeconds
    daysLeft = rate > 0 ? Double(spare) / rate / 86_400 : nil
    if let days = daysLeft, days > 3_650 { daysLeft = nil }
  }
}
