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

  @Test("Bits are read up to 2000 at once")
  func bits() {
    let signals = (0..<2_100).map { signal(.discrete, UInt16($0), .bool) }
    #expect(plan(signals).blocks.map(\.count) == [2_000, 100])
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

  @Test("A plan holds every signal once, whole, within the limits", arguments: 0..<200)
  func property(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    let types: [RegisterType] = [.uint16, .int32, .float64, .string(registers: 8), .bit(2)]
    let signals = (0..<Int.random(in: 1...120, using: &generator)).map { _ in
      let isBit = Bool.random(using: &generator)
      let address = UInt16.random(in: 0...400, using: &generator)
      return isBit
        ? signal(.coil, address, .bool)
        : signal(.holding, address, types[Int.random(in: 0..<5, using: &generator)])
    }
    let maximum = Int.random(in: 8...125, using: &generator)
    let gap = Int.random(in: 0...20, using: &generator)
    let plan = plan(signals, maximum: maximum, gap: gap)
    #expect(plan.blocks.flatMap(\.parts).map(\.signal).sorted() == Array(signals.indices))
    for block in plan.blocks {
      #expect(block.count <= (block.table.holdsBits ? 2_000 : maximum))
      for part in block.parts {
        let location = signals[part.signal].location
        #expect(block.table == location.table)
        #expect(Int(block.address) + part.offset == Int(location.address))
        #expect(part.count == location.count && part.indices.upperBound <= block.count)
      }
    }
  }
}
