import Profiles
import Telemetry
import Testing

@Suite("Bus plan")
struct BusPlanTests {
  private static let line = SerialLine(port: "", baud: 9_600)

  /// A group of neighbouring holding registers.
  private static func group(
    _ name: String,
    every period: Duration,
    registers: Int,
    pause: Duration = .zero
  ) -> ModbusScanGroup {
    ModbusScanGroup(
      name: name,
      period: period,
      limits: ReadLimits(pause: pause),
      signals: (0..<registers).map {
        ModbusSignal(
          signal: Signal(name: "\(name)\($0)"),
          location: ModbusLocation(table: .holding, address: UInt16($0), count: 1),
          decoding: ModbusSignal.Decoding(type: .uint16)
        )
      }
    )
  }

  private static func device(_ name: String, _ access: DeviceProfile.Access) -> BusPlan.Device {
    BusPlan.Device(
      name: name,
      profile: DeviceProfile(
        name: name,
        title: name,
        kind: .other,
        source: .generic,
        access: access,
        caveats: [],
        hash: .sha256([]),
        text: ""
      )
    )
  }

  private static func modbus(
    _ groups: [ModbusScanGroup],
    inFlight: Int = 1,
    name: String = "a"
  ) -> BusPlan.Device {
    device(name, .modbus(ModbusAccess(requestsInFlight: inFlight, groups: groups)))
  }

  private static func instrument(
    _ framing: SerialFraming,
    request: String = "O2?\r\n",
    example: String? = "O2 512.4 ppm"
  ) -> BusPlan.Device {
    let group = SerialScanGroup(
      name: "oxygen",
      period: .seconds(2),
      request: Array(request.utf8),
      timeout: .seconds(1),
      pattern: "(?<x>.*)",
      example: example,
      fields: [SerialField(signal: Signal(name: "x"), capture: "x", kind: .text)]
    )
    return device("i", .serial(SerialAccess(framing: framing, groups: [group])))
  }

  private static func rtu(_ devices: [BusPlan.Device], turnaround: Duration = .zero) throws
    -> BusPlan
  {
    try BusPlan(devices, timing: .rtu(line, turnaround: turnaround))
  }

  private func isNear(_ duration: Duration, milliseconds: Double) -> Bool {
    abs(duration / .milliseconds(1) - milliseconds) < 0.001
  }

  @Test("The load is the sum of each scan's time over its period, over all devices")
  func load() throws {
    let plan = try Self.rtu([
      Self.modbus([Self.group("x", every: .seconds(1), registers: 10)]),
      Self.modbus([Self.group("y", every: .milliseconds(500), registers: 1)], name: "b"),
    ])
    // 8 + 25 + 7 and 8 + 7 + 7 characters of 11 bits at 9600 bit/s.
    #expect(isNear(plan.time(of: plan.scans[0]), milliseconds: 45.833))
    #expect(isNear(plan.time(of: plan.scans[1]), milliseconds: 25.208))
    #expect(abs(plan.load - (0.045_833 + 0.050_417)) < 0.000_01)
    #expect(plan.fits && !plan.isTight)
    #expect(isNear(plan.wait(of: 1), milliseconds: 45.833))
  }

  @Test("A scan takes the pause and the turnaround once for each of its requests")
  func rests() throws {
    let group = Self.group("x", every: .seconds(1), registers: 200, pause: .milliseconds(20))
    let plan = try Self.rtu([Self.modbus([group])], turnaround: .milliseconds(5))
    #expect(plan.scans[0].requests.map(\.length.reply) == [255, 155])
    // 8 + 255 + 3.5 and 8 + 155 + 3.5 characters, twice 25 ms.
    #expect(isNear(plan.time(of: plan.scans[0]), milliseconds: 546.146))
  }

