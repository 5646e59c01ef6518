import Telemetry
import TestSupport
import Testing

@testable import Profiles

@Suite("Read plan")
struct ReadPlanTests {
  private func signal(
    _ table: ModbusTable,
    _ address: UInt16,
    _ type: RegisterType = .uint16
  ) -> ModbusSignal {
    ModbusSignal(
      signal: Signal(name: "s\(address)"),
      location: ModbusLocation(table: table, address: address, count: type.registerCount),
      decoding: ModbusSignal.Decoding(type: type)
    )
  }

  private static func rtu(_ baud: Int, turnaround: Duration = .milliseconds(5)) -> BusTiming {
    .rtu(SerialLine(port: "", baud: baud), turnaround: turnaround)
  }

  private func plan(
    _ signals: [ModbusSignal],
    limits: ReadLimits = ReadLimits(),
    over timing: BusTiming = .assumedTCP,
    around findings: AddressFindings = AddressFindings()
  ) -> ReadPlan {
    let group = ModbusScanGroup(
      name: "g",
      period: .seconds(1),
      limits: limits,
      signals: signals
    )
    let access = ModbusAccess(groups: [group])
    return ReadPlan(group: group, access: access, over: timing, around: findings)
  }

  @Test("Registers that lie close are read in one request, those beyond the gap are not")
  func gaps() {
    let plan = plan([signal(.holding, 0), signal(.holding, 9), signal(.holding, 19)])
    #expect(plan.blocks.map(\.address) == [0, 19])
    #expect(plan.blocks.map(\.count) == [10, 1])
  }

  @Test("Each table is read by its own requests")
  func tables() {
    let plan = plan([signal(.input, 1), signal(.holding, 0), signal(.coil, 0, .bool)])
    #expect(plan.blocks.map(\.table) == [.coil, .holding, .input])
    #expect(plan.blocks.map { $0.parts[0].signal } == [2, 1, 0])
  }

  @Test("A signal at the device's limit begins a new request instead of being split")
  func limit() {
    let plan = plan(
      [signal(.holding, 0), signal(.holding, 1, .float64)],
      limits: ReadLimits(maximumRegisters: 4)
    )
    #expect(plan.blocks.map(\.address) == [0, 1])
    #expect(plan.blocks.map(\.count) == [1, 4])
  }

  @Test("A gap is read along when its addresses are signals of other groups, if only such may be")
  func unmapped() {
    func plan(_ limits: ReadLimits) -> [Int] {
      let group = ModbusScanGroup(
        name: "g",
        period: .seconds(1),
        limits: limits,
        signals: [signal(.holding, 0), signal(.holding, 3), signal(.holding, 6)]
      )
      // Of the second gap one address is another table's.
      let others = ModbusScanGroup(
        name: "others",
        period: .seconds(9),
        signals: [signal(.holding, 1, .uint32), signal(.holding, 4), signal(.input, 5)]
      )
      let access = ModbusAccess(groups: [group, others])
      return ReadPlan(group: group, access: access, over: .assumedTCP).blocks.map(\.count)
    }
    #expect(plan(ReadLimits()) == [7])
    #expect(plan(ReadLimits(readsUnmapped: false)) == [4, 1])
    #expect(plan(ReadLimits(maximumGap: 1, readsUnmapped: false)) == [1, 1, 1])
  }

  @Test("What is read along is counted, shared registers once")
  func readAlong() {
    let plan = plan([signal(.holding, 0, .uint32), signal(.holding, 1), signal(.holding, 5)])
    #expect(plan.blocks.map(\.count) == [6])
    #expect(plan.blocks.map(\.readAlongCount) == [3])
  }

  @Test("Bits are read up to 2000 at once, or as many as the device gives")
  func bits() {
    let signals = (0..<2_100).map { signal(.discrete, UInt16($0), .bool) }
    #expect(plan(signals).blocks.map(\.count) == [2_000, 100])
    let limited = plan(signals, limits: ReadLimits(maximumBits: 800))
    #expect(limited.blocks.map(\.count) == [800, 800, 500])
  }

