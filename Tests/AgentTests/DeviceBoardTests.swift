import Acquisition
import Fieldbus
import Profiles
import StationAPI
import Telemetry
import Testing

@testable import Agent

@Suite("Device board")
struct DeviceBoardTests {
  private static let timeout = BusFailure(.timeout, "no answer")
  private static let other = BusFailure(.wrongDevice, "its vendor is X")

  @Test("A wrong device is lost, with what it answered, and shown so")
  func wrong() throws {
    let group = try Self.group()
    var board = Self.board(group)
    let id = group.id.device
    #expect(board.take(scan(group, Self.other)) == .lost(id, detail: Self.other.detail))
    #expect(board.take(scan(group, Self.other)) == nil)
    let status = try #require(board.statuses(at: .seconds(1)).first)
    #expect(status.silent?.detail == Self.other.detail)
    #expect(status.signals.map(\.quality) == ["wrong_device"])
    #expect(status.signals.allSatisfy { $0.value == nil })
  }

  @Test("A silent device in whose place another one answers is lost once more, and the other way")
  func replaced() throws {
    let group = try Self.group()
    var board = Self.board(group)
    let id = group.id.device
    #expect(board.take(scan(group, Self.timeout)) == .lost(id, detail: "no answer"))
    #expect(board.take(scan(group, Self.other)) == .lost(id, detail: "its vendor is X"))
    #expect(board.take(scan(group, Self.timeout)) == .lost(id, detail: "no answer"))
    #expect(board.take(scan(group, Self.timeout)) == nil)
  }

  static func group() throws -> ScanGroup {
    try #require(
      ScanGroup.groups(of: profile, device: DeviceID(checked: "d"), unit: UnitID(1)).first
    )
  }

  static func board(_ group: ScanGroup) -> DeviceBoard {
    DeviceBoard(devices: [
      DeviceBoard.Device(id: group.id.device, profile: profile, stations: [], groups: [group])
    ])
  }

  private static let profile = DeviceProfile(
    name: "p",
    title: "P",
    kind: .other,
    source: .generic,
    access: .modbus(
      ModbusAccess(groups: [
        ModbusScanGroup(
          name: "g",
          period: .seconds(1),
          signals: [
            ModbusSignal(
              signal: Signal(name: "a"),
              location: ModbusLocation(table: .holding, address: 0, count: 1),
              decoding: ModbusSignal.Decoding(type: .uint16)
            )
          ]
        )
      ])
    ),
    caveats: [],
    hash: .sha256([]),
    text: ""
  )

  private func scan(_ group: ScanGroup, _ failure: BusFailure) -> Scan {
    group.scan(refused: failure, at: Instant(microseconds: 0), uptime: .zero)
  }
}
