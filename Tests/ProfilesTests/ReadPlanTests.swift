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

  private func plan(_ signals: [ModbusSignal], maximum: Int = 125, gap: Int = 8) -> ReadPlan {
    let group = ModbusScanGroup(
      name: "g",
      period: .seconds(1),
      limits: ReadLimits(maximumRegisters: maximum, maximumGap: gap),
      signals: signals
    )
    let access = ModbusAccess(groups: [group])
    return ReadPlan(group: group, access: access)
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
    let plan = plan([signal(.holding, 0), signal(.holding, 1, .float64)], maximum: 4)
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
      return ReadPlan(group: group, access: ModbusAccess(groups: [group, others]))
        .blocks.map(\.count)
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
    let group = ModbusScanGroup(
      name: "g",
      period: .seconds(1),
      limits: ReadLimits(maximumBits: 800),
      signals: signals
    )
    let limited = ReadPlan(group: group, access: ModbusAccess(groups: [group]))
    #expect(limited.blocks.map(\.count) == [800, 800, 500])
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
