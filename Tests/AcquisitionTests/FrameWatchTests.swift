import Profiles
import Telemetry
import TestSupport
import Testing

@testable import Acquisition

/// A device with two scan groups, and clocks that the test moves.
private struct WatchedDevice {
  let groups: [ScanGroup]
  var watch: FrameWatch
  let time = ManualTime()

  init(movesWithin: Duration? = nil, restart: RestartRule? = nil) throws {
    func signal(_ name: String, _ address: UInt16) -> ModbusSignal {
      ModbusSignal(
        signal: Signal(name: name),
        location: ModbusLocation(table: .holding, address: address, count: 1),
        decoding: ModbusSignal.Decoding(type: .uint16)
      )
    }
    let profile = DeviceProfile(
      name: "oven",
      title: "Oven",
      kind: .other,
      source: .generic,
      access: .modbus(
        ModbusAccess(groups: [
          ModbusScanGroup(
            name: "zones",
            period: .seconds(1),
            rules: FrameRules(movesWithin: movesWithin),
            signals: [signal("zone1", 0), signal("zone2", 1)]
          ),
          ModbusScanGroup(name: "service", period: .seconds(5), signals: [signal("run_time", 9)]),
        ])
      ),
      restart: restart,
      caveats: [],
      hash: .sha256([]),
      text: ""
    )
    groups = try ScanGroup.groups(of: profile, device: DeviceID("oven-1"), unit: UnitID(1))
    watch = try #require(FrameWatch(groups, restart: restart))
  }

  /// Time passes, and a group is scanned.
  mutating func take(
    in group: Int = 0,
    after duration: Duration = .seconds(1),
    _ readings: [Reading]
  ) -> (scan: Scan, changes: [FrameWatch.Change]) {
    time.advance(by: duration)
    return watch.take(
      Scan(
        group: groups[group].id,
        at: time.now(),
        span: .zero,
        uptime: time.uptime(),
        readings: readings,
        silence: nil
      )
    )
  }

  /// Whole numbers, all good.
  mutating func take(
    in group: Int = 0,
    after duration: Duration = .seconds(1),
    _ values: Int64...
  ) -> (scan: Scan, changes: [FrameWatch.Change]) {
    take(in: group, after: duration, values.map { Reading(.integer($0)) })
  }
}

