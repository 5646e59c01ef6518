import Telemetry
import TestSupport
import Testing

@testable import Acquisition

@Suite("Phase plan")
struct PhasePlanTests {
  private static func scan(
    _ period: Int,
    _ time: Int,
    phase: Int? = nil
  ) -> PhasePlan.Scan {
    PhasePlan.Scan(
      period: .milliseconds(period),
      time: .milliseconds(time),
      phase: phase.map { .milliseconds($0) }
    )
  }

  /// Scans of a random bus whose periods repeat together within ten seconds.
  private static func randomScans(_ generator: inout SeededGenerator) -> [PhasePlan.Scan] {
    let count = Int.random(in: 2...30, using: &generator)
    let load = Double.random(in: 0.1...0.9, using: &generator)
    let periods = (0..<count).map { _ in
      [100, 200, 250, 500, 1_000, 1_000, 1_000, 2_000, 5_000, 10_000]
        .randomElement(using: &generator) ?? 1_000
    }
    let weights = (0..<count).map { _ in Double.random(in: 0.2...3, using: &generator) }
    let total = zip(weights, periods).reduce(0) { $0 + $1.0 / Double($1.1) }
    return zip(weights, periods).map { weight, period in
      let milliseconds = min(weight * load / total, Double(period))
      return PhasePlan.Scan(
        period: .milliseconds(period),
        time: .microseconds(Int64(milliseconds * 1_000))
      )
    }
  }

  @Test("Scans of one period get room in proportion to their time, the longest first")
  func proportional() {
    let plan = PhasePlan([Self.scan(1_000, 10), Self.scan(1_000, 20), Self.scan(1_000, 10)])
    #expect(plan.phases == [.milliseconds(500), .zero, .milliseconds(750)])
  }

  @Test("Slow scans share the room that fast ones leave, each in another of their periods")
  func periods() {
    let fast = (0..<2).map { _ in Self.scan(1_000, 100) }
    let slow = (0..<10).map { _ in Self.scan(10_000, 100) }
    let plan = PhasePlan(fast + slow)
    let phases = plan.phases
    #expect(plan.peak(of: phases) == .milliseconds(100))
    #expect(plan.peak(of: plan.equalSteps) > .milliseconds(100))
    let seconds = phases.dropFirst(2).map { Int($0.components.seconds) }
    #expect(Set(seconds).count == 10)
  }

  @Test("A phase that is stated is kept, and the others keep out of its way")
  func stated() {
    let plan = PhasePlan([
      Self.scan(1_000, 100, phase: 300), Self.scan(1_000, 100), Self.scan(2_000, 100, phase: 1_700),
    ])
    let phases = plan.phases
    #expect(phases[0] == .milliseconds(300) && phases[2] == .milliseconds(1_700))
    #expect(plan.peak(of: phases) == .milliseconds(100))
  }

  @Test("The plan is the same each time")
  func same() {
    var generator = SeededGenerator(seed: 3)
    let scans = Self.randomScans(&generator)
    #expect(PhasePlan(scans).phases == PhasePlan(scans).phases)
  }

  @Test("The work that is due at once is never more than in equal steps, and near the least")
  func peaks() {
    var generator = SeededGenerator(seed: 7)
    var (ours, steps) = (0.0, 0.0)
    for _ in 0..<60 {
      let scans = Self.randomScans(&generator)
      let plan = PhasePlan(scans)
      let phases = plan.phases
      for (scan, phase) in zip(scans, phases) { #expect(phase >= .zero && phase < scan.period) }
      let (peak, other) = (plan.peak(of: phases), plan.peak(of: plan.equalSteps))
      #expect(peak <= other)
      // A scan is not interrupted, so there is never less than the longest.
      let least = scans.map(\.time).max() ?? .zero
      ours += peak / least / 60
      steps += other / least / 60
    }
    #expect(ours < 1.4)
    #expect(steps > 1.7)
  }

  @Test("A thousand groups on a bus are placed, whatever their periods are")
  func many() {
    let scans = (0..<1_000).map { Self.scan($0 % 2 == 0 ? 1_000 : 60_000, 0) }
    let alike = PhasePlan(scans).phases
    #expect(Set(alike).count > 900)
    let odd = (0..<1_000).map { Self.scan(500 + $0, 1) }
    #expect(PhasePlan(odd).phases.count == 1_000)
  }

  @Test("Without anything to do there is no plan, and a lone scan begins at once")
  func few() {
    #expect(PhasePlan([]).phases == [])
    #expect(PhasePlan([Self.scan(1_000, 0)]).phases == [.zero])
  }
}
