import Profiles
import Telemetry
import TestSupport
import Testing

@testable import Acquisition

@Suite("Which frames are recorded")
struct ReportRuleTests {
  private static func group(heartbeat: Duration?, deadbands: [Double?]) throws -> ScanGroup {
    let signals = deadbands.enumerated().map { index, deadband in
      ModbusSignal(
        signal: Signal(name: "s\(index)", deadband: deadband),
        location: ModbusLocation(table: .holding, address: UInt16(index), count: 1),
        decoding: ModbusSignal.Decoding(type: .uint16)
      )
    }
    let group = ModbusScanGroup(
      name: "g",
      period: .seconds(1),
      rules: FrameRules(heartbeat: heartbeat),
      signals: signals
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
      ScanGroup.groups(of: profile, device: DeviceID("d"), unit: UnitID(1)).first
    )
  }

  private static func frame(_ readings: [Reading], _ bindings: [Bound] = [nil]) -> Frame {
    Frame(
      at: Instant(microseconds: 0),
      spanMicroseconds: 0,
      layout: 3,
      bindings: bindings,
      readings: readings
    )
  }

  private func rule(_ deadbands: Double?...) throws -> ReportRule {
    try #require(ReportRule(Self.group(heartbeat: .seconds(60), deadbands: deadbands)))
  }

  @Test("Without a heartbeat every frame is recorded")
  func off() throws {
    let group = try Self.group(heartbeat: nil, deadbands: [1])
    #expect(ReportRule(group) == nil)
    #expect(group.descriptions.map(\.deadband) == [nil])
    let on = try Self.group(heartbeat: .seconds(60), deadbands: [1, nil])
    #expect(on.descriptions.map(\.deadband) == [1, nil])
  }

  @Test("Equal frames are left out until the heartbeat, and the next one counts them")
  func heartbeat() throws {
    var rule = try rule(nil)
    let frame = Self.frame([Reading(.integer(7))])
    #expect(rule.take(frame, at: .seconds(0)) == frame)
    for second in 1..<60 { #expect(rule.take(frame, at: .seconds(second)) == nil) }
    #expect(rule.take(frame, at: .seconds(60)) == frame.with(skipped: 59))
    #expect(rule.take(frame, at: .seconds(61)) == nil)
    #expect(rule.take(frame, at: .seconds(120)) == frame.with(skipped: 1))
  }

  @Test("A number is news beyond its deadband from the recorded one, not from the one before")
  func deadband() throws {
    var rule = try rule(0.5)
    func take(_ value: Double, _ second: Int) -> Int? {
      rule.take(Self.frame([Reading(.real(value))]), at: .seconds(second))?.skipped
    }
    #expect(take(10, 0) == 0)
    #expect(take(10.5, 1) == nil)
    #expect(take(9.5, 2) == nil)
    #expect(take(10.75, 3) == 2)
    #expect(take(10.25, 4) == nil)
    #expect(take(10, 5) == 1)
  }

  @Test("A quality, a cause, a flag, a text and a lot are news")
  func news() throws {
    var rule = try rule(5)
    let steps: [(Reading, [Bound])] = [
      (Reading(.integer(1)), [nil]), (Reading(.timeout), [nil]),
      (Reading(.frozen, evidence: .integer(1)), [nil]), (Reading(.integer(1)), [nil]),
      (Reading(.flag(true)), [nil]), (Reading(.flag(false)), [nil]), (Reading(.text("a")), [nil]),
      (Reading(.text("b")), [nil]), (Reading(.integer(1)), [nil]), (Reading(.integer(1)), [4]),
      (Reading(.integer(2)), [9]),
    ]
    for (index, step) in steps.enumerated() {
      let frame = Self.frame([step.0], step.1)
      #expect(
        rule.take(frame, at: .milliseconds(index * 2)) == frame.with(skipped: index > 0 ? 1 : 0)
      )
      #expect(rule.take(frame, at: .milliseconds(index * 2 + 1)) == nil)
    }
  }

  @Test("What was left out last is given once, so that the record ends with what was read last")
  func pending() throws {
    var rule = try rule(2)
    #expect(rule.takePending() == nil)
    _ = rule.take(Self.frame([Reading(.integer(7))]), at: .seconds(0))
    #expect(rule.takePending() == nil)
    for second in 1...3 {
      _ = rule.take(Self.frame([Reading(.integer(Int64(7 + second % 2)))]), at: .seconds(second))
    }
    #expect(rule.takePending() == Self.frame([Reading(.integer(8))]).with(skipped: 2))
    #expect(rule.takePending() == nil)
    #expect(rule.take(Self.frame([Reading(.integer(10))]), at: .seconds(4)) == nil)
  }