  @Test("Without a largest gap, one that signals of the profile fill is read along at any length")
  func mapped() {
    func counts(_ limits: ReadLimits, _ timing: BusTiming) -> [Int] {
      let group = ModbusScanGroup(
        name: "g",
        period: .seconds(1),
        limits: limits,
        signals: [signal(.holding, 0), signal(.holding, 31)]
      )
      let others = ModbusScanGroup(
        name: "others",
        period: .seconds(9),
        signals: [signal(.holding, 1, .string(registers: 30))]
      )
      let access = ModbusAccess(groups: [group, others])
      return ReadPlan(group: group, access: access, over: timing).blocks.map(\.count)
    }
    #expect(counts(ReadLimits(), .assumedTCP) == [32])
    #expect(counts(ReadLimits(maximumGap: 29), .assumedTCP) == [1, 1])
    #expect(counts(ReadLimits(maximumGap: 30), .assumedTCP) == [32])
    #expect(counts(ReadLimits(maximumRegisters: 31), .assumedTCP) == [1, 1])
    #expect(counts(ReadLimits(), Self.rtu(9_600)) == [1, 1])
    #expect(counts(ReadLimits(), Self.rtu(115_200)) == [32])
  }

  @Test(
    "A gap is read along as long as its bytes take no longer than a request of its own",
    arguments: [
      // 13 characters of request and reply, 7 of silence: 20 characters, and 2 a register.
      (9_600, Duration.zero, Duration.zero, 10),
      (9_600, .milliseconds(5), .zero, 12),
      // Above 19200 baud the silence is 1.75 ms each: 13 characters, 3.5 ms and 5 ms.
      (38_400, .milliseconds(5), .zero, 21),
      (115_200, .milliseconds(5), .zero, 51),
      // A pause of 50 ms takes the place of one silence.
      (9_600, .milliseconds(5), .milliseconds(50), 32),
    ]
  )
  func cheaper(baud: Int, turnaround: Duration, pause: Duration, gap: Int) {
    func count(_ gap: Int) -> Int {
      plan(
        [signal(.holding, 0), signal(.holding, UInt16(gap + 1))],
        limits: ReadLimits(maximumGap: 120, pause: pause),
        over: Self.rtu(baud, turnaround: turnaround)
      ).blocks.count
    }
    #expect(count(gap) == 1)
    #expect(count(gap + 1) == 2)
  }

  @Test("Eight coils cost a byte, so that longer gaps of bits are read along than of registers")
  func bitGaps() {
    func count(_ gap: Int) -> Int {
      plan(
        [signal(.coil, 0, .bool), signal(.coil, UInt16(gap + 1), .bool)],
        limits: ReadLimits(maximumGap: 124),
        over: Self.rtu(9_600)
      ).blocks.count
    }
    #expect(count(124) == 1)
  }

  @Test("What a device refuses is neither asked for nor read along, and a cut begins a request")
  func findings() {
    let signals = (0..<6).map { signal(.holding, UInt16($0)) }
    let refused = plan(signals, around: AddressFindings(refused: [2: 2]))
    #expect(refused.blocks.map(\.address) == [0, 3])
    #expect(refused.blocks.map(\.count) == [2, 3])
    #expect(refused.blocks.flatMap(\.parts).map(\.signal) == [0, 1, 3, 4, 5])
    let cut = plan(signals, around: AddressFindings(cuts: [4]))
    #expect(cut.blocks.map(\.count) == [4, 2])
    let all = plan(signals, around: AddressFindings(refused: [0: 2, 1: 2, 2: 2, 3: 2, 4: 2, 5: 3]))
    #expect(all.blocks.isEmpty && all.signalCount == 6)
  }

  @Test("Signals may share registers, and the last address can be read")
  func overlaps() {
    let plan = plan([
      signal(.holding, 65_534, .uint32), signal(.holding, 65_535),
      signal(.holding, 65_535, .bit(3)),
    ])
    #expect(plan.blocks.count == 1)
    #expect(plan.blocks[0].count == 2)
    #expect(plan.blocks[0].parts.map(\.indices) == [0..<2, 1..<2, 1..<2])
  }
}
