import Fieldbus
import Profiles
import Telemetry
import TestSupport
import Testing

@testable import Acquisition

/// Devices that want more than to be read: pauses, phases, status, identification.
@Suite("Bus poller with careful devices")
struct CarefulPollingTests {
  /// Two registers that need a request each, in one group or more.
  private static func profile(
    pause: Duration = .zero,
    phases: [Duration?] = [nil],
    identification: ModbusIdentification? = nil,
    goodWhen: GoodWhen? = nil
  ) -> DeviceProfile {
    let groups = phases.enumerated().map { index, phase in
      ModbusScanGroup(
        name: "g\(index)",
        period: .seconds(2),
        phase: phase,
        limits: ReadLimits(pause: pause),
        signals: [
          signal("value", at: 0, goodWhen: goodWhen), signal("status", at: 500, goodWhen: nil),
        ]
      )
    }
    return DeviceProfile(
      name: "p",
      title: "P",
      kind: .other,
      source: .generic,
      access: .modbus(ModbusAccess(identification: identification, groups: groups)),
      caveats: [],
      hash: .sha256([]),
      text: ""
    )
  }

  private static func signal(
    _ name: String,
    at address: UInt16,
    goodWhen: GoodWhen?
  ) -> ModbusSignal {
    ModbusSignal(
      signal: Signal(name: name, goodWhen: goodWhen),
      location: ModbusLocation(table: .holding, address: address, count: 1),
      decoding: ModbusSignal.Decoding(type: .uint16)
    )
  }

  private static func groups(_ profile: DeviceProfile, unit: UInt8 = 1) throws -> [ScanGroup] {
    try ScanGroup.groups(of: profile, device: DeviceID(checked: "d\(unit)"), unit: UnitID(unit))
  }

  @Test("Pauses lie between all requests to a device, within a scan and between scans")
  func pauses() async throws {
    let plant = Plant()
    let groups = try Self.groups(
      Self.profile(pause: .milliseconds(300), phases: [.zero, .milliseconds(100)])
    )
    let other = try Self.groups(Self.profile(phases: [.milliseconds(50)]), unit: 2)
    _ = await plant.observe(groups + other, for: .milliseconds(1_900))
    let calls = plant.calls.filter { $0.unit == 1 }
    #expect(calls.count == 4)
    #expect(calls.allSatisfy { $0.count == 1 })
    for (earlier, later) in zip(calls, calls.dropFirst()) {
      #expect(later.start - earlier.end >= .milliseconds(300))
    }
    #expect(plant.calls.filter { $0.unit == 2 }.map(\.count) == [2])
  }

  @Test("A device that falls silent between pauses is not asked for the rest of the scan")
  func silentWithPause() async throws {
    let plant = Plant()
    plant.failure.with { $0 = BusFailure(.timeout, "no answer") }
    let groups = try Self.groups(Self.profile(pause: .milliseconds(300)))
    let scans = await plant.observe(groups, for: .seconds(1))
    #expect(plant.calls.count == 1)
    #expect(scans.map(\.readings) == [[Reading(.timeout), Reading(.timeout)]])
    #expect(scans.first?.silence?.detail == "no answer")
  }

  @Test("A group is scanned at its phase, the others where the schedule puts them")
  func phases() async throws {
    let plant = Plant()
    let groups = try Self.groups(Self.profile(phases: [.milliseconds(700), nil]))
    let scans = await plant.observe(groups, for: .seconds(3))
    #expect(scans.map(\.group.group) == ["g0", "g1", "g0"])
    let starts = plant.calls.map(\.start)
    #expect(starts == [.milliseconds(700), .milliseconds(1_700), .milliseconds(2_700)])
  }

