import Fieldbus
import Foundation
import Profiles
import Telemetry
import TestSupport
import Testing

@testable import Acquisition

/// Values that pymodbus encoded and served, read through our bus, plan and decoder, and compared
/// exactly.
@Suite("Registers set by pymodbus")
struct RegisterMatrixTests {
  /// A value as it is set on their side, and what it must be on ours.
  private struct Cell {
    let type: RegisterType
    let typeName: String
    let json: String
    let scaling: Scaling?
    let expected: Value

    init(
      _ type: RegisterType,
      _ typeName: String,
      _ json: String,
      _ expected: Value,
      scaling: Scaling? = nil
    ) {
      self.type = type
      self.typeName = typeName
      self.json = json
      self.scaling = scaling
      self.expected = expected
    }
  }

  private static let tenth = Scaling(scale: Scaling.Decimal(mantissa: 1, places: 1))
  private static let shifted = Scaling(
    scale: Scaling.Decimal(mantissa: 25, places: 3),
    offset: Scaling.Decimal(mantissa: -40, places: 0)
  )

  private static let cells = [
    Cell(.bool, "bool", "1", .flag(true)),
    Cell(.bit(3), "bit", "8", .flag(true)),
    Cell(.bit(4), "bit", "8", .flag(false)),
    Cell(.int16, "int16", "-12345", .integer(-12_345)),
    Cell(.int16, "int16", "1832", .real(183.2), scaling: tenth),
    Cell(.uint16, "uint16", "65535", .integer(65_535)),
    Cell(.uint16, "uint16", "1601", .real(0.025), scaling: shifted),
    Cell(.int32, "int32", "-1234567890", .integer(-1_234_567_890)),
    Cell(.int32, "int32", "-2000000001", .real(-200_000_000.1), scaling: tenth),
    Cell(.uint32, "uint32", "4000000000", .integer(4_000_000_000)),
    Cell(.int64, "int64", "-1234567890123456789", .integer(-1_234_567_890_123_456_789)),
    Cell(.uint64, "uint64", "18000000000000000000", .unsigned(18_000_000_000_000_000_000)),
    Cell(.uint64, "uint64", "7", .integer(7)),
    Cell(.float32, "float32", "183.2", .single(183.2)),
    Cell(.float32, "float32", "-1e-30", .single(-1e-30)),
    Cell(.float64, "float64", "0.1", .real(0.1)),
    Cell(.float64, "float64", "-1.7976931348623157e308", .real(-.greatestFiniteMagnitude)),
  ]

  /// Every cell in every order, and a program name, at addresses that leave gaps.
  private struct Matrix {
    var json: [String] = []
    var signals: [ModbusSignal] = []
    var expected: [Value] = []

    init() {
      var address = 0
      for order in RegisterOrder.allCases {
        for cell in cells {
          add(cell, order, at: address)
          address += cell.type.registerCount + (address % 3 == 0 ? 5 : 1)
        }
      }
      add(
        Cell(.string(registers: 5), "string", "\"SAC305-ABC\"", .text("SAC305-ABC")),
        .abcd,
        at: address
      )
    }

    private mutating func add(_ cell: Cell, _ order: RegisterOrder, at address: Int) {
      json.append(
        """
        {"address": \(address), "type": "\(cell.typeName)", "order": "\(order.rawValue)", \
        "value": \(cell.json)}
        """
      )
      signals.append(
        ModbusSignal(
          signal: Signal(name: "s\(signals.count)"),
          location: ModbusLocation(
            table: .holding,
            address: UInt16(address),
            count: cell.type.registerCount
          ),
          decoding: ModbusSignal.Decoding(type: cell.type, order: order, scaling: cell.scaling)
        )
      )
      expected.append(cell.expected)
    }
  }

  private static func profile(_ signals: [ModbusSignal], maximumGap: Int = 0) -> DeviceProfile {
    DeviceProfile(
      name: "matrix",
      title: "Matrix",
      kind: .other,
      source: .generic,
      access: .modbus(
        ModbusAccess(
          groups: [
            ModbusScanGroup(
              name: "all",
              period: .seconds(1),
              limits: ReadLimits(maximumGap: maximumGap),
              signals: signals
            )
          ]
        )
      ),
      caveats: [],
      hash: .sha256([]),
      text: ""
    )
  }

  private static func group(
    _ signals: [ModbusSignal],
    unit: UInt8 = 1
  ) throws -> ScanGroup {
    try #require(
      ScanGroup.groups(
        of: profile(signals),
        device: DeviceID(checked: "d"),
        unit: UnitID(unit)
      ).first
    )
  }

  private static func peer(_ arguments: String..., folder: TemporaryFolder) throws -> PeerProcess {
    let file = try folder.write("[\(Matrix().json.joined(separator: ","))]", to: "matrix.json")
    return try PeerProcess(
      Repository.python.path,
      [Repository.root.appending(path: "Tests/Peers/register_matrix.py").path] + arguments
        + [file]
    )
  }

  private func read(_ group: ScanGroup, over bus: any Bus) async -> [Reading] {
    let outcomes = await bus.exchange(group.requests)
    return group.scan(from: outcomes, finished: .zero).readings
  }

  private func checkMatrix(over bus: any Bus) async throws {
    let matrix = Matrix()
    let group = try Self.group(matrix.signals)
    let silent = try Self.group(Array(matrix.signals.prefix(3)), unit: 9)
    let unmapped = try Self.group([Self.signal(at: 50_000)])
    let late = try Self.group([Self.signal(at: 60_000)])
    for round in 1...2 {
      #expect(await read(group, over: bus) == matrix.expected.map { Reading($0) }, "\(round)")
      #expect(await read(unmapped, over: bus) == [Reading(.exception(2))], "\(round)")
      #expect(await read(silent, over: bus).allSatisfy { $0.value == nil }, "\(round)")
      #expect(await read(group, over: bus) == matrix.expected.map { Reading($0) }, "\(round)")
      #expect(await read(late, over: bus) == [Reading(.timeout)], "\(round)")
    }
    await bus.close()
  }

  private static func signal(at address: UInt16) -> ModbusSignal {
    ModbusSignal(
      signal: Signal(name: "s"),
      location: ModbusLocation(table: .holding, address: address, count: 1),
      decoding: ModbusSignal.Decoding(type: .uint16)
    )
  }

  @Test("Over TCP every type, order and scale arrives exactly, between exceptions and silence")
  func tcp() async throws {
    let folder = try TemporaryFolder()
    let peer = try Self.peer("tcp", "0", folder: folder)
    let ready = try await peer.line { $0.hasPrefix("ready") }
    let port = try #require(ready.split(separator: " ").last.flatMap { Int($0) })
    let bus = makeBus(
      .tcp(Endpoint(host: "127.0.0.1", port: port)),
      timeout: .milliseconds(1_500),
      maximumInFlight: 1,
      firstTransaction: 7,
      time: SystemTime()
    )
    try await checkMatrix(over: bus)
  }

  @Test("Over RTU every type, order and scale arrives exactly, between exceptions and silence")
  func rtu() async throws {
    let line = try await PtyPair()
    let folder = try TemporaryFolder()
    let peer = try Self.peer("rtu", line.left, folder: folder)
    _ = try await peer.line { $0.hasPrefix("ready") }
    let bus = makeBus(
      .rtu(SerialLine(port: line.right, parity: .none)),
      timeout: .milliseconds(1_500),
      maximumInFlight: 1,
      firstTransaction: 7,
      time: SystemTime()
    )
    try await checkMatrix(over: bus)
  }
}
