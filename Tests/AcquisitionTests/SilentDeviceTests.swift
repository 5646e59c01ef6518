import Fieldbus
import Profiles
import Synchronization
import Telemetry
import TestSupport
import Testing

@testable import Acquisition

/// Devices that fall silent on a bus that they share.
@Suite("Polling a bus with silent devices")
struct SilentDeviceTests {
  @Test("A dead device costs the others no scan, and no more than its share of the time")
  func dead() async throws {
    let line = Line()
    line.silent.with { $0 = [2] }
    let groups = try (1...3).flatMap { try Line.groups(unit: $0) }
    let seen = await line.poll(groups, for: .seconds(1_000))
    for unit: UInt8 in [1, 3] {
      #expect(seen.scans(of: unit).count == 1_000)
      #expect(seen.scans(of: unit).allSatisfy { $0.silence == nil })
      #expect(seen.missed(of: unit).isEmpty)
    }
    let time = line.calls.filter { $0.unit == 2 }.reduce(Duration.zero) { $0 + $1.time }
    // Three scans and a probe of half a second each, and a twentieth of the time.
    #expect(time <= .seconds(2 + 50) && time >= .seconds(40))
    // A probe begins when no scan falls due while it lasts.
    let probes = line.calls.filter { $0.unit == 2 }.dropFirst(3)
    let starts = line.calls.filter { $0.unit != 2 }.map(\.start)
    let grid = Set(starts.map { $0.components.attoseconds })
    #expect(grid.count <= 4, "scans begin on their grids: \(grid)")
    #expect(probes.allSatisfy { $0.count == 1 })
  }

  @Test("Every scan of a silent device is a bad frame, or counted in a gap that says so")
  func accounted() async throws {
    let line = Line()
    let groups =
      try Line.groups(unit: 1) + Line.groups(unit: 2, periods: [.seconds(1), .seconds(10)])
    let seen = await line.poll(groups, for: .seconds(1_000)) { now in
      line.silent.with { $0 = now >= .seconds(100) && now < .seconds(777) ? [2] : [] }
    }
    #expect(seen.missed(of: 2).allSatisfy { $0.reason == .deviceSilent })
    for (group, period) in [("g0", Duration.seconds(1)), ("g1", .seconds(10))] {
      let scans = seen.scans(of: 2).filter { $0.group.group == group }
      let missed = seen.missed(of: 2).filter { $0.group.group == group }
      let due = Int(Duration.seconds(1_000) / period)
      let count = scans.count + missed.reduce(0) { $0 + $1.count }
      // The scan of the recovery may lie between two that are due.
      #expect((due...(due + 1)).contains(count), "\(group)")
      // One record for every five minutes, and the last.
      #expect(missed.count == 3)
      for (earlier, later) in zip(missed, missed.dropFirst()) { #expect(earlier.to <= later.from) }
    }
    #expect(seen.scans(of: 2).count { $0.silence != nil } <= BackOff.silentScans + 1)
  }

  @Test("The answer to a probe is followed by the whole scan at once, after the gap's record")
  func recovery() async throws {
    let line = Line()
    let groups = try Line.groups(unit: 1) + Line.groups(unit: 2)
    let seen = await line.poll(groups, for: .seconds(200)) { now in
      line.silent.with { $0 = now < .seconds(100) ? [2] : [] }
    }
    let index = try #require(
      seen.observations.firstIndex { observation in
        if case .scan(let scan) = observation { scan.isGood(2) } else { false }
      }
    )
    guard case .missed(let gap) = seen.observations[index - 2],
      case .silent(let told) = seen.observations[index - 1],
      case .scan(let scan) = seen.observations[index]
    else {
      Issue.record("\(seen.observations[max(0, index - 3)...index])")
      return
    }
    #expect(gap.reason == .deviceSilent && told.interval == nil)
    #expect(scan.at.duration(since: gap.to) < .milliseconds(50))
    // Half a second at a twentieth is every ten seconds.
    #expect(scan.uptime < .seconds(112))
    #expect(seen.missed(of: 2).count == 1)
  }

