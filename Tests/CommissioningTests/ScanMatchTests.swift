import Fieldbus
import Profiles
import Telemetry
import TestSupport
import Testing

@testable import Commissioning

/// Which profiles fit a device whose registers the test holds.
@Suite("Scan match")
struct ScanMatchTests {
  /// Holding registers 0 to 2: temperatures of 20 to 40 °C in tenths.
  private static let dryer = profile("dryer")

  private static func profile(
    _ name: String,
    from address: UInt16 = 0,
    identification: ModbusIdentification? = nil
  ) -> DeviceProfile {
    let signals = (0..<3).map { index in
      ModbusSignal(
        signal: Signal(name: "zone\(index).temperature", range: 200...400),
        location: ModbusLocation(table: .holding, address: address + index, count: 1),
        decoding: ModbusSignal.Decoding(type: .uint16)
      )
    }
    return DeviceProfile(
      name: name,
      title: name,
      kind: .other,
      source: .generic,
      access: .modbus(
        ModbusAccess(
          identification: identification,
          groups: [ModbusScanGroup(name: "air", period: .seconds(1), signals: signals)]
        )
      ),
      caveats: [],
      hash: .sha256([]),
      text: ""
    )
  }

  private static func identified(by value: Double) -> ModbusIdentification {
    ModbusIdentification(registers: [
      ExpectedRegister(
        location: ModbusLocation(table: .holding, address: 9, count: 1),
        decoding: ModbusSignal.Decoding(type: .uint16),
        expectation: .numbers([value])
      )
    ])
  }

  private func fits(_ profiles: [DeviceProfile], _ registers: [UInt16]) async throws -> [ProfileFit]
  {
    let unit = try #require(UnitID(1))
    let bus = RegisterBus(registers: registers)
    var match = ScanMatch(profiles: profiles, bus: bus, unit: unit, time: ManualTime())
    return await match.fits()
  }

  @Test("A profile fits when everything is answered and every value is plausible")
  func fitting() async throws {
    let fit = try #require(try await fits([Self.dryer], [210, 220, 230]).first)
    #expect(fit.verdict == .fits)
    #expect(!fit.isIdentified)
    #expect(fit.asked == 1 && fit.answered == 1 && fit.values == 3 && fit.plausible == 3)
  }

  @Test("One value that cannot be makes it a profile that may fit, two of three none")
  func implausible() async throws {
    #expect(try await fits([Self.dryer], [210, 220, 9_999]).map(\.verdict) == [.mayFit])
    #expect(try await fits([Self.dryer], [210, 9_998, 9_999]).isEmpty)
  }

  @Test("Values that say nothing are no reason to say that it fits")
  func zeros() async throws {
    let signals = ["a", "b"].enumerated().map { index, name in
      ModbusSignal(
        signal: Signal(name: name, range: 0...100),
        location: ModbusLocation(table: .holding, address: UInt16(index * 2), count: 2),
        decoding: ModbusSignal.Decoding(type: .float32)
      )
    }
    let access = ModbusAccess(
      groups: [ModbusScanGroup(name: "air", period: .seconds(1), signals: signals)]
    )
    let profile = DeviceProfile(
      name: "floats",
      title: "floats",
      kind: .other,
      source: .generic,
      access: .modbus(access),
      caveats: [],
      hash: .sha256([]),
      text: ""
    )
    // Small integers, read as floats, are tiny numbers next to 0.
    #expect(try await fits([profile], [0, 0, 0, 17]).map(\.verdict) == [.mayFit])
    #expect(try await fits([profile], [0x41A0, 0, 0x41A8, 0]).map(\.verdict) == [.fits])
  }

  @Test("A device that refuses everything fits no profile")
  func refused() async throws {
    #expect(try await fits([Self.profile("far", from: 1_000)], [210, 220, 230]).isEmpty)
  }

  @Test("A register that identifies the device decides, for and against")
  func identified() async throws {
    let registers: [UInt16] = [210, 220, 230, 0, 0, 0, 0, 0, 0, 77]
    let right = Self.profile("right", identification: Self.identified(by: 77))
    let wrong = Self.profile("wrong", identification: Self.identified(by: 78))
    let found = try await fits([wrong, Self.dryer, right], registers)
    #expect(found.map(\.profile) == ["right", "dryer"])
    #expect(found.map(\.isIdentified) == [true, false])
  }

  @Test("A device that does not know function 43/14 is not the one whose profile asks for it")
  func unknownFunction() async throws {
    let identification = ModbusIdentification(
      objects: [.vendor: GlobPattern("Maker*")],
      registers: Self.identified(by: 77).registers
    )
    let registers: [UInt16] = [210, 220, 230, 0, 0, 0, 0, 0, 0, 77]
    let found = try await fits([Self.profile("a", identification: identification)], registers)
    #expect(found.isEmpty)
  }

  @Test("A device that stops answering is not asked on, and fits nothing")
  func silent() async throws {
    #expect(try await fits([Self.dryer], []).isEmpty)
  }
}

/// Holding registers from 0; beyond them the device refuses, and without any it is silent.
private struct RegisterBus: Bus {
  let registers: [UInt16]

  func exchange(_ requests: [BusRequest]) async -> [BusOutcome] {
    requests.map { request in
      BusOutcome(
        result: answer(request),
        sent: Moment(wall: Instant(microseconds: 0), uptime: .zero),
        elapsed: .zero
      )
    }
  }

  func close() async {}

  private func answer(_ request: BusRequest) -> Result<BusReply, BusFailure> {
    guard case .modbus(let request) = request, !registers.isEmpty else {
      return .failure(BusFailure(.timeout, "silence"))
    }
    guard let asked = request.range else { return .failure(BusFailure(.exception(1), "refused")) }
    let range = Int(asked.address)..<(Int(asked.address) + asked.count)
    guard asked.table == .holding, range.upperBound <= registers.count else {
      return .failure(BusFailure(.exception(2), "refused"))
    }
    return .success(.registers(Array(registers[range])))
  }
}
