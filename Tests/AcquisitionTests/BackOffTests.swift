import TestSupport
import Testing

@testable import Acquisition

@Suite("Back-off from silent devices")
struct BackOffTests {
  /// A bus whose exchanges are what the test says they are.
  private struct Bus {
    var backOff: BackOff
    var now: Duration = .zero

    init(periods: [Int], devices: [Int], share: Double = 0.05) {
      backOff = BackOff(
        periods: periods.map { .seconds($0) },
        devices: devices,
        share: share,
        start: .zero
      )
    }

    mutating func exchange(_ isSilent: Bool, _ time: Duration) -> BackOff.Exchange {
      defer { now += time }
      return BackOff.Exchange(isSilent: isSilent, start: now, end: now + time)
    }

    /// Scans a group in vain.
    mutating func miss(_ group: Int, for time: Duration = .seconds(1)) -> [Int] {
      backOff.scanned(group, exchange(true, time))
    }

    mutating func hear(_ group: Int) { _ = backOff.scanned(group, exchange(false, .zero)) }

    /// Waits for the next probe and sends it.
    mutating func probe(
      answered: Bool = false,
      for time: Duration = .seconds(1)
    ) throws -> (probe: BackOff.Probe, woken: [Int]) {
      let probe = try #require(backOff.next)
      now = max(now, probe.at)
      return (probe, backOff.probed(probe, exchange(!answered, time)))
    }
  }

  @Test("A device rests after three silent scans, of whichever of its groups, and not before")
  func rests() {
    var bus = Bus(periods: [1, 5, 1], devices: [0, 0, 1])
    let first = [bus.miss(0), bus.miss(0)]
    #expect(first == [[], []])
    #expect(bus.backOff.next == nil)
    let third = bus.miss(1)
    #expect(third == [0, 1])
    #expect(bus.backOff.isSilent(0) && !bus.backOff.isSilent(1))
  }

  @Test("An answer begins the count anew")
  func answer() {
    var bus = Bus(periods: [1, 1], devices: [0, 1])
    for _ in 0..<10 {
      let resting = bus.miss(0) + bus.miss(0)
      #expect(resting == [])
      bus.hear(0)
    }
  }

  @Test("Probes take the silent share of the bus's time and no more", arguments: [0.01, 0.05, 0.1])
  func share(_ share: Double) throws {
    var bus = Bus(periods: [1, 1], devices: [0, 1], share: share)
    for _ in 0..<3 { _ = bus.miss(0) }
    let first = try bus.probe().probe.at
    var taken: Duration = .zero
    for number in 0..<100 {
      let time = Duration.milliseconds(200 + number % 7 * 300)
      taken += time
      _ = try bus.probe(for: time)
    }
    let end = try #require(bus.backOff.next).at
    let part = (taken + .seconds(1)) / (end - first)
    #expect(abs(part - share) < 0.001)
  }

  @Test(
    "A probe that costs nothing is sent in the group's period, within one and five seconds",
    arguments: [(1, 1), (3, 3), (60, 5)]
  )
  func refused(period: Int, pace: Int) throws {
    var bus = Bus(periods: [period, 1], devices: [0, 1])
    for _ in 0..<3 { _ = bus.miss(0, for: .milliseconds(1)) }
    let first = try bus.probe(for: .milliseconds(1)).probe.at
    let second = try bus.probe(for: .milliseconds(1)).probe.at
    #expect(second - first == .seconds(pace))
    #expect(bus.backOff.interval(of: 0) == .seconds(pace))
  }

  @Test("Many silent devices share what one may take, in turn, and the interval says so")
  func turns() throws {
    let count = 10
    var bus = Bus(
      periods: Array(repeating: 1, count: count + 1),
      devices: Array(0...count)
    )
    for device in 0..<count { for _ in 0..<3 { _ = bus.miss(device) } }
    for _ in 0..<count { _ = try bus.probe() }
    let start = bus.now
    let probed = try (0..<(3 * count)).map { _ in try bus.probe().probe.device }
    #expect(probed == (0..<3).flatMap { _ in Array(0..<count) })
    // Ten of a second each, at a twentieth of the time.
    #expect(bus.backOff.interval(of: 4) == .seconds(200))
    let rounds = (bus.now - start) / .seconds(200)
    #expect(abs(rounds - 3) < 0.15)
  }