  @Test("How often a silent device is probed is told when it rests, and when it is back")
  func told() async throws {
    let line = Line()
    let groups = try Line.groups(unit: 1) + Line.groups(unit: 2)
    let seen = await line.poll(groups, for: .seconds(200)) { now in
      line.silent.with { $0 = now < .seconds(100) ? [2] : [] }
    }
    let told = seen.observations.compactMap { observation -> Duration?? in
      if case .silent(let silent) = observation { .some(silent.interval) } else { nil }
    }
    #expect(told.last == .some(nil))
    #expect(told.dropLast().last == .some(.seconds(10)))
  }

  @Test("A device with a slow group is told to be silent when that one was asked in vain, too")
  func slowGroup() async throws {
    let line = Line()
    let groups =
      try Line.groups(unit: 1) + Line.groups(unit: 2, periods: [.seconds(1), .seconds(600)])
    let seen = await line.poll(groups, for: .seconds(60)) { now in
      line.silent.with { $0 = now >= .seconds(20) ? [2] : [] }
    }
    let told = seen.observations.compactMap { observation -> Bool? in
      if case .silent(let silent) = observation { silent.isWhole } else { nil }
    }
    #expect(told.prefix(2) == [false, true])
    let probes = line.calls.filter { $0.unit == 2 && $0.isSilent }.dropFirst(BackOff.silentScans)
    #expect(try #require(probes.first).start < .seconds(25))
  }

  @Test("A device that must say what it is, is asked that by the probe, and nothing else")
  func identification() async throws {
    let line = Line()
    let identified = ModbusIdentification(objects: [.vendor: GlobPattern("ACME")])
    let groups =
      try Line.groups(unit: 1) + Line.groups(unit: 2, identification: identified)
    let seen = await line.poll(groups, for: .seconds(200)) { now in
      line.silent.with { $0 = now >= .seconds(20) && now < .seconds(100) ? [2] : [] }
    }
    let asked = line.calls.filter { $0.unit == 2 && $0.start > .seconds(24) }
    #expect(asked.prefix { $0.isSilent }.allSatisfy { $0.isIdentification && $0.count == 1 })
    #expect(seen.scans(of: 2).last?.isGood(2) == true)
  }

  @Test("A gateway that says that a device does not answer is as good as silence")
  func gateway() async throws {
    let line = Line()
    line.silent.with { $0 = [2] }
    line.failure.with { $0 = BusFailure(.exception(11), "the gateway got no answer") }
    let groups = try Line.groups(unit: 1) + Line.groups(unit: 2)
    let seen = await line.poll(groups, for: .seconds(100))
    #expect(seen.scans(of: 2).count == BackOff.silentScans)
    #expect(seen.scans(of: 2).allSatisfy { $0.silence != nil })
  }

  @Test("A refused connection is tried again every second, and all are back as soon as it is there")
  func refused() async throws {
    let line = Line()
    line.failure.with { $0 = BusFailure(.noConnection, "refused") }
    line.silenceTime.with { $0 = .milliseconds(1) }
    let groups = try (1...3).flatMap { try Line.groups(unit: $0) }
    let seen = await line.poll(groups, for: .seconds(200)) { now in
      line.silent.with { $0 = now >= .seconds(50) && now < .seconds(100) ? [1, 2, 3] : [] }
    }
    for unit: UInt8 in 1...3 {
      let back = seen.scans(of: unit).first { $0.uptime > .seconds(60) }
      #expect(try #require(back).uptime < .milliseconds(102_500))
      let tries = line.calls.filter { $0.unit == unit && $0.isSilent }
      #expect((45...55).contains(tries.count))
    }
  }

  @Test("When polling ends, what was skipped until then is told")
  func stop() async throws {
    let line = Line()
    line.silent.with { $0 = [2] }
    let groups = try Line.groups(unit: 1) + Line.groups(unit: 2)
    let seen = await line.poll(groups, for: .seconds(60), isStopped: true)
    let count = seen.missed(of: 2).reduce(0) { $0 + $1.count }
    #expect(seen.missed(of: 2).count == 1)
    #expect(count + BackOff.silentScans == 60)
  }
}