  @Test("The longest other scan and the sum of all others are what a scan may wait for")
  func waits() throws {
    let plan = try Self.rtu([
      Self.modbus([
        Self.group("x", every: .seconds(1), registers: 10),
        Self.group("y", every: .seconds(1), registers: 1),
        Self.group("z", every: .seconds(1), registers: 1),
      ])
    ])
    #expect(isNear(plan.wait(of: 0), milliseconds: 25.208))
    #expect(isNear(plan.waitBehindAll(of: 0), milliseconds: 50.417))
    #expect(isNear(plan.wait(of: 2), milliseconds: 45.833))
  }

  @Test("On TCP requests in flight share a round trip, as many as the most timid device takes")
  func tcp() throws {
    let group = Self.group("x", every: .seconds(1), registers: 500)
    let timing = BusTiming.tcp(roundTrip: .milliseconds(3))
    func time(_ devices: BusPlan.Device...) throws -> Duration {
      let plan = try BusPlan(devices, timing: timing)
      return plan.time(of: plan.scans[0])
    }
    #expect(try time(Self.modbus([group])) == .milliseconds(12))
    #expect(try time(Self.modbus([group], inFlight: 3)) == .milliseconds(6))
    let timid = Self.modbus([group], inFlight: 2, name: "b")
    #expect(try time(Self.modbus([group], inFlight: 8), timid) == .milliseconds(6))
    let resting = Self.group("x", every: .seconds(1), registers: 500, pause: .milliseconds(1))
    #expect(try time(Self.modbus([resting], inFlight: 4)) == .milliseconds(16))
  }

  @Test("An instrument's answer is as long as its frame, its example, or what is assumed")
  func instruments() throws {
    let timing = BusTiming.serial(
      SerialLine(port: "", baud: 9_600, parity: .none),
      turnaround: .milliseconds(5)
    )
    let lines = SerialFraming(shape: .line(terminator: [13, 10]))
    let plan = try BusPlan([Self.instrument(lines)], timing: timing)
    #expect(plan.scans[0].requests[0].length == ExchangeLength(request: 5, reply: 14))
    // 19 characters of 10 bits at 9600 bit/s, and the turnaround.
    #expect(isNear(plan.time(of: plan.scans[0]), milliseconds: 24.792))

    let fixed = SerialFraming(shape: .fixed(length: 9))
    let short = try BusPlan([Self.instrument(fixed)], timing: timing)
    #expect(short.scans[0].requests[0].length.reply == 9)

    let unknown = try BusPlan([Self.instrument(lines, example: nil)], timing: timing)
    #expect(unknown.scans[0].requests[0].isAssumed)
    #expect(unknown.scans[0].requests[0].length.reply == PlannedRequest.assumedAnswerLength)

    let listener = try BusPlan([Self.instrument(lines, request: "")], timing: timing)
    #expect(listener.scans[0].isListening)
    #expect(isNear(listener.time(of: listener.scans[0]), milliseconds: 14.583))
  }

  @Test("A scan that is longer than its period does not fit, and neither do too many")
  func overload() throws {
    let alone = try Self.rtu([
      Self.modbus([Self.group("x", every: .milliseconds(45), registers: 10)])
    ])
    #expect(alone.problems == [.tooLong(scan: 0), .overloaded])
    let together = try Self.rtu([
      Self.modbus((0..<3).map { Self.group("x\($0)", every: .milliseconds(130), registers: 10) })
    ])
    #expect(together.problems == [.overloaded])
    #expect(!together.fits && !together.isTight)
  }

  @Test("From 70 % on it fits, but is tight")
  func tight() throws {
    func plan(_ milliseconds: Int) throws -> BusPlan {
      try Self.rtu([
        Self.modbus([Self.group("x", every: .milliseconds(milliseconds), registers: 10)])
      ])
    }
    // 45.83 ms of 65 are 70.5 %, of 66 they are 69.4 %.
    #expect(try plan(65).isTight && plan(65).fits)
    #expect(try !plan(66).isTight)
  }