  @Test("A value that the device's status does not vouch for is bad, and kept as evidence")
  func status() async throws {
    let plant = Plant()
    let rule = GoodWhen(signal: 1, condition: .code(mask: 1, equals: [1]))
    let groups = try Self.groups(Self.profile(goodWhen: rule))
    // Address 500 holds 500, which is even.
    let scans = await plant.observe(groups, for: .seconds(1))
    #expect(
      scans.map(\.readings)
        == [[Reading(.deviceStatus, evidence: .integer(0)), Reading(.integer(500))]]
    )
  }

  private static let vendor = ModbusIdentification(objects: [.vendor: GlobPattern("ACME")])

  @Test("A device is asked once what it is, and read after it was confirmed")
  func confirmed() async throws {
    let plant = Plant()
    plant.vendor.with { $0 = "ACME" }
    let groups = try Self.groups(Self.profile(phases: [nil, nil], identification: Self.vendor))
    let scans = await plant.observe(groups, for: .seconds(10))
    #expect(scans.count == 10)
    #expect(scans.allSatisfy { $0.readings == [Reading(.integer(0)), Reading(.integer(500))] })
    #expect(plant.identifications == 1)
  }

  @Test("Of a wrong device nothing is read or recorded; it heals when the right one is there")
  func wrong() async throws {
    let plant = Plant()
    plant.vendor.with { $0 = "Other" }
    let groups = try Self.groups(Self.profile(identification: Self.vendor))
    let scans = await plant.observe(groups, for: .seconds(20)) { now in
      if now >= .seconds(15) { plant.vendor.with { $0 = "ACME" } }
    }
    let bad = scans.prefix { $0.silence != nil }
    // Asked at 0 s, and every ten seconds; scans are due every two.
    #expect(bad.count == 10)
    #expect(plant.identifications == 2)
    #expect(bad.allSatisfy { $0.readings == Array(repeating: Reading(.wrongDevice), count: 2) })
    #expect(bad.first?.silence?.detail.contains(#"is "Other" instead of "ACME""#) == true)
    #expect(plant.calls.allSatisfy { $0.isIdentification })
    let later = await plant.observe(groups, for: .seconds(21))
    #expect(later.allSatisfy { $0.silence == nil })
  }

  @Test("A wrong device that became the right one is read again after at most ten seconds")
  func healed() async throws {
    let plant = Plant()
    plant.vendor.with { $0 = "Other" }
    let groups = try Self.groups(Self.profile(identification: Self.vendor))
    let scans = await plant.observe(groups, for: .seconds(20)) { now in
      if now >= .seconds(3) { plant.vendor.with { $0 = "ACME" } }
    }
    #expect(
      scans.map { $0.silence == nil } == [false, false, false, false, false]
        + Array(repeating: true, count: 5)
    )
  }

  @Test("Silence and a lost connection make every device of the bus say again what it is")
  func lostConnection() async throws {
    let plant = Plant()
    plant.vendor.with { $0 = "ACME" }
    let profile = Self.profile(identification: Self.vendor)
    let groups = try Self.groups(profile, unit: 1) + Self.groups(profile, unit: 2)
    _ = await plant.observe(groups, for: .seconds(7)) { now in
      let isLost = now >= .seconds(4) && now < .seconds(5)
      plant.failure.with { $0 = isLost ? BusFailure(.noConnection, "gone") : nil }
    }
    #expect(plant.identifications == 4)
  }

  @Test("A device that does not answer what it is gives the cause of that")
  func unanswered() async throws {
    let plant = Plant()
    plant.failure.with { $0 = BusFailure(.timeout, "no answer") }
    let scans = await plant.observe(
      try Self.groups(Self.profile(identification: Self.vendor)),
      for: .seconds(5)
    )
    #expect(scans.map(\.silence) == Array(repeating: BusFailure(.timeout, "no answer"), count: 3))
    #expect(scans.allSatisfy { $0.readings == [Reading(.timeout), Reading(.timeout)] })
    #expect(plant.identifications == 3)
  }
}

/// Units that hold their addresses and say who they are; each call takes ten milliseconds.
private final class Plant: Bus {
  struct Call: Sendable {
    let unit: UInt8
    let count: Int
    let isIdentification: Bool
    let start: Duration
    let end: Duration
  }

  let time = ManualTime()
  let vendor = Locked("")
  /// What comes instead of an answer.
  let failure = Locked<BusFailure?>(nil)
  private let log = Locked<[Call]>([])

  var calls: [Call] { log.value }
  var identifications: Int { calls.count(where: \.isIdentification) }

  /// Polls step by step until `end`, and gives the scans.
  func observe(
    _ groups: [ScanGroup],
    for end: Duration,
    before: @Sendable (Duration) -> Void = { _ in }
  ) async -> [Scan] {
    let scans = Locked<[Scan]>([])
    let poller = BusPoller(bus: self, groups: groups, time: time) { observation in
      if case .scan(let scan) = observation { scans.with { $0.append(scan) } }
    }
    let mover = Task {
      // Whoever pauses is let go at once.
      while !Task.isCancelled {
        if time.sleeperCount > 0 { time.advance(by: .milliseconds(10)) }
        await Task.yield()
      }
    }
    var state = poller.start()
    let limit = time.uptime() + end
    while state.next(at: time.uptime()) < limit {
      let wait = state.next(at: time.uptime()) - time.uptime()
      if wait > .zero { time.advance(by: wait) }
      before(time.uptime())
      await poller.pollOnce(&state)
    }
    mover.cancel()
    return scans.value
  }

  func exchange(_ requests: [BusRequest]) async -> [BusOutcome] {
    let start = time.uptime()
    let outcomes = requests.map { request in
      let sent = time.moment()
      time.advance(by: .milliseconds(10))
      let result = failure.value.map(Result.failure) ?? reply(to: request, from: vendor.value)
      return BusOutcome(result: result, sent: sent, elapsed: .milliseconds(10))
    }
    guard case .modbus(let first) = requests.first else { return outcomes }
    let isIdentification = if case .identification = first.operation { true } else { false }
    log.with {
      $0.append(
        Call(
          unit: first.unit.rawValue,
          count: requests.count,
          isIdentification: isIdentification,
          start: start,
          end: time.uptime()
        )
      )
    }
    return outcomes
  }

  func close() async {}
}
