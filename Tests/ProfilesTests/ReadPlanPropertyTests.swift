import Profiles
import Telemetry
import TestSupport
import Testing

/// Plans of random profiles, held to the rules and to the best plan that there is.
@Suite("Read plans of random profiles")
struct ReadPlanPropertyTests {
  private static let types: [RegisterType] = [
    .uint16, .bit(3), .int32, .float64, .string(registers: 5),
  ]

  /// Two groups of up to `count` signals each, in two tables of `space` addresses.
  private static func access(
    _ count: Int,
    space: UInt16,
    using generator: inout SeededGenerator
  ) -> ModbusAccess {
    let groups = (0..<2).map { index in
      ModbusScanGroup(
        name: "g\(index)",
        period: .seconds(1),
        limits: ReadLimits(
          maximumRegisters: Int.random(in: 5...20, using: &generator),
          maximumBits: Int.random(in: 1...12, using: &generator),
          maximumGap: Int.random(in: 0...6, using: &generator),
          readsUnmapped: Bool.random(using: &generator)
        ),
        signals: (0..<Int.random(in: 1...count, using: &generator)).map {
          signal("s\(index).\($0)", space: space, using: &generator)
        }
      )
    }
    return ModbusAccess(groups: groups)
  }

  private static func signal(
    _ name: String,
    space: UInt16,
    using generator: inout SeededGenerator
  ) -> ModbusSignal {
    let isBit = Bool.random(using: &generator)
    let type = isBit ? .bool : types[Int.random(in: 0..<types.count, using: &generator)]
    return ModbusSignal(
      signal: Signal(name: name),
      location: ModbusLocation(
        table: isBit ? .coil : .holding,
        address: UInt16.random(in: 0..<space, using: &generator),
        count: type.registerCount
      ),
      decoding: ModbusSignal.Decoding(type: type)
    )
  }

  /// What the rules say of a request that reads exactly these signals, stated without the planner.
  private struct Rules {
    let limits: ReadLimits
    let mapped: [ModbusTable: Set<Int>]

    init(_ group: ModbusScanGroup, _ access: ModbusAccess) {
      limits = group.limits
      mapped = Dictionary(
        access.groups.flatMap(\.signals).map { ($0.location.table, Set($0.location.addresses)) },
        uniquingKeysWith: { $0.union($1) }
      )
    }

    func allow(_ locations: [ModbusLocation]) -> Bool {
      guard let table = locations.first?.table else { return false }
      let wanted = locations.reduce(into: Set<Int>()) { $0.formUnion($1.addresses) }
      guard let first = wanted.min(), let last = wanted.max(),
        locations.allSatisfy({ $0.table == table }),
        last - first < (table == .coil ? limits.maximumBits : limits.maximumRegisters)
      else { return false }
      var gap = 0
      for address in first...last {
        gap = wanted.contains(address) ? 0 : gap + 1
        if gap > limits.maximumGap { return false }
        if gap > 0, !limits.readsUnmapped, mapped[table]?.contains(address) != true {
          return false
        }
      }
      return true
    }
  }

  @Test("A plan reads every signal once, whole, and asks for nothing that the rules forbid")
  func obedience() {
    for seed in 0..<400 as Range<UInt64> {
      var generator = SeededGenerator(seed: seed)
      let access = Self.access(60, space: 120, using: &generator)
      for group in access.groups {
        let plan = ReadPlan(group: group, access: access)
        let rules = Rules(group, access)
        #expect(plan.blocks.flatMap(\.parts).map(\.signal).sorted() == Array(group.signals.indices))
        for block in plan.blocks {
          let locations = block.parts.map { group.signals[$0.signal].location }
          #expect(rules.allow(locations), "seed \(seed)")
          let wanted = locations.reduce(into: Set<Int>()) { $0.formUnion($1.addresses) }
          #expect(block.readAlongCount == block.count - wanted.count)
          for (part, location) in zip(block.parts, locations) {
            #expect(block.table == location.table && part.count == location.count)
            #expect(Int(block.address) + part.offset == Int(location.address))
            #expect(part.indices.upperBound <= block.count)
          }
        }
      }
    }
  }

  @Test("No way to share the signals out over requests needs fewer of them")
  func minimality() {
    for seed in 1_000..<1_400 as Range<UInt64> {
      var generator = SeededGenerator(seed: seed)
      let access = Self.access(8, space: 24, using: &generator)
      for group in access.groups {
        let plan = ReadPlan(group: group, access: access)
        let fewest = Self.fewestRequests(group.signals.map(\.location), Rules(group, access))
        #expect(plan.blocks.count == fewest, "seed \(seed)")
      }
    }
  }

  /// Tries every way to share the locations out: the fewest requests for each subset, from those
  /// of its subsets.
  private static func fewestRequests(_ locations: [ModbusLocation], _ rules: Rules) -> Int {
    let all = 1 << locations.count
    let allowed = (0..<all).map { set in
      rules.allow(locations.indices.filter { set & 1 << $0 != 0 }.map { locations[$0] })
    }
    var fewest = [Int](repeating: .max / 2, count: all)
    fewest[0] = 0
    for set in 1..<all {
      var part = set
      while part > 0 {
        if allowed[part] { fewest[set] = min(fewest[set], fewest[set & ~part] + 1) }
        part = (part - 1) & set
      }
    }
    return fewest[all - 1]
  }
}
