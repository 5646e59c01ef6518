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
          maximumGap: Bool.random(using: &generator)
            ? nil : Int.random(in: 0...14, using: &generator),
          readsUnmapped: Bool.random(using: &generator),
          pause: .milliseconds(Int.random(in: 0...1, using: &generator) * 4)
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
      var (gap, isMapped) = (0, true)
      for address in first...last {
        if wanted.contains(address) {
          (gap, isMapped) = (0, true)
          continue
        }
        gap += 1
        isMapped = isMapped && mapped[table]?.contains(address) == true
        if !limits.readsUnmapped, !isMapped { return false }
        // Eight where nothing is stated, unless the profile has them all: known at the gap's end.
        let isLast = wanted.contains(address + 1)
        if let stated = limits.maximumGap, gap > stated { return false }
        if limits.maximumGap == nil, isLast, !isMapped, gap > 8 { return false }
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
        let plan = ReadPlan(
          group: group,
          access: access,
          over: Self.timings[Int(seed) % Self.timings.count]
        )
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

  /// Carriers on which a request is dear, and on which its bytes are.
  private static let timings: [BusTiming] = [
    .tcp(roundTrip: .milliseconds(2)),
    .rtu(SerialLine(port: "", baud: 9_600), turnaround: .milliseconds(5)),
    .rtuOverTCP(
      SerialLine(port: "", baud: 19_200),
      turnaround: .milliseconds(5),
      roundTrip: .milliseconds(3)
    ),
    .rtu(SerialLine(port: "", baud: 1_200), turnaround: .zero),
    .rtu(SerialLine(port: "", baud: 115_200), turnaround: .milliseconds(1)),
  ]

  /// What a request takes, stated without the planner.
  private static func time(
    of count: Int,
    at table: ModbusTable,
    pause: Duration,
    over timing: BusTiming
  ) -> Duration {
    let data = table.holdsBits ? (count + 7) / 8 : 2 * count
    switch timing {
    case .tcp(let roundTrip): return roundTrip + pause
    case .rtu(let line, let turnaround), .serial(let line, let turnaround):
      return line.characterTime * (13 + data) + line.frameGap + turnaround
        + max(line.frameGap, pause)
    case .rtuOverTCP(let line, let turnaround, let roundTrip):
      return line.characterTime * (13 + data) + line.frameGap + turnaround
        + max(line.frameGap, pause) + roundTrip
    }
  }

  @Test("No way to share the signals out over requests takes less bus time")
  func optimum() {
    for seed in 1_000..<1_600 as Range<UInt64> {
      var generator = SeededGenerator(seed: seed)
      let access = Self.access(8, space: 24, using: &generator)
      for group in access.groups {
        let timing = Self.timings[Int(seed) % Self.timings.count]
        let plan = ReadPlan(group: group, access: access, over: timing)
        let least = Self.leastTime(
          group.signals.map(\.location),
          Rules(group, access),
          time: { Self.time(of: $0, at: $1, pause: group.limits.pause, over: timing) }
        )
        let time = plan.blocks.reduce(Duration.zero) {
          $0 + Self.time(of: $1.count, at: $1.table, pause: group.limits.pause, over: timing)
        }
        #expect(time == least, "seed \(seed)")
      }
    }
  }

  /// Tries every way to share the locations out: the least time for each subset, from those of its
  /// subsets.
  private static func leastTime(
    _ locations: [ModbusLocation],
    _ rules: Rules,
    time: (_ count: Int, _ table: ModbusTable) -> Duration
  ) -> Duration {
    let all = 1 << locations.count
    let times = (0..<all).map { set -> Duration? in
      let members = locations.indices.filter { set & 1 << $0 != 0 }.map { locations[$0] }
      guard rules.allow(members), let table = members.first?.table else { return nil }
      let first = members.reduce(65_536) { min($0, $1.addresses.lowerBound) }
      let last = members.reduce(0) { max($0, $1.addresses.upperBound) }
      return time(last - first, table)
    }
    var least = [Duration?](repeating: nil, count: all)
    least[0] = .zero
    for set in 1..<all {
      var part = set
      while part > 0 {
        if let own = times[part], let rest = least[set & ~part] {
          least[set] = min(least[set] ?? own + rest, own + rest)
        }
        part = (part - 1) & set
      }
    }
    return least[all - 1] ?? .zero
  }
}