  @Test("A frame that the journal did not take is followed by one that it may take")
  func lost() throws {
    var rule = try rule(nil)
    let frame = Self.frame([Reading(.integer(7))])
    _ = rule.take(frame, at: .seconds(0))
    _ = rule.take(frame, at: .seconds(1))
    let news = rule.take(Self.frame([Reading(.integer(8))]), at: .seconds(2))
    rule.lose(try #require(news))
    #expect(rule.take(frame, at: .seconds(3)) == frame.with(skipped: 1))
  }

  @Test(
    "From the record and its layout every value that was left out is known to within its deadband",
    arguments: 1...40 as ClosedRange<UInt64>
  )
  func bounds(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let heartbeat = Duration.seconds(Int.random(in: 5...60, using: &random))
    let deadbands: [Double?] = (0..<Int.random(in: 1...5, using: &random)).map { _ in
      Bool.random(using: &random) ? Double(Int.random(in: 1...20, using: &random)) / 10 : nil
    }
    let group = try Self.group(heartbeat: heartbeat, deadbands: deadbands)
    var rule = try #require(ReportRule(group))
    var device = RandomDevice(count: deadbands.count)
    var scans: [(frame: Frame, uptime: Duration)] = []
    var recorded: [(frame: Frame, scan: Int)] = []
    var uptime = Duration.zero
    for index in 0..<3_000 {
      let frame = device.next(using: &random)
      scans.append((frame, uptime))
      if let frame = rule.take(frame, at: uptime) { recorded.append((frame, index)) }
      uptime += .milliseconds(Int.random(in: 900...1_100, using: &random))
    }
    if let frame = rule.takePending() { recorded.append((frame, scans.count - 1)) }
    // Every scan is recorded or counted, at the place where it was.
    #expect(recorded.count + recorded.map(\.frame.skipped).reduce(0, +) == scans.count)
    for (before, after) in zip(recorded, recorded.dropFirst()) {
      #expect(after.scan - before.scan == after.frame.skipped + 1)
      let silence = scans[after.scan].uptime - scans[before.scan].uptime
      #expect(silence <= heartbeat + .milliseconds(1_100))
      for scan in scans[before.scan..<after.scan] {
        #expect(scan.frame.bindings == before.frame.bindings)
        for (index, description) in group.descriptions.enumerated() {
          let (known, read) = (before.frame.readings[index], scan.frame.readings[index])
          #expect(known.quality == read.quality)
          guard let limit = description.deadband, let left = known.value?.number,
            let right = read.value?.number
          else {
            #expect(known == read)
            continue
          }
          #expect(abs(left - right) <= limit)
        }
      }
    }
    #expect(recorded.count < scans.count)
  }
}

/// Readings that mostly stay, drift a little, and now and then change altogether.
private struct RandomDevice {
  private var readings: [Reading]
  private var binding: Int?

  init(count: Int) { readings = Array(repeating: Reading(.real(20)), count: count) }

  mutating func next(using random: inout SeededGenerator) -> Frame {
    for index in readings.indices where Int.random(in: 0..<6, using: &random) == 0 {
      let number = readings[index].value?.number ?? 20
      let moved = number + Double(Int.random(in: -10...10, using: &random)) / 20
      switch Int.random(in: 0..<30, using: &random) {
      case 0: readings[index] = Reading(.timeout)
      case 1: readings[index] = Reading(.outOfRange, evidence: .real(moved))
      case 2: readings[index] = Reading(.text("state \(Int(moved))"))
      case 3: readings[index] = Reading(.flag(moved > 20))
      default:
        if readings[index].quality.isGood { readings[index] = Reading(.real(moved)) }
        if Int.random(in: 0..<8, using: &random) == 0 { readings[index] = Reading(.real(moved)) }
      }
    }
    if Int.random(in: 0..<200, using: &random) == 0 {
      binding = Bool.random(using: &random) ? Int.random(in: 1...9, using: &random) : nil
    }
    return Frame(
      at: Instant(microseconds: 0),
      spanMicroseconds: 0,
      layout: 3,
      bindings: [Bound(binding)],
      readings: readings
    )
  }
}
