import Fieldbus
import Profiles
import Telemetry
import TestSupport
import Testing

@testable import Acquisition

@Suite("Bus poller")
struct BusPollerTests {
  private static func register(_ name: String, at address: UInt16) -> ModbusSignal {
    ModbusSignal(
      signal: Signal(name: name),
      location: ModbusLocation(table: .holding, address: address, count: 1),
      decoding: ModbusSignal.Decoding(type: .uint16)
    )
  }

  private static func group(_ device: String, unit: UInt8, period: Duration) throws -> ScanGroup {
    let access = ModbusAccess(groups: [
      ModbusScanGroup(
        name: "all",
        period: period,
        signals: [register("a", at: 0), register("b", at: 1), register("far", at: 500)]
      )
    ])
    let profile = DeviceProfile(
      name: "p",
      title: "P",
      kind: .other,
      source: .generic,
      access: .modbus(access),
      caveats: [],
      hash: .sha256([]),
      text: ""
    )
    return try #require(
      ScanGroup.groups(of: profile, device: DeviceID(checked: device), unit: UnitID(unit)).first
    )
  }

  /// A unit 1 that answers each register with its own address, a unit 2 that is silent, and a unit 3
  /// that takes half a second.
  private static func plant(_ time: ManualTime) -> SimulatedBus {
    SimulatedBus(time: time) { request in
      guard case .modbus(let request) = request, request.unit != UnitID(2),
        case .read(let range) = request.operation
      else {
        return SimulatedBus.Answer(
          result: .failure(BusFailure(.timeout, "no answer from unit 2 in 500 ms")),
          duration: .milliseconds(500)
        )
      }
      let registers = (0..<range.count).map { range.address + UInt16($0) }
      return SimulatedBus.Answer(
        result: .success(.registers(registers)),
        duration: request.unit == UnitID(3) ? .milliseconds(500) : .milliseconds(10)
      )
    }
  }

  /// Polls for a while, step by step, and gives what was observed.
  private func observe(
    _ groups: [ScanGroup],
    over bus: SimulatedBus,
    time: ManualTime,
    for duration: Duration
  ) async -> [Observation] {
    let observations = Locked<[Observation]>([])
    let poller = BusPoller(bus: bus, groups: groups, time: time) { observation in
      observations.with { $0.append(observation) }
    }
    var state = poller.start()
    while state.next(at: time.uptime()) < duration {
      let wait = state.next(at: time.uptime()) - time.uptime()
      if wait > .zero { time.advance(by: wait) }
      await poller.pollOnce(&state)
    }
    return observations.value
  }

  private func scans(_ observations: [Observation], of device: String) -> [Scan] {
    observations.compactMap { observation in
      guard case .scan(let scan) = observation, scan.group.device.text == device else { return nil }
      return scan
    }
  }

  @Test("A scan holds every signal, and its time is the middle of request and response")
  func stamps() async throws {
    let time = ManualTime()
    let start = time.now()
    let group = try Self.group("d1", unit: 1, period: .seconds(1))
    let observations = await observe(
      [group],
      over: Self.plant(time),
      time: time,
      for: .milliseconds(500)
    )
    let scan = try #require(scans(observations, of: "d1").first)
    #expect(scan.readings == [0, 1, 500].map { Reading(.integer($0)) })
    // Two requests of 10 ms each.
    #expect(scan.span == .milliseconds(20))
    #expect(scan.at == start.advanced(by: .milliseconds(10)))
    #expect(scan.uptime == .milliseconds(10))
    #expect(scan.silence == nil)
  }

  @Test(
    "A clock that is set in mid-scan changes neither its span nor its time on the other clock",
    arguments: [3_600, -3_600, 86_400, -86_400]
  )
  func stepped(seconds: Int) async throws {
    let time = ManualTime()
    let bus = SimulatedBus(time: time) { request in
      time.stepWall(by: .seconds(seconds))
      guard case .modbus(let request) = request, case .read(let range) = request.operation else {
        return SimulatedBus.Answer(result: .failure(BusFailure(.timeout, "never asked")))
      }
      let registers = [UInt16](repeating: 0, count: range.count)
      return SimulatedBus.Answer(result: .success(.registers(registers)))
    }
    let observations = await observe(
      [try Self.group("d", unit: 1, period: .seconds(1))],
      over: bus,
      time: time,
      for: .seconds(1)
    )
    let scan = try #require(scans(observations, of: "d").first)
    #expect(bus.asked.count > 1)
    #expect(scan.span == .milliseconds(10) * bus.asked.count)
    #expect(scan.uptime == scan.span / 2)
  }

  @Test("A silent device gives bad readings with the cause, and the others go on")
  func silence() async throws {
    let time = ManualTime()
    let groups = [
      try Self.group("d1", unit: 1, period: .seconds(2)),
      try Self.group("d2", unit: 2, period: .seconds(2)),
    ]
    let observations = await observe(groups, over: Self.plant(time), time: time, for: .seconds(20))
    #expect(scans(observations, of: "d1").count == 10)
    let silent = scans(observations, of: "d2")
    #expect(silent.count == BackOff.silentScans)
    #expect(silent.allSatisfy { $0.readings == Array(repeating: Reading(.timeout), count: 3) })
    #expect(silent.allSatisfy { $0.silence?.detail == "no answer from unit 2 in 500 ms" })
  }

  @Test("Scans that the bus had no time for are reported as missed, each once")
  func missed() async throws {
    let time = ManualTime()
    // Two requests of 500 ms take longer than the period.
    let group = try Self.group("d3", unit: 3, period: .milliseconds(400))
    let observations = await observe(
      [group],
      over: Self.plant(time),
      time: time,
      for: .seconds(10)
    )
    let taken = scans(observations, of: "d3").count
    let missed = observations.reduce(0) { count, observation in
      guard case .missed(let missed) = observation else { return count }
      #expect(missed.reason == .late)
      return count + missed.count
    }
    #expect(taken + missed == 26)
    #expect(missed > 0)
  }

  @Test("A port that is gone does not make a listener spin")
  func listener() async throws {
    let time = ManualTime()
    let profile = DeviceProfile(
      name: "p",
      title: "P",
      kind: .torqueMeter,
      source: .generic,
      access: .serial(
        SerialAccess(
          framing: SerialFraming(shape: .line(terminator: [0x0D, 0x0A])),
          groups: [
            SerialScanGroup(
              name: "line",
              period: .seconds(5),
              request: [],
              timeout: .seconds(5),
              pattern: #"^(?<torque>[0-9.]+) Nm$"#,
              fields: [
                SerialField(
                  signal: Signal(name: "torque", unit: "N.m"),
                  capture: "torque",
                  kind: .number
                )
              ]
            )
          ]
        )
      ),
      caveats: [],
      hash: .sha256([]),
      text: ""
    )
    let groups = try ScanGroup.groups(of: profile, device: DeviceID(checked: "t"), unit: nil)
    let bus = SimulatedBus(time: time) { _ in
      SimulatedBus.Answer(
        result: .failure(BusFailure(.noConnection, "port gone")),
        duration: .zero
      )
    }
    let poller = BusPoller(bus: bus, groups: groups, time: time) { _ in }
    let task = Task { await poller.run() }
    while time.sleeperCount == 0 { await Task.yield() }
    #expect(bus.asked.count == 1)
    time.advance(by: .seconds(5))
    while time.sleeperCount == 0 { await Task.yield() }
    #expect(bus.asked.count == 2)
    task.cancel()
    await task.value
  }
}