@Suite("A frozen device")
struct FrozenDeviceTests {
  @Test("A group that says the same for longer than moves_within is bad until something moves")
  func frozen() throws {
    var device = try WatchedDevice(movesWithin: .seconds(3))
    let id = device.groups[0].id
    for _ in 0..<4 {
      let (scan, changes) = device.take(180, 190)
      #expect(scan.readings == [Reading(.integer(180)), Reading(.integer(190))])
      #expect(changes.isEmpty)
    }
    let (frozen, begins) = device.take(180, 190)
    #expect(begins == [.frozen(id, after: .seconds(4))])
    #expect(
      frozen.readings == [
        Reading(.frozen, evidence: .integer(180)), Reading(.frozen, evidence: .integer(190)),
      ]
    )
    let (still, again) = device.take(180, 190)
    #expect(again.isEmpty && still.readings.allSatisfy { $0.quality == .bad(.frozen) })
    let (moving, ends) = device.take(180, 191)
    #expect(ends == [.moving(id, after: .seconds(6))])
    #expect(moving.isGood)
  }

  @Test("One signal that moves vouches for its whole group")
  func oneMoves() throws {
    var device = try WatchedDevice(movesWithin: .seconds(3))
    for value in 0..<60 {
      let (scan, changes) = device.take(180, Int64(value))
      #expect(changes.isEmpty && scan.isGood)
    }
  }

  @Test("A value out of range that moves shows that the device lives")
  func outOfRange() throws {
    var device = try WatchedDevice(movesWithin: .seconds(3))
    for value in 0..<20 {
      let evidence = Reading(.outOfRange, evidence: .integer(Int64(900 + value)))
      #expect(device.take([Reading(.integer(180)), evidence]).changes.isEmpty)
    }
  }

  @Test("A reading that is bad already keeps its cause")
  func badStays() throws {
    var device = try WatchedDevice(movesWithin: .seconds(3))
    let readings = [Reading(.integer(180)), Reading(.exception(2))]
    for _ in 0..<4 { _ = device.take(readings) }
    let (scan, changes) = device.take(readings)
    #expect(changes.count == 1)
    #expect(scan.readings == [Reading(.frozen, evidence: .integer(180)), Reading(.exception(2))])
  }

  @Test("A lost answer is no movement, and the time in which nothing was heard does not count")
  func silence() throws {
    var device = try WatchedDevice(movesWithin: .seconds(3))
    let timeout = [Reading(.timeout), Reading(.timeout)]
    for _ in 0..<3 { #expect(device.take(180, 190).changes.isEmpty) }
    #expect(device.take(after: .seconds(3_600), timeout).scan.readings == timeout)
    #expect(device.take(180, 190).changes.isEmpty)
    #expect(device.take(180, 190).changes.isEmpty)
    #expect(device.take(180, 190).changes == [.frozen(device.groups[0].id, after: .seconds(4))])
  }

  @Test("Half a frame that is lost now and then hides no frozen device")
  func halfLost() throws {
    var device = try WatchedDevice(movesWithin: .seconds(3))
    var changes: [FrameWatch.Change] = []
    for index in 0..<10 {
      let second = index % 2 == 0 ? Reading(.timeout) : Reading(.integer(190))
      changes += device.take([Reading(.integer(180)), second]).changes
    }
    #expect(changes == [.frozen(device.groups[0].id, after: .seconds(4))])
  }

  @Test("Groups without moves_within may rest for ever")
  func otherGroup() throws {
    var device = try WatchedDevice(movesWithin: .seconds(3))
    for _ in 0..<100 { #expect(device.take(in: 1, 7).scan.readings == [Reading(.integer(7))]) }
  }
}

@Suite("A device that restarted")
struct RestartedDeviceTests {
  private static let rule = RestartRule(signal: "run_time", settle: .seconds(30))

  @Test("When the signal falls, all groups are bad until settle has passed")
  func settling() throws {
    var device = try WatchedDevice(restart: Self.rule)
    #expect(device.take(in: 1, 1_000).changes.isEmpty)
    #expect(device.take(in: 1, 1_005).changes.isEmpty)
    #expect(device.take(180, 190).scan.isGood)
    let (scan, changes) = device.take(in: 1, 2)
    #expect(
      changes == [
        .restarted(
          device.groups[1].id.device,
          signal: "run_time",
          from: .integer(1_005),
          to: .integer(2),
          settle: .seconds(30)
        )
      ]
    )
    #expect(scan.readings == [Reading(.restarted, evidence: .integer(2))])
    let (other, none) = device.take(after: .seconds(29), 20, 21)
    #expect(none.isEmpty && other.readings.allSatisfy { $0.quality == .bad(.restarted) })
    #expect(device.take(20, 21).scan.isGood)
    #expect(device.take(in: 1, 33).scan.readings == [Reading(.integer(33))])
  }

  @Test("Without settle the scan that shows the restart is bad, and no other")
  func noSettle() throws {
    var device = try WatchedDevice(restart: RestartRule(signal: "run_time"))
    _ = device.take(in: 1, 1_000)
    #expect(device.take(in: 1, 2).scan.readings == [Reading(.restarted, evidence: .integer(2))])
    #expect(device.take(after: .zero, 180, 190).scan.isGood)
    #expect(device.take(in: 1, 3).scan.readings == [Reading(.integer(3))])
  }

  @Test("A restart shows after any silence, since the last good value is kept")
  func afterSilence() throws {
    var device = try WatchedDevice(restart: Self.rule)
    _ = device.take(in: 1, 1_000)
    for _ in 0..<10 { #expect(device.take(in: 1, [Reading(.timeout)]).changes.isEmpty) }
    #expect(device.take(in: 1, 3).changes.count == 1)
  }

  @Test("A value that stays, or rises by any amount, is no restart")
  func rises() throws {
    var device = try WatchedDevice(restart: Self.rule)
    for value: Int64 in [0, 0, 1, 500, 500, 60_000] {
      #expect(device.take(in: 1, value).changes.isEmpty)
    }
  }

  @Test("A second restart while the device settles begins the time anew")
  func twice() throws {
    var device = try WatchedDevice(restart: Self.rule)
    _ = device.take(in: 1, 1_000)
    #expect(device.take(in: 1, 1).changes.count == 1)
    #expect(device.take(in: 1, after: .seconds(20), 21).changes.isEmpty)
    #expect(device.take(in: 1, 0).changes.count == 1)
    let (scan, _) = device.take(after: .seconds(29), 20, 21)
    #expect(scan.readings.allSatisfy { $0.quality == .bad(.restarted) })
    #expect(device.take(20, 21).scan.isGood)
  }

  @Test("A bad reading of the signal says nothing, and keeps its cause")
  func bad() throws {
    var device = try WatchedDevice(restart: Self.rule)
    _ = device.take(in: 1, 1_000)
    let reading = Reading(.outOfRange, evidence: .integer(0))
    let (scan, changes) = device.take(in: 1, [reading])
    #expect(changes.isEmpty && scan.readings == [reading])
  }

  @Test("A counter that goes on at its pace past wraps_at has wrapped")
  func wraps() throws {
    let rule = RestartRule(signal: "run_time", settle: .seconds(30), wrapsAt: 65_536)
    var device = try WatchedDevice(restart: rule)
    _ = device.take(in: 1, 65_525)
    _ = device.take(in: 1, after: .seconds(5), 65_530)
    #expect(device.take(in: 1, after: .seconds(10), 4).changes.isEmpty)
  }

  @Test("A counter that falls otherwise has not wrapped, whatever wraps_at says")
  func doesNotWrap() throws {
    let rule = RestartRule(signal: "run_time", settle: .seconds(30), wrapsAt: 65_536)
    var far = try WatchedDevice(restart: rule)
    _ = far.take(in: 1, 1_000)
    _ = far.take(in: 1, 1_001)
    #expect(far.take(in: 1, 0).changes.count == 1)
    var fast = try WatchedDevice(restart: rule)
    _ = fast.take(in: 1, 65_500)
    _ = fast.take(in: 1, 65_501)
    #expect(fast.take(in: 1, 2).changes.count == 1)
    var unknownPace = try WatchedDevice(restart: rule)
    _ = unknownPace.take(in: 1, 65_535)
    #expect(unknownPace.take(in: 1, 0).changes.count == 1)
  }

  @Test("A device with nothing to watch is not watched")
  func nothing() throws {
    let device = try WatchedDevice(restart: Self.rule)
    #expect(FrameWatch(device.groups, restart: nil) == nil)
  }
}

extension Scan {
  fileprivate var isGood: Bool { readings.allSatisfy { $0.quality.isGood } }
}