extension Scan {
  /// Whether it is of that unit, and the unit answered.
  fileprivate func isGood(_ unit: UInt8) -> Bool {
    group.device.text == "d\(unit)" && silence == nil
  }
}

/// What a poller had to say.
private struct Seen {
  let observations: [Observation]

  func scans(of unit: UInt8) -> [Scan] {
    observations.compactMap { observation in
      guard case .scan(let scan) = observation, scan.group.device.text == "d\(unit)" else {
        return nil
      }
      return scan
    }
  }

  func missed(of unit: UInt8) -> [MissedScans] {
    observations.compactMap { observation in
      guard case .missed(let missed) = observation, missed.group.device.text == "d\(unit)" else {
        return nil
      }
      return missed
    }
  }
}

/// Units that answer in ten milliseconds, or not at all.
private final class Line: Bus {
  struct Call: Sendable {
    let unit: UInt8
    let count: Int
    let isIdentification: Bool
    let isSilent: Bool
    let start: Duration
    let time: Duration
  }

  private static let answerTime = Duration.milliseconds(10)

  let time = ManualTime()
  let silent = Locked<Set<UInt8>>([])
  let failure = Locked(BusFailure(.timeout, "no answer"))
  let silenceTime = Locked(Duration.milliseconds(500))
  private let log = Locked<[Call]>([])

  var calls: [Call] { log.value }

  static func groups(
    unit: UInt8,
    periods: [Duration] = [.seconds(1)],
    identification: ModbusIdentification? = nil
  ) throws -> [ScanGroup] {
    let groups = periods.enumerated().map { index, period in
      ModbusScanGroup(
        name: "g\(index)",
        period: period,
        signals: [0, 500].map { address in
          ModbusSignal(
            signal: Signal(name: "s\(address)"),
            location: ModbusLocation(table: .holding, address: address, count: 1),
            decoding: ModbusSignal.Decoding(type: .uint16)
          )
        }
      )
    }
    let profile = DeviceProfile(
      name: "p",
      title: "P",
      kind: .other,
      source: .generic,
      access: .modbus(ModbusAccess(identification: identification, groups: groups)),
      caveats: [],
      hash: .sha256([]),
      text: ""
    )
    return try ScanGroup.groups(
      of: profile,
      device: DeviceID(checked: "d\(unit)"),
      unit: UnitID(unit)
    )
  }

  /// Polls step by step until `end`.
  func poll(
    _ groups: [ScanGroup],
    for end: Duration,
    isStopped: Bool = false,
    before: (Duration) -> Void = { _ in }
  ) async -> Seen {
    let observations = Locked<[Observation]>([])
    let poller = BusPoller(bus: self, groups: groups, time: time) { observation in
      observations.with { $0.append(observation) }
    }
    var state = poller.start()
    while case let next = state.next(at: time.uptime()), next < end {
      let wait = next - time.uptime()
      if wait > .zero { time.advance(by: wait) }
      before(time.uptime())
      await poller.pollOnce(&state)
    }
    if isStopped {
      time.advance(by: max(.zero, end - .milliseconds(1) - time.uptime()))
      await poller.stop(&state)
    }
    return Seen(observations: observations.value)
  }

  func exchange(_ requests: [BusRequest]) async -> [BusOutcome] {
    let start = time.uptime()
    guard case .modbus(let first) = requests.first else { return [] }
    let isSilent = silent.value.contains(first.unit.rawValue)
    let isIdentification = if case .identification = first.operation { true } else { false }
    let moment = time.moment()
    if isSilent { time.advance(by: silenceTime.value) }
    let outcomes = requests.map { request in
      if isSilent {
        return BusOutcome(
          result: .failure(failure.value),
          sent: moment,
          elapsed: silenceTime.value
        )
      }
      let sent = time.moment()
      time.advance(by: Self.answerTime)
      return BusOutcome(
        result: reply(to: request, from: "ACME"),
        sent: sent,
        elapsed: Self.answerTime
      )
    }
    let call = Call(
      unit: first.unit.rawValue,
      count: requests.count,
      isIdentification: isIdentification,
      isSilent: isSilent,
      start: start,
      time: time.uptime() - start
    )
    log.with { $0.append(call) }
    return outcomes
  }

  func close() async {}
}