  @Test("Where nothing is scanned there is nobody to be spared, and the share does not bind")
  func alone() throws {
    var bus = Bus(periods: [2], devices: [0])
    for _ in 0..<3 { _ = bus.miss(0) }
    let probes = try (0..<5).map { _ in try bus.probe().probe.at }
    #expect(zip(probes, probes.dropFirst()).allSatisfy { $1 - $0 == .seconds(2) })
  }

  @Test("The first answer wakes all groups of the device, and one more silence sends one back")
  func recovery() throws {
    var bus = Bus(periods: [1, 1, 1], devices: [0, 0, 1])
    for _ in 0..<3 { _ = bus.miss(0) }
    let (probe, woken) = try bus.probe(answered: true)
    #expect(woken == [0, 1] && probe.group == 1)
    #expect(bus.backOff.next == nil)
    bus.hear(1)
    let resting = bus.miss(0)
    #expect(resting == [0])
    #expect(bus.backOff.isResting(0) && !bus.backOff.isResting(1))
  }

  @Test("A group that alone gives no answer rests alone, and costs no more than a device")
  func group() throws {
    var bus = Bus(periods: [1, 10], devices: [0, 0])
    bus.hear(1)
    for _ in 0..<3 { _ = bus.miss(0) }
    // The other group is asked at once, and all go on.
    let (probe, woken) = try bus.probe(answered: true)
    #expect(probe.group == 1 && probe.at == .seconds(3) && woken == [0, 1])
    bus.hear(1)
    let resting = bus.miss(0)
    #expect(resting == [0])
    for _ in 0..<5 {
      let (probe, woken) = try bus.probe()
      #expect(probe.group == 0 && woken == [])
      bus.hear(1)
    }
    #expect(!bus.backOff.isResting(1))
    #expect(bus.backOff.interval(of: 0) == .seconds(20))
    let last = try bus.probe(answered: true)
    #expect(last.woken == [0])
  }

  @Test("After an answer on a bus on which all were silent, all others are probed at once")
  func commonCause() throws {
    var bus = Bus(periods: [1, 1, 1], devices: [0, 1, 2])
    for device in 0..<3 { for _ in 0..<3 { _ = bus.miss(device) } }
    let back = try bus.probe(answered: true, for: .milliseconds(10)).probe.device
    let now = bus.now
    let others = try (0..<2).map { _ in try bus.probe().probe }
    #expect(others.allSatisfy { $0.at == now })
    #expect(Set(others.map(\.device)) == Set([0, 1, 2]).subtracting([back]))
    // They have taken a second each, and that is made good before the next.
    let next = try #require(bus.backOff.next)
    #expect(next.at >= now + .seconds(40))
  }

  @Test("What probes took while nothing was scanned is not made good afterwards")
  func noDebt() throws {
    var bus = Bus(periods: [1, 1], devices: [0, 1])
    for device in 0..<2 { for _ in 0..<3 { _ = bus.miss(device) } }
    for _ in 0..<100 { _ = try bus.probe() }
    _ = try bus.probe(answered: true, for: .milliseconds(10))
    let other = try bus.probe().probe
    let next = try #require(bus.backOff.next)
    #expect(next.device == other.device && next.at == other.at + .seconds(20))
    #expect(bus.backOff.interval(of: other.device) == .seconds(20))
  }

  @Test("What the bus must rest after a probe is charged to it")
  func aftermath() throws {
    var bus = Bus(periods: [1, 1], devices: [0, 1])
    for _ in 0..<3 { _ = bus.miss(0) }
    let first = try bus.probe().probe.at
    let scan = bus.exchange(false, .seconds(2))
    _ = bus.backOff.scanned(1, scan, aftermath: .seconds(1))
    #expect(bus.backOff.interval(of: 0) == .seconds(40))
    let next = try #require(bus.backOff.next)
    #expect(next.at == first + .seconds(40))
  }
}
