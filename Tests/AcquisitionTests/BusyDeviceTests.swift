import Fieldbus
import Profiles
import Telemetry
import TestSupport
import Testing

@testable import Acquisition

/// Devices that answer exceptions 5 and 6: later, please.
@Suite("Busy devices")
struct BusyDeviceTests {
  /// Three registers that need a request each.
  private static func group(
    period: Duration,
    pause: Duration = .zero
  ) throws -> ScanGroup {
    let group = ModbusScanGroup(
      name: "all",
      period: period,
      limits: ReadLimits(maximumGap: 0, pause: pause),
      signals: [0, 10, 20].map { address in
        ModbusSignal(
          signal: Signal(name: "s\(address)"),
          location: ModbusLocation(table: .holding, address: address, count: 1),
          decoding: ModbusSignal.Decoding(type: .uint16)
        )
      }
    )
    let profile = DeviceProfile(
      name: "p",
      title: "P",
      kind: .other,
      source: .generic,
      access: .modbus(ModbusAccess(groups: [group])),
      caveats: [],
      hash: .sha256([]),
      text: ""
    )
    return try #require(
      ScanGroup.groups(of: profile, device: DeviceID(checked: "d"), unit: UnitID(1)).first
    )
  }

  /// A call of one request, and when it began.
  private struct Call: Hashable {
    let address: UInt16
    let at: Duration
  }

  /// Reads the group once, from a device that is busy at address 10 so many times.
  private static func read(
    busy count: Int,
    with code: UInt8,
    period: Duration = .seconds(1),
    pause: Duration = .zero
  ) async throws -> (reading: SessionReading, calls: [Call]) {
    let time = EagerTime()
    let calls = Locked<[Call]>([])
    let bus = SimulatedBus(time: time.clocks) { request in
      guard case .modbus(let request) = request, let range = request.range else {
        return SimulatedBus.Answer(result: .failure(BusFailure(.timeout, "?")))
      }
      calls.with { $0.append(Call(address: range.address, at: time.uptime())) }
      if range.address == 10, calls.value.count(where: { $0.address == 10 }) <= count {
        return SimulatedBus.Answer(result: .failure(BusFailure(.exception(code), "busy")))
      }
      return SimulatedBus.Answer(result: .success(.registers([range.address])))
    }
    let group = try group(period: period, pause: pause)
    var session = DeviceSession([group])
    let reading = try #require(await session.read(group, over: bus, time: time))
    return (reading, calls.value)
  }

  private static let good: [Reading] = [0, 10, 20].map { Reading(.integer($0)) }

  @Test(
    "What a device was too busy for is asked again in the scan, and nothing else is",
    arguments: [
      5, 6,
    ] as [UInt8]
  )
  func repeats(code: UInt8) async throws {
    let (reading, calls) = try await Self.read(busy: 2, with: code)
    #expect(reading.scan.readings == Self.good)
    // Each call takes 10 ms; the rests are of 50 and 150 ms.
    #expect(
      calls == [
        Call(address: 0, at: .zero), Call(address: 10, at: .milliseconds(10)),
        Call(address: 20, at: .milliseconds(20)), Call(address: 10, at: .milliseconds(80)),
        Call(address: 10, at: .milliseconds(240)),
      ]
    )
    #expect(reading.scan.span == .milliseconds(250))
  }

  @Test("After two repetitions it is the cause, and the rest of the scan is good")
  func givesUp() async throws {
    let (reading, calls) = try await Self.read(busy: 9, with: 6)
    #expect(reading.scan.readings == [Self.good[0], Reading(.exception(6)), Self.good[2]])
    #expect(calls.count == 5)
    #expect(reading.scan.silence == nil)
  }

  @Test(
    "Nothing is asked again after a quarter of the period",
    arguments: [
      // The second rest ends at 240 ms, the first at 80 ms.
      (Duration.milliseconds(960), 5), (.milliseconds(912), 4), (.milliseconds(320), 4),
      (.milliseconds(312), 3), (.milliseconds(100), 3),
    ]
  )
  func bound(period: Duration, calls expected: Int) async throws {
    let (_, calls) = try await Self.read(busy: 9, with: 6, period: period)
    #expect(calls.count == expected)
  }

  @Test("A device that wants rests gets them before a repetition too")
  func pauses() async throws {
    let pause = Duration.milliseconds(100)
    let (reading, calls) = try await Self.read(busy: 1, with: 6, period: .seconds(4), pause: pause)
    #expect(reading.scan.readings == Self.good)
    for (earlier, later) in zip(calls, calls.dropFirst()) {
      #expect(later.at - earlier.at >= pause + .milliseconds(10))
    }
  }

  @Test("Other refusals are not asked again", arguments: [1, 4, 10, 11] as [UInt8])
  func others(code: UInt8) async throws {
    let (reading, calls) = try await Self.read(busy: 9, with: code)
    #expect(calls.map(\.address) == [0, 10, 20])
    #expect(reading.scan.readings[1] == Reading(.exception(code)))
  }
}
