import Fieldbus
import Profiles
import Synchronization
import Telemetry
import TestSupport
import Testing

@testable import Acquisition

/// Against a server that we did not write, which has no input register 2500.
@Suite("Refused addresses of a peer", .serialized)
struct RefusedAddressPeerTests {
  /// Counts what is asked over a bus.
  private final class CountingBus: Bus {
    let bus: any Bus
    let count = Atomic(0)

    init(_ bus: any Bus) { self.bus = bus }

    func exchange(_ requests: [BusRequest]) async -> [BusOutcome] {
      count.add(requests.count, ordering: .relaxed)
      return await bus.exchange(requests)
    }

    func close() async { await bus.close() }
  }

  /// 300 input registers from 2300 on.
  private static func profile() -> DeviceProfile {
    let group = ModbusScanGroup(
      name: "all",
      period: .seconds(1),
      signals: (2_300..<2_600).map { address in
        ModbusSignal(
          signal: Signal(name: "s\(address)"),
          location: ModbusLocation(table: .input, address: UInt16(address), count: 1),
          decoding: ModbusSignal.Decoding(type: .uint16)
        )
      }
    )
    return DeviceProfile(
      name: "p",
      title: "P",
      kind: .other,
      source: .generic,
      access: .modbus(ModbusAccess(groups: [group])),
      caveats: [],
      hash: .sha256([]),
      text: ""
    )
  }

  @Test("pymodbus refuses one register of 300: 299 are read, with no request more")
  func pymodbus() async throws {
    let server = try PeerProcess(script: "modbus_server.py", ["tcp"])
    let ready = try await server.line { $0.hasPrefix("ready") }
    let port = try #require(ready.split(separator: " ").last.flatMap { Int($0) })
    let time = SystemTime()
    let bus = CountingBus(
      makeBus(
        .tcp(Endpoint(host: "127.0.0.1", port: port)),
        timeout: .seconds(5),
        firstTransaction: 40_000,
        time: time
      )
    )
    let group = try #require(
      ScanGroup.groups(of: Self.profile(), device: DeviceID(checked: "d"), unit: UnitID(5)).first
    )
    var session = DeviceSession([group])
    var changes: [SignalsChange] = []
    func read() async throws -> [Reading] {
      let end = time.uptime() + .seconds(60)
      let reading = try #require(await session.read(group, over: bus, time: time))
      changes += reading.changes
      changes += await session.useSpareTime(over: bus, time: time, until: end).changes
      return reading.scan.readings
    }
    _ = try await read()
    let expected = (2_300..<2_600).map { address in
      address == 2_500
        ? Reading(.exception(2)) : Reading(.integer(Int64((address * 31 + 5_007) % 65_536)))
    }
    for _ in 0..<5 {
      let before = bus.count.load(ordering: .relaxed)
      #expect(try await read() == expected)
      // 200 registers before it, and 99 behind it.
      #expect(bus.count.load(ordering: .relaxed) - before == group.requests.count)
    }
    #expect(changes.map(\.kind) == [.refused])
    #expect(changes.first?.signals.map(\.name) == ["s2500"])
    await bus.close()
  }
}
