internal import Telemetry

/// How far one belt has run, worked out from readings of its speed: pure.
///
/// Between two readings the speed is taken to lie between them. The last good one is believed for a
/// stated time; after that, and while the agent does not run, the belt may stand still or run at its
/// fastest, so that ``BeltReading/low`` stays and ``BeltReading/high`` moves on.
struct Odometer: Sendable, Hashable {
  /// A stretch of time in which the bounds move evenly.
  private struct Stretch: Sendable, Hashable {
    let from: Duration
    let start: BeltReading
    let low: Double
    let high: Double

    func reading(at uptime: Duration) -> BeltReading {
      let time = (uptime - from).inSeconds
      return BeltReading(low: start.low + low * time, high: start.high + high * time)
    }
  }

  /// Stretches that are remembered: scans of slow devices are recorded a little late.
  private static let remembered = 32

  let belt: Conveyor.Belt

  /// The last good speed, in metres a second, and when it was read.
  private(set) var speed: Double?
  private(set) var readAt: Duration

  /// The bounds when it was read, and before.
  private var settled: BeltReading
  private var past: [Stretch] = []

  /// The greatest speed that was read, and since when the belt is known to have moved.
  private var top = 0.0
  private var movedAt: Duration?

  /// For how long the belt must have been seen to move until its greatest speed is taken as known.
  private static let learning: Duration = .seconds(60)

  /// A belt of which is known how far it has run at a moment.
  init(_ belt: Conveyor.Belt, start: BeltReading, at uptime: Duration) {
    self.belt = belt
    settled = start
    readAt = uptime
    speed = belt.fixedSpeed
  }

  /// Takes a good reading of the speed, in metres a second; a bad one is not given at all.
  mutating func take(_ new: Double, at uptime: Duration) {
    guard belt.fixedSpeed == nil, new.isFinite, uptime > readAt || speed == nil else { return }
    let time = max(uptime - readAt, .zero)
    let stretch: Stretch
    if let speed, time <= belt.hold {
      stretch = self.stretch(between: min(speed, new), max(speed, new))
    } else {
      stretch = self.stretch(between: min(0, new), max(belt.fastest, new))
    }
    if time > .zero {
      past.append(stretch)
      if past.count > Self.remembered { past.removeFirst() }
    }
    settled = stretch.reading(at: readAt + time)
    readAt += time
    speed = new
    top = max(top, abs(new))
    if movedAt == nil, new != 0 { movedAt = uptime }
  }

  private func stretch(between slow: Double, _ fast: Double) -> Stretch {
    Stretch(
      from: readAt,
      start: settled,
      low: slow - abs(slow) * belt.accuracy,
      high: fast + abs(fast) * belt.accuracy
    )
  }

  /// How far the belt had run at a moment, as far as that is known now.
  func reading(at uptime: Duration) -> BeltReading {
    if uptime < readAt {
      guard let stretch = past.last(where: { $0.from <= uptime }) ?? past.first else {
        return settled
      }
      return stretch.reading(at: max(uptime, stretch.from))
    }
    guard let speed else { return stretch(between: 0, belt.fastest).reading(at: uptime) }
    let held = stretch(between: speed, speed)
    let end = readAt + belt.hold
    if belt.fixedSpeed != nil || uptime <= end { return held.reading(at: uptime) }
    let unknown = Stretch(from: end, start: held.reading(at: end), low: 0, high: belt.fastest)
    return unknown.reading(at: uptime)
  }

  /// Whether the speed is not known at a moment.
  func isLost(at uptime: Duration) -> Bool {
    if belt.fixedSpeed != nil { return false }
    return speed == nil || uptime > readAt + belt.hold
  }

  /// How far from where it is believed to be something may be, in a scan that is one of many in
  /// `period`: what the belt runs in that time, and between the last reading of the speed and the
  /// scan, at the greatest speed that it is known to have.
  func travel(inScanOf period: Duration, at uptime: Duration) -> Double {
    let isKnown = movedAt.map { uptime - $0 >= Self.learning } ?? false
    let top = belt.fixedSpeed ?? (isKnown ? self.top : belt.fastest)
    let sinceSpeed = belt.fixedSpeed == nil ? max(uptime - readAt, .zero) : .zero
    return top * (period + min(sinceSpeed, belt.period)).inSeconds
  }
}

extension BeltReading {
  /// Where the belt was when something happened that happened after `earliest` and not after `latest`:
  /// what has run since lies between the differences of `low` and of `high`.
  init(from earliest: BeltReading, to latest: BeltReading) {
    self.init(low: latest.low, high: earliest.high)
  }

  /// A mark in whole millimetres, from which no more is known than from the exact one.
  var roundedMark: BeltReading {
    BeltReading(
      low: (low * 1_000).rounded(.up) / 1_000,
      high: (high * 1_000).rounded(.down) / 1_000
    )
  }

  /// A reading in whole millimetres, which holds the exact one.
  var rounded: BeltReading {
    BeltReading(
      low: (low * 1_000).rounded(.down) / 1_000,
      high: (high * 1_000).rounded(.up) / 1_000
    )
  }

  /// The mark of what comes so many metres behind.
  func behind(by metres: Double) -> BeltReading {
    BeltReading(low: low + metres, high: high + metres)
  }
}
