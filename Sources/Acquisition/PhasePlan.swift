internal import Telemetry

/// Where in their periods the scans of one bus begin, so that the bus is evenly loaded: pure.
///
/// Each scan gets room in its period: as much as its share of all the time that the scans of the
/// bus take. Scans with short periods are placed first, of equal ones the longest, each at the
/// earliest place where its room overlaps least with the rooms of those that are placed. Rooms of
/// other periods are seen as they fall into this one, over all the periods to come. Where that
/// leaves more waiting for the bus at once than scans in equal steps would, they go in equal steps.
package struct PhasePlan: Sendable {
  /// A scan that comes again and again.
  package struct Scan: Sendable, Hashable {
    package let period: Duration

    /// Time that it occupies the bus.
    package let time: Duration

    /// Where it must begin in its period; nil leaves that to the plan.
    package let phase: Duration?

    package init(period: Duration, time: Duration, phase: Duration? = nil) {
      self.period = period
      self.time = time
      self.phase = phase
    }
  }

  /// Scans that are looked at to compare two plans.
  private static let comparedScans = 20_000

  private let scans: [Scan]

  /// - Precondition: All periods are positive, and no time is negative.
  package init(_ scans: [Scan]) {
    precondition(scans.allSatisfy { $0.period > .zero && $0.time >= .zero })
    self.scans = scans
  }

  /// The phase of each scan.
  package var phases: [Duration] {
    let spread = spread()
    let steps = equalSteps
    return peak(of: spread) <= peak(of: steps) ? spread : steps
  }

  /// The nth of n scans begins after n parts of its period.
  package var equalSteps: [Duration] {
    scans.enumerated().map { $1.phase ?? $1.period * $0 / scans.count }
  }

  /// The most bus time that is due at once: what scans wait for at worst, their own time included.
  ///
  /// It is looked for over the periods to come, until they repeat or a bounded number of scans.
  package func peak(of phases: [Duration]) -> Duration {
    let periods = scans.map(\.period.wholeMicroseconds)
    let rate = periods.reduce(0) { $0 + 1 / Double($1) }
    let limit = Double(Self.comparedScans) / rate
    var horizon: Int64 = 1
    for period in periods where Double(horizon) < limit {
      let (whole, overflow) = (horizon / Self.divisor(horizon, period))
        .multipliedReportingOverflow(by: period)
      horizon = overflow ? .max : whole
    }
    // Work that is left over at the end of the first round is met in the second.
    let end = min(2 * Double(horizon), limit)
    var dues: [(at: Int64, time: Duration)] = []
    for (index, period) in periods.enumerated() {
      var at = phases[index].wholeMicroseconds
      while Double(at) < end {
        dues.append((at, scans[index].time))
        at += period
      }
    }
    dues.sort { $0.at < $1.at }
    var backlog: Duration = .zero
    var peak: Duration = .zero
    var last: Int64 = 0
    for due in dues {
      backlog = max(.zero, backlog - .microseconds(due.at - last)) + due.time
      peak = max(peak, backlog)
      last = due.at
    }
    return peak
  }

  /// The greatest duration that divides both periods.
  fileprivate static func divisor(_ one: Int64, _ other: Int64) -> Int64 {
    var (large, small) = (one, other)
    while small != 0 { (large, small) = (small, large % small) }
    return large
  }

  // MARK: Placing

  private func spread() -> [Duration] {
    let load = scans.reduce(0.0) { $0 + $1.time / $1.period }
    let rooms = scans.map { scan in
      load > 0 ? min(1, scan.time / scan.period / load) : 1 / Double(scans.count)
    }
    var phases = scans.map { $0.phase ?? .zero }
    var rings: [Duration: Ring] = [:]
    let periods = Set(scans.map(\.period)).sorted()
    let slots = max(64, min(1_024, 16_384 / max(1, periods.count)))
    for period in periods { rings[period] = Ring(period: period, slots: slots) }
    for (scan, room) in zip(scans, rooms) {
      if let phase = scan.phase { rings[scan.period]?.take(room, at: phase / scan.period) }
    }
    for period in periods {
      guard let ring = rings[period] else { continue }
      var seen = ring
      for (other, ring) in rings where other != period { seen.see(ring) }
      var own = ring
      let members = scans.indices.filter { scans[$0].period == period && scans[$0].phase == nil }
        .sorted { (rooms[$0], -$0) > (rooms[$1], -$1) }
      for index in members {
        let start = seen.bestStart(for: rooms[index])
        seen.take(rooms[index], at: start)
        own.take(rooms[index], at: start)
        phases[index] = .microseconds(
          Int64((start * Double(period.wholeMicroseconds)).rounded())
        )
      }
      rings[period] = own
    }
    return phases
  }
}

/// How much of each part of a period is taken: 1 where the bus is taken once all the time.
private struct Ring {
  /// More repetitions of one period in another tell nothing: there is as much of it everywhere.
  private static let maximumFolds: Int64 = 8

  private let period: Int64
  private var taken: [Double]

  init(period: Duration, slots: Int) {
    self.period = max(1, period.wholeMicroseconds)
    taken = Array(repeating: 0, count: slots)
  }

  /// Takes `room` from `start` on, both as parts of the period.
  mutating func take(_ room: Double, at start: Double) {
    let count = Double(taken.count)
    var at = start * count
    var rest = room * count
    while rest > 1e-9 {
      let slot = Int(at)
      let part = min(rest, Double(slot + 1) - at)
      taken[slot % taken.count] += part
      rest -= part
      at = Double(slot + 1)
    }
  }

  /// Adds what another period takes of this one on average.
  mutating func see(_ other: Ring) {
    let common = PhasePlan.divisor(period, other.period)
    let folds = other.period / common
    if folds > Self.maximumFolds { return }
    let sums = other.sums
    let width = Double(period) / Double(taken.count)
    for slot in taken.indices {
      let start = Double(slot) * width
      for fold in 0..<folds {
        let first = start.truncatingRemainder(dividingBy: Double(common)) + Double(fold * common)
        let part = other.integral(sums, first, first + width)
        taken[slot] += part / width / Double(folds)
      }
    }
  }

  /// What is taken before each slot of two rounds.
  private var sums: [Double] {
    var sums = [0.0]
    sums.reserveCapacity(2 * taken.count + 1)
    for part in taken + taken { sums.append(sums[sums.count - 1] + part) }
    return sums
  }

  /// What is taken between two times in microseconds, the first within the period.
  private func integral(_ sums: [Double], _ from: Double, _ to: Double) -> Double {
    let width = Double(period) / Double(taken.count)
    let end = min(to, from + Double(period))
    return (Self.value(sums, end / width) - Self.value(sums, from / width)) * width
  }

  private static func value(_ sums: [Double], _ position: Double) -> Double {
    let slot = min(max(0, Int(position)), sums.count - 2)
    return sums[slot] + (sums[slot + 1] - sums[slot]) * min(1, position - Double(slot))
  }

  /// The earliest start at which so much room overlaps least with what is taken.
  func bestStart(for room: Double) -> Double {
    let sums = sums
    var best = (overlap: Double.infinity, start: 0.0)
    for slot in taken.indices {
      // What is taken of a slot in part ends there: the next begins right behind it.
      let begun = taken[slot] < 1 ? taken[slot] : 0
      let start = Double(slot) + begun
      let end = start + room * Double(taken.count)
      let first = begun > 0 ? Double(slot + 1) : start
      let overlap = max(0, Self.value(sums, end) - Self.value(sums, min(first, end)))
      if overlap < best.overlap - 1e-9 { best = (overlap, start) }
    }
    return best.start / Double(taken.count)
  }
}
