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

  private static func decimal(_ mantissa: Int64, _ places: Int) -> Scaling.Decimal {
    Scaling.Decimal(mantissa: mantissa, places: places)
  }

  /// Scales and what they make of a raw number, worked out by hand.
  private static let tenth = Scaling(scale: decimal(1, 1))
  private static let shifted = Scaling(scale: decimal(25, 3), offset: decimal(-40, 0))
  private static let negative = Scaling(scale: decimal(-2, 0), offset: decimal(1, 1))
  private static let rounded = Scaling(scale: decimal(1, 2), decimals: 1)
  private static let whole = Scaling(scale: decimal(1, 1), decimals: 0)

  /// One raw number of a type: as it is, and under every scale.
  private static func scaled(
    _ type: RegisterType,
    _ typeName: String,
    _ json: String,
    _ plain: Value,
    tenth: Double,
    shifted: Double,
    negative: Double,
    rounded: Double,
    whole: Double
  ) -> [Cell] {
    [
      Cell(type, typeName, json, plain),
      Cell(type, typeName, json, .real(tenth), scaling: Self.tenth),
      Cell(type, typeName, json, .real(shifted), scaling: Self.shifted),
      Cell(type, typeName, json, .real(negative), scaling: Self.negative),
      Cell(type, typeName, json, .real(rounded), scaling: Self.rounded),
      Cell(type, typeName, json, .real(whole), scaling: Self.whole),
    ]
  }

  /// Whole numbers that every number's type but bits can hold.
  private static let everywhere: [(RegisterType, String)] = [
    (.int16, "int16"), (.uint16, "uint16"), (.int32, "int32"), (.uint32, "uint32"),
    (.int64, "int64"), (.uint64, "uint64"), (.bcd16, "bcd16"), (.bcd32, "bcd32"), (.bcd64, "bcd64"),
  ]

  /// The same raw 1605 in every type: × 0.1, × 0.025 − 40, × −2 + 0.1, and rounded half away.
  private static let scaledCells =
    everywhere.flatMap { type, name in
      scaled(
        type,
        name,
        "1605",
        .integer(1_605),
        tenth: 160.5,
        shifted: 0.125,
        negative: -3_209.9,
        rounded: 16.1,
        whole: 161
      )
    }
    + [(RegisterType.float16, "float16"), (.float32, "float32")].flatMap { type, name in
      scaled(
        type,
        name,
        "1605.0",
        .single(1_605),
        tenth: 160.5,
        shifted: 0.125,
        negative: -3_209.9,
        rounded: 16.1,
        whole: 161
      )
    }
    + scaled(
      .float64,
      "float64",
      "1605.0",
      .real(1_605),
      tenth: 160.5,
      shifted: 0.125,
      negative: -3_209.9,
      rounded: 16.1,
      whole: 161
    )
    + scaled(
      .bits(4...14),
      "bits",
      "\(0x800F | 1_605 << 4)",
      .integer(1_605),
      tenth: 160.5,
      shifted: 0.125,
      negative: -3_209.9,
      rounded: 16.1,
      whole: 161
    )

  private static let edges = [
    Cell(.bool, "bool", "1", .flag(true)),
    Cell(.bool, "bool", "0", .flag(false)),
    Cell(.bit(3), "bit", "8", .flag(true)),
    Cell(.bit(4), "bit", "8", .flag(false)),
    Cell(.bit(15), "bit", "32768", .flag(true)),
    Cell(.bits(0...3), "bits", "43981", .integer(0xD)),
    Cell(.bits(8...15), "bits", "43981", .integer(0xAB)),
    Cell(.bits(0...15), "bits", "43981", .integer(0xABCD)),
    Cell(.int16, "int16", "-12345", .integer(-12_345)),
    Cell(.int16, "int16", "-1605", .real(-161), scaling: whole),
    Cell(.uint16, "uint16", "65535", .integer(65_535)),
    Cell(.int32, "int32", "-1234567890", .integer(-1_234_567_890)),
    Cell(.int32, "int32", "-2000000001", .real(-200_000_000.1), scaling: tenth),
    Cell(.uint32, "uint32", "4000000000", .integer(4_000_000_000)),
    Cell(.int64, "int64", "-1234567890123456789", .integer(-1_234_567_890_123_456_789)),
    Cell(.uint64, "uint64", "18000000000000000000", .unsigned(18_000_000_000_000_000_000)),
    Cell(.uint64, "uint64", "7", .integer(7)),
    Cell(.float16, "float16", "-0.1", .single(-0.1)),
    Cell(.float16, "float16", "65504.0", .single(65_504)),
    Cell(.float16, "float16", "0.1", .real(0.01), scaling: tenth),
    Cell(.float32, "float32", "183.2", .single(183.2)),
    Cell(.float32, "float32", "183.2", .real(18.32), scaling: tenth),
    Cell(.float32, "float32", "-1e-30", .single(-1e-30)),
    Cell(.float64, "float64", "0.1", .real(0.1)),
    Cell(.float64, "float64", "0.1", .real(0), scaling: whole),
    Cell(.float64, "float64", "-1.7976931348623157e308", .real(-.greatestFiniteMagnitude)),
    Cell(.bcd16, "bcd16", "9999", .integer(9_999)),
    Cell(.bcd32, "bcd32", "12345678", .integer(12_345_678)),
    Cell(.bcd64, "bcd64", "1234567890123456", .integer(1_234_567_890_123_456)),
    Cell(.bcd64, "bcd64", "9999999999999999", .integer(9_999_999_999_999_999)),
  ]

  private static let cells = edges + scaledCells

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
    return group.scan(from: outcomes).readings
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
