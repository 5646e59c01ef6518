package import Telemetry

/// The requests that read one scan group: as few as the device's limits and gaps allow.
///
/// A signal is never split over two requests. The order of the group's signals is kept through
/// ``Part/signal``; the order of the blocks is that of tables and addresses.
package struct ReadPlan: Sendable, Hashable {
  /// One request: consecutive addresses of one table.
  package struct Block: Sendable, Hashable {
    package let table: ModbusTable
    package let address: UInt16

    /// Addresses asked for, at most ``ModbusTable/maximumCount``.
    package let count: Int
    package let parts: [Part]

    package init(table: ModbusTable, address: UInt16, count: Int, parts: [Part]) {
      precondition((1...table.maximumCount).contains(count) && Int(address) + count <= 65_536)
      self.table = table
      self.address = address
      self.count = count
      self.parts = parts
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
    blocks = ModbusTable.allCases.flatMap { table in
      Self.blocks(of: table, signals: byTable[table] ?? [], group: group, access: access)
    }
  }

  private static func blocks(
    of table: ModbusTable,
    signals: [Int],
    group: ModbusScanGroup,
    access: ModbusAccess
  ) -> [Block] {
    let limit = group.limits.maximumCount(in: table)
    let sorted = signals.sorted {
      let (left, right) = (group.signals[$0].location, group.signals[$1].location)
      return (left.address, left.count, $0) < (right.address, right.count, $1)
    }
    var blocks: [Block] = []
    var growing: OpenBlock?
    for signal in sorted {
      let range = group.signals[signal].location.addresses
      if growing?.take(signal, range, limit: limit, gap: group.limits.maximumGap) == true {
        continue
      }
      if let growing { blocks.append(growing.block(of: table)) }
      growing = OpenBlock(signal, range)
    }
    if let growing { blocks.append(growing.block(of: table)) }
    return blocks
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

  /// Takes a signal that begins not before the last one, if the block stays within its limits.
  mutating func take(_ signal: Int, _ other: Range<Int>, limit: Int, gap: Int) -> Bool {
    let upper = max(range.upperBound, other.upperBound)
    guard other.lowerBound - range.upperBound <= gap, upper - range.lowerBound <= limit else {
      return false
    }
    range = range.lowerBound..<upper
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
