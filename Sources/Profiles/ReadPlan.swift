package import Telemetry

/// The requests that read one scan group: as few as the device's limits and gaps allow.
///
/// A signal is never split over two requests. Addresses between two signals are read along where
/// they are no more than the group's largest gap, and where the device may be asked for addresses
/// that no signal of the profile has, or they all belong to one. The order of the group's signals
/// is kept through ``Part/signal``; the order of the blocks is that of tables and addresses.
package struct ReadPlan: Sendable, Hashable {
  /// One request: consecutive addresses of one table.
  package struct Block: Sendable, Hashable {
    package let table: ModbusTable
    package let address: UInt16

    /// Addresses asked for, at most ``ModbusTable/maximumCount``.
    package let count: Int
    package let parts: [Part]

    /// First and last address.
    package var addresses: ClosedRange<Int> { Int(address)...(Int(address) + count - 1) }

    package init(table: ModbusTable, address: UInt16, count: Int, parts: [Part]) {
      precondition((1...table.maximumCount).contains(count) && Int(address) + count <= 65_536)
      self.table = table
      self.address = address
      self.count = count
      self.parts = parts
    }

    /// Addresses that are asked for though no signal of the group has them.
    package var readAlongCount: Int {
      var (read, end) = (0, 0)
      for part in parts.sorted(by: { $0.offset < $1.offset }) {
        read += max(0, part.indices.upperBound - max(end, part.offset))
        end = max(end, part.indices.upperBound)
      }
      return count - read
    }
  }

  /// What one signal gets of a block's reply.
  package struct Part: Sendable, Hashable {
    /// Index of the signal in its group.
    package let signal: Int

    /// Index of its first address in the reply.
    package let offset: Int
    package let count: Int

    package init(signal: Int, offset: Int, count: Int) {
      self.signal = signal
      self.offset = offset
      self.count = count
    }

    /// The part's indices in the reply.
    package var indices: Range<Int> { offset..<(offset + count) }
  }

  package let blocks: [Block]

  /// Signals of the group that was planned.
  package let signalCount: Int

  package init(group: ModbusScanGroup, access: ModbusAccess) {
    let byTable = Dictionary(grouping: group.signals.indices) {
      group.signals[$0].location.table
    }
    signalCount = group.signals.count
    blocks = ModbusTable.allCases.flatMap { table -> [Block] in
      guard let signals = byTable[table] else { return [] }
      let rules = BlockRules(table, limits: group.limits, access: access)
      return Self.blocks(of: table, signals: signals, group: group, rules: rules)
    }
  }

  /// Takes each signal into the last block while it can, which gives the fewest blocks: a signal
  /// that a block cannot take ends, or begins, behind all that the block has, so that whatever the
  /// next block leaves behind could not have helped it further.
  private static func blocks(
    of table: ModbusTable,
    signals: [Int],
    group: ModbusScanGroup,
    rules: BlockRules
  ) -> [Block] {
    let sorted = signals.sorted {
      let (left, right) = (group.signals[$0].location, group.signals[$1].location)
      return (left.address, left.count, $0) < (right.address, right.count, $1)
    }
    var blocks: [Block] = []
    var growing: OpenBlock?
    for signal in sorted {
      let range = group.signals[signal].location.addresses
      if growing?.take(signal, range, under: rules) == true { continue }
      if let growing { blocks.append(growing.block(of: table)) }
      growing = OpenBlock(signal, range)
    }
    if let growing { blocks.append(growing.block(of: table)) }
    return blocks
  }
}

/// What a block of one table may span.
private struct BlockRules {
  private let maximumCount: Int
  private let maximumGap: Int

  /// Addresses that may be read along; nil where all may.
  private let mapped: AddressSet?

  init(_ table: ModbusTable, limits: ReadLimits, access: ModbusAccess) {
    maximumCount = limits.maximumCount(in: table)
    maximumGap = limits.maximumGap
    let isFree = limits.readsUnmapped || limits.maximumGap == 0
    mapped = isFree ? nil : AddressSet(of: table, in: access)
  }

  func allows(_ block: Range<Int>) -> Bool { block.count <= maximumCount }

  /// Whether the addresses between two signals may be read along.
  func allows(gap: Range<Int>) -> Bool {
    gap.isEmpty || gap.count <= maximumGap && (mapped?.contains(gap) ?? true)
  }
}

/// The addresses of one table that signals of a profile have.
private struct AddressSet {
  /// Neither touching nor overlapping, in ascending order.
  private let ranges: [Range<Int>]

  init(of table: ModbusTable, in access: ModbusAccess) {
    let sorted = access.groups.lazy.flatMap(\.signals)
      .filter { $0.location.table == table }
      .map(\.location.addresses)
      .sorted { $0.lowerBound < $1.lowerBound }
    var ranges: [Range<Int>] = []
    for range in sorted {
      if let last = ranges.last, range.lowerBound <= last.upperBound {
        ranges[ranges.count - 1] =
          last.lowerBound..<max(last.upperBound, range.upperBound)
      } else {
        ranges.append(range)
      }
    }
    self.ranges = ranges
  }

  /// Whether all addresses of a range are in the set.
  func contains(_ range: Range<Int>) -> Bool {
    // The last range that begins not behind this one, by halving.
    var (low, high) = (0, ranges.count)
    while low < high {
      let middle = (low + high) / 2
      if ranges[middle].lowerBound <= range.lowerBound { low = middle + 1 } else { high = middle }
    }
    return low > 0 && range.upperBound <= ranges[low - 1].upperBound
  }
}

/// A block that is still growing.
private struct OpenBlock {
  private var range: Range<Int>
  private var members: [(signal: Int, range: Range<Int>)]

  init(_ signal: Int, _ range: Range<Int>) {
    self.range = range
    members = [(signal, range)]
  }

  /// Takes a signal that begins not before the last one, if the rules allow it.
  mutating func take(_ signal: Int, _ other: Range<Int>, under rules: BlockRules) -> Bool {
    let whole = range.lowerBound..<max(range.upperBound, other.upperBound)
    let gap = range.upperBound..<max(range.upperBound, other.lowerBound)
    guard rules.allows(whole), rules.allows(gap: gap) else { return false }
    range = whole
    members.append((signal, other))
    return true
  }

  func block(of table: ModbusTable) -> ReadPlan.Block {
    ReadPlan.Block(
      table: table,
      address: UInt16(range.lowerBound),
      count: range.count,
      parts: members.map {
        ReadPlan.Part(
          signal: $0.signal,
          offset: $0.range.lowerBound - range.lowerBound,
          count: $0.range.count
        )
      }
    )
  }
}
