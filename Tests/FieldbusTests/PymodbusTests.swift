import Telemetry
import TestSupport
import Testing

@testable import Fieldbus

/// Against servers that we did not write, with values set on their side.
@Suite("pymodbus", .serialized)
struct PymodbusTests {
  @Test("All four tables over TCP, two units, refusals and silence in between")
  func tcp() async throws {
    let server = try PeerProcess(script: "modbus_server.py", ["tcp"])
    let ready = try await server.line { $0.hasPrefix("ready") }
    let port = try #require(ready.split(separator: " ").last.flatMap { Int($0) })
    let bus = makeBus(
      .tcp(Endpoint(host: "127.0.0.1", port: port)),
      timeout: .seconds(2),
      firstTransaction: 40_000,
      time: SystemTime()
    )
    try await check(bus)
    await bus.close()
  }

  @Test("All four tables over RTU over TCP, two units, refusals and silence in between")
  func rtuOverTCP() async throws {
    let server = try PeerProcess(script: "modbus_server.py", ["rtu_over_tcp"])
    let ready = try await server.line { $0.hasPrefix("ready") }
    let port = try #require(ready.split(separator: " ").last.flatMap { Int($0) })
    let bus = makeBus(
      .rtuOverTCP(DeviceServer(Endpoint(host: "127.0.0.1", port: port))),
      timeout: .seconds(2),
      quiet: .milliseconds(100),
      firstTransaction: 0,
      time: SystemTime()
    )
    try await check(bus)
    await bus.close()
  }

  @Test("All four tables over RTU, two units, refusals and silence in between")
  func rtu() async throws {
    let pair = try await PtyPair()
    let server = try PeerProcess(script: "modbus_server.py", ["rtu", pair.right])
    _ = try await server.line { $0.hasPrefix("ready") }
    let bus = makeBus(
      .rtu(SerialLine(port: pair.left, baud: 19_200, parity: .none)),
      timeout: .seconds(2),
      quiet: .milliseconds(100),
      firstTransaction: 0,
      time: SystemTime()
    )
    try await check(bus)
    await bus.close()
  }

  private func check(_ bus: any Bus) async throws {
    for unit in [UInt8(1), 5] {
      let requests = try [
        modbus(unit, .coil, 0, 2_000), modbus(unit, .coil, 3, 1), modbus(unit, .discrete, 11, 77),
        modbus(unit, .holding, 0, 125), modbus(unit, .holding, 2_990, 1),
        modbus(unit, .input, 1_234, 100), modbus(unit, .input, 2_999, 1),
      ]
      let outcomes = await bus.exchange(requests.map { .modbus($0) })
      for (request, outcome) in zip(requests, outcomes) {
        #expect(outcome.result == .success(try expected(request)), "\(request)")
      }
      try await checkFailures(bus, unit: unit)
    }
    try await checkIdentification(bus)
    try await checkWrites(bus)
  }

  /// All four functions, and what the server holds after each.
  private func checkWrites(_ bus: any Bus) async throws {
    let writes: [(content: RegisterWrite.Content, isMultiple: Bool)] = [
      (.registers([0xBEEF]), false), (.registers([0xCAFE]), true),
      (.registers([1, 2, 65_535]), false), (.coils([true]), false), (.coils([false]), true),
      (.coils([true, false, true, true, false, false, true, false, true, true]), false),
    ]
    for (content, isMultiple) in writes {
      let asked = try writing(5, 100, content, isMultiple: isMultiple)
      let table: ModbusTable = if case .coils = content { .coil } else { .holding }
      let outcomes = await bus.exchange([
        .modbus(asked), .modbus(try modbus(5, table, 100, content.count)),
      ])
      let held: BusReply =
        switch content {
        case .coils(let coils): .bits(coils)
        case .registers(let registers): .registers(registers)
        }
      #expect(outcomes.map(\.result) == [.success(.written), .success(held)], "\(content)")
    }
    let refused = await bus.exchange([.modbus(try writing(5, 3_000, .registers([1])))])
    #expect(refused.map { $0.failure?.cause } == [.exception(2)])
  }

  /// The server's objects do not fit into one reply.
  private func checkIdentification(_ bus: any Bus) async throws {
    let outcomes = await bus.exchange(
      try [
        .modbus(identifying(1, .identification(.basic, object: 0))),
        .modbus(identifying(1, .identification(.regular, object: 0))),
        .modbus(identifying(1, .identification(.regular, object: 5))),
        .modbus(identifying(1, .identification(.individual, object: 5))),
        .modbus(identifying(1, .identification(.individual, object: 0x90))),
        .modbus(identifying(1, .serverID)),
        .modbus(modbus(1, .holding, 7, 2)),
      ]
    )
    let basic: [UInt8: [UInt8]] = [
      0: Array("ACME Instruments".utf8), 1: Array("TX-\(String(repeating: "9", count: 100))".utf8),
      2: Array("V2.1".utf8),
    ]
    let url = [UInt8](repeating: UInt8(ascii: "u"), count: 90)
    let rest: [UInt8: [UInt8]] = [5: Array("TX 400".utf8), 6: Array("oven watch".utf8)]
    let id = basic.sorted { $0.key < $1.key }.map(\.value).joined(separator: [UInt8(ascii: "-")])
    #expect(
      outcomes.map(\.result) == [
        .success(.identification(objects: basic, next: nil)),
        .success(
          .identification(
            objects: basic.merging([3: url]) { $1 },
            next: 4
          )
        ),
        .success(.identification(objects: rest, next: nil)),
        .success(.identification(objects: [5: Array("TX 400".utf8)], next: nil)),
        outcomes[4].result,
        .success(.serverID(Array(id) + [0xFF])),
        .success(try expected(modbus(1, .holding, 7, 2))),
      ]
    )
    #expect(outcomes[4].failure?.cause == .exception(2))
    #expect(ServerID.text(of: Array(id) + [0xFF]).hasPrefix("ACME Instruments-TX-999"))
  }

  private func checkFailures(_ bus: any Bus, unit: UInt8) async throws {
    let requests = try [
      modbus(unit, .holding, 3_000, 1), modbus(unit, .holding, 2_999, 1),
      modbus(unit, .input, 60_000, 125), modbus(unit, .coil, 40_000, 8),
      modbus(unit, .holding, 7, 2),
    ]
    let outcomes = await bus.exchange(requests.map { .modbus($0) })
    let busy: Cause? = unit == 1 ? .exception(6) : nil
    #expect(
      outcomes.map { $0.failure?.cause }
        == [.exception(2), busy, .exception(2), .exception(2), nil]
    )
    #expect(outcomes[4].result == .success(try expected(requests[4])))
    let silent = await bus.exchange([.modbus(try modbus(9, .holding, 0, 1))])
    #expect(silent.map { $0.failure?.cause } == [.timeout])
  }

  /// What `modbus_server.py` holds.
  private func expected(_ request: ModbusRequest) throws -> BusReply {
    let range = try request.range()
    let addresses = (0..<range.count).map { Int(range.address) + $0 }
    let unit = Int(request.unit.rawValue)
    func bits(_ salt: Int) -> BusReply {
      .bits(addresses.map { ($0 * 7 + $0 / 5 + unit + salt) % 3 == 0 })
    }
    func registers(_ salt: Int) -> BusReply {
      .registers(addresses.map { UInt16(($0 * 31 + unit * 1_000 + salt) % 65_536) })
    }
    return switch range.table {
    case .coil: bits(0)
    case .discrete: bits(1)
    case .holding: registers(0)
    case .input: registers(7)
    }
  }
}
