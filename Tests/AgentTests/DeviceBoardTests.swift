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

  @Test("A device of which one group is not scanned any more is lost when the poller says so")
  func givenUp() throws {
    let group = try Self.group()
    let other = try Self.group("slow")
    let id = group.id.device
    var board = Self.board(group, other)
    let good = other.scan(from: [
      BusOutcome(
        result: .success(.registers([1])),
        sent: Moment(wall: Instant(microseconds: 0), uptime: .zero),
        elapsed: .zero
      )
    ])
    #expect(board.take(good) == nil)
    for second in 1...3 {
      let scan = group.scan(
        refused: Self.timeout,
        at: Instant(microseconds: Int64(second) * 1_000_000),
        uptime: .seconds(second)
      )
      #expect(board.take(scan) == nil)
    }
    let part = SilentDevice(device: id, interval: .seconds(9), isWhole: false)
    #expect(board.take(part) == nil)
    let whole = SilentDevice(device: id, interval: .seconds(9), isWhole: true)
    #expect(board.take(whole) == .lost(id, detail: "no answer"))
    #expect(board.take(whole) == nil)
    let silent = try #require(board.statuses(at: .seconds(4)).first?.silent)
    #expect(silent.since == Instant(microseconds: 1_000_000))
    #expect(silent.askedEveryMilliseconds == 9_000)
    #expect(board.take(good) == .recovered(id, after: .seconds(-1)))
  }

  @Test("A signal that the device does not have is shown with its address")
  func refused() throws {
    let group = try Self.group()
    var board = Self.board(group)
    let refusal = BusFailure(.exception(2), "refused")
    let outcome = BusOutcome(
      result: .failure(refusal),
      sent: Moment(wall: Instant(microseconds: 0), uptime: .zero),
      elapsed: .zero
    )
    _ = board.take(group.scan(from: [outcome]))
    func meaning() -> String? { board.statuses(at: .zero).first?.signals.first?.meaning }
    #expect(meaning() == Cause.exception(2).sentence)
    let signals = group.refusals([0: 2])
    board.take(SignalsChange(.refused, group: group.id, signals: signals, uptime: .zero))
    #expect(
      meaning()
        == "The device has no holding 0 (function 3, exception 2). Check the profile's addresses."
    )
    board.take(SignalsChange(.answered, group: group.id, signals: signals, uptime: .zero))
    #expect(meaning() == Cause.exception(2).sentence)
  }

  static func group(_ name: String = "g") throws -> ScanGroup {
    try #require(
      ScanGroup.groups(of: profile(name), device: DeviceID(checked: "d"), unit: UnitID(1)).first
    )
  }

  static func board(_ groups: ScanGroup...) -> DeviceBoard {
    DeviceBoard(devices: [
      DeviceBoard.Device(
        id: groups[0].id.device,
        profile: profile("g"),
        stations: [],
        groups: groups
      )
    ])
  }

  private static func profile(_ group: String) -> DeviceProfile {
    DeviceProfile(
      name: "p",
      title: "P",
      kind: .other,
      source: .generic,
      access: .modbus(
        ModbusAccess(groups: [
          ModbusScanGroup(
            name: group,
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
  }

  private func scan(_ group: ScanGroup, _ failure: BusFailure) -> Scan {
    group.scan(refused: failure, at: Instant(microseconds: 0), uptime: .zero)
  }
}
