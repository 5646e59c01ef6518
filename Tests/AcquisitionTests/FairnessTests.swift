import Telemetry
import TestSupport
import Testing

@testable import Acquisition

/// A bus that has not the time for all scans, stepped through without waiting.
@Suite("Fairness on an overloaded bus")
struct FairnessTests {
  private struct Course {
    /// Scans taken of those that were due, for each group.
    var shares: [Double]

    /// Longest time between two scans of each group.
    var pauses: [Duration]

    /// Scans that were neither taken nor counted as missed.
    var unaccounted: [Int]
  }

  /// Groups that together take `load` times the bus's time.
  private static func groups(
    _ periods: [Int],
    load: Double,
    _ generator: inout SeededGenerator
  ) -> [(period: Duration, time: Duration)] {
    let count = Int.random(in: 2...12, using: &generator)
    let weights = (0..<count).map { _ in Double.random(in: 0.1...3, using: &generator) }
    let total = weights.reduce(0, +)
    return weights.map { weight in
      let period = periods.randomElement(using: &generator) ?? 1_000
      let time = weight / total * load * Double(period)
      return (.milliseconds(period), .microseconds(Int64(time * 1_000)))
    }
  }

  private static func run(
    _ groups: [(period: Duration, time: Duration)],
    for end: Duration
  ) -> Course {
    var schedule = Schedule(
      periods: groups.map(\.period),
      times: groups.map(\.time),
      start: .zero
    )
    var taken = groups.map { _ in 0 }
    var missed = taken
    var last = groups.map { _ in Duration.zero }
    var pauses = last
    var now = Duration.zero
    while now < end {
      guard let due = schedule.take(at: now) else {
        now = schedule.next ?? end
        continue
      }
      taken[due.group] += 1
      missed[due.group] += due.missed
      pauses[due.group] = max(pauses[due.group], now - last[due.group])
      last[due.group] = now
      now += groups[due.group].time
    }
    let due = groups.map { Int(end / $0.period) }
    return Course(
      shares: zip(taken, groups).map { Double($0) / (end / $1.period) },
      pauses: pauses,
      unaccounted: due.indices.map { due[$0] - taken[$0] - missed[$0] }
    )
  }

  @Test("Every group loses the same part of its scans, whatever its period and length")
  func equalLoss() {
    var generator = SeededGenerator(seed: 11)
    var runs = 0
    while runs < 40 {
      let load = Double.random(in: 1.05...4, using: &generator)
      let groups = Self.groups([500, 700, 1_000, 1_300, 2_000, 10_000], load: load, &generator)
      // A scan that takes longer than another's period costs that one scans by itself.
      let longest = groups.map(\.time).max() ?? .zero
      guard groups.allSatisfy({ longest <= $0.period }) else { continue }
      runs += 1
      let course = Self.run(groups, for: .seconds(2_000))
      for share in course.shares { #expect(abs(share - 1 / load) < 0.01, "\(groups)") }
    }
  }

  @Test("No group starves, however long the scans of others are, and each scan is accounted for")
  func noStarving() {
    var generator = SeededGenerator(seed: 13)
    for _ in 0..<60 {
      let load = Double.random(in: 1.05...4, using: &generator)
      let groups = Self.groups([100, 200, 500, 1_000, 2_000, 10_000], load: load, &generator)
      let course = Self.run(groups, for: .seconds(1_000))
      let all = groups.reduce(Duration.zero) { $0 + $1.time }
      for (index, group) in groups.enumerated() {
        let longest = (group.period * load + all) * 4
        #expect(course.pauses[index] <= longest, "\(groups)")
        let open = Int(course.pauses[index] / group.period) + 2
        #expect((-1...open).contains(course.unaccounted[index]))
      }
    }
  }

  @Test("A group that was left out for a while has its share at once when it comes back")
  func comeBack() {
    let periods = [Duration](repeating: .seconds(1), count: 3)
    var schedule = Schedule(periods: periods, start: .zero)
    schedule.suspend(2)
    var now = Duration.zero
    var taken = [0, 0, 0]
    // Two of 0.8 s each second already are too much.
    while now < .seconds(2_000) {
      if now >= .seconds(1_000), schedule.suspended == [2] {
        #expect(schedule.skip(2, through: now)?.missed == 1_000)
        schedule.resume(2)
        taken = [0, 0, 0]
      }
      guard let due = schedule.take(at: now) else {
        now = schedule.next ?? now
        continue
      }
      taken[due.group] += 1
      now += .milliseconds(800)
    }
    #expect(taken.allSatisfy { (410...423).contains($0) }, "\(taken)")
  }
}