  @Test("A scan that waits longer than its period for another one is found, though there is time")
  func behind() throws {
    let plan = try Self.rtu([
      Self.modbus([
        Self.group("slow", every: .seconds(60), registers: 500),
        Self.group("quick", every: .milliseconds(300), registers: 1),
      ])
    ])
    #expect(plan.load < BusPlan.tightLoad)
    #expect(plan.problems == [.behind(scan: 1, other: 0)])
    #expect(plan.withLongerPeriods.fits)
    #expect(plan.withLongerPeriods.scans[0].period == .seconds(60))
  }

  @Test(
    "Both remedies fit, with room to spare",
    arguments: [[45, 45, 45], [30, 1_000, 5_000], [100, 90, 110], [20, 20, 20]]
  )
  func remedies(periods: [Int]) throws {
    let plan = try Self.rtu([
      Self.modbus(
        periods.enumerated().map {
          Self.group("x\($0)", every: .milliseconds($1), registers: 10)
        }
      )
    ])
    #expect(!plan.fits)
    let longer = plan.withLongerPeriods
    #expect(longer.fits && longer.load <= BusPlan.tightLoad + 0.000_1, "\(longer.load)")
    for (old, new) in zip(plan.scans, longer.scans) { #expect(new.period >= old.period) }
    let faster = try #require(plan.atFittingBaud)
    #expect(faster.fits)
    #expect(try #require(faster.timing.line).baud > Self.line.baud)
  }

  @Test("At another speed a device is asked in the way that is cheapest there")
  func replanned() throws {
    let group = ModbusScanGroup(
      name: "x",
      period: .milliseconds(70),
      limits: ReadLimits(maximumGap: 60),
      signals: [0, 41].map {
        ModbusSignal(
          signal: Signal(name: "s\($0)"),
          location: ModbusLocation(table: .holding, address: $0, count: 1),
          decoding: ModbusSignal.Decoding(type: .uint16)
        )
      }
    )
    let devices = [Self.modbus([group])]
    let slow = try Self.rtu(devices, turnaround: .milliseconds(5))
    #expect(slow.scans[0].requests.count == 2)
    let faster = try #require(slow.withLongerPeriods.atFittingBaud)
    #expect(faster.scans[0].period == slow.withLongerPeriods.scans[0].period)
    let fast = try BusPlan(devices, timing: slow.timing.with(baud: 115_200))
    #expect(fast.scans[0].requests.map(\.readAlongCount) == [40])
    // A slow device makes its requests dear, but not another plan than the agent's.
    let lazy = try Self.rtu(devices, turnaround: .milliseconds(500))
    #expect(lazy.scans == slow.scans)
  }

  @Test("A profile is planned only on a bus that it can be read over")
  func carriers() {
    let modbus = Self.modbus([Self.group("x", every: .seconds(1), registers: 1)])
    let instrument = Self.instrument(SerialFraming(shape: .fixed(length: 9)))
    let serial = BusTiming.serial(Self.line, turnaround: .zero)
    #expect(throws: BusPlanError.modbusOnSerial("a")) { try BusPlan([modbus], timing: serial) }
    #expect(throws: BusPlanError.serialOnModbus("i")) {
      try BusPlan([instrument], timing: .tcp(roundTrip: .milliseconds(1)))
    }
    #expect(throws: BusPlanError.severalInstruments(["i", "i"])) {
      try BusPlan([instrument, instrument], timing: serial)
    }
  }

  @Test("Addresses are written as manuals do that count from 1 with the table in front")
  func references() {
    #expect(ModbusTable.holding.references(to: 0...9) == "40001-40010")
    #expect(ModbusTable.input.references(to: 7...7) == "30008")
    #expect(ModbusTable.coil.references(to: 0...0) == "00001")
    #expect(ModbusTable.discrete.references(to: 9_998...9_998) == "19999")
    #expect(ModbusTable.holding.references(to: 9_998...9_999) == "409999-410000")
    #expect(ModbusTable.holding.references(to: 65_535...65_535) == "465536")
  }
}
