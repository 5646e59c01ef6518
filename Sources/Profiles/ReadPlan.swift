package import Telemetry

/// The requests that read one scan group, in the least bus time that the device's limits allow.
///
/// A signal is never split over two requests. Addresses between two signals are read along where
/// that takes no longer than a request of its own, and the group's ``ReadLimits`` allow it. The
/// order of the group's signals is kept through ``Part/signal``; the order of the blocks is that of
/// tables and addresses.
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

  /// Plans the requests that take the least time on a bus.
  ///
  /// - Parameters:
  ///   - group: The signals, and the limits that hold in any case.
  ///   - access: All groups of the device: what addresses its signals have.
  ///   - timing: What a request and the bytes of a gap cost.
  ///   - findings: What the device turned out not to give.
  package init(
    group: ModbusScanGroup,
    access: ModbusAccess,
    over timing: BusTiming,
    around findings: AddressFindings = AddressFindings()
  ) {
    let readable = group.signals.indices.filter { findings.refused[$0] == nil }
    let byTable = Dictionary(grouping: readable) { group.signals[$0].location.table }
    signalCount = group.signals.count
    blocks = ModbusTable.allCases.flatMap { table -> [Block] in
      guard let signals = byTable[table] else { return [] }
      let planner = BlockPlanner(
        table: table,
        rules: BlockRules(table, group: group, access: access, around: findings),
        cost: BlockCosts(table, timing: timing, pause: group.limits.pause),
        members: signals.map {
          BlockPlanner.Member(
            signal: $0,
            range: group.signals[$0].location.addresses,
            beginsRequest: findings.cuts.contains($0)
          )
        }
      )
      return planner.blocks
    }
  }
}

/// What a device turned out not to give of a scan group, so that a plan goes around it.
///
/// Numbers are indices of the group's signals.
package struct AddressFindings: Sendable, Hashable {
  /// Signals that the device refuses by themselves, and the exception with which it does.
  package var refused: [Int: UInt8]

  /// Signals that the device gives, but not in one request with those that lie before them.
  package var cuts: Set<Int>

  package init(refused: [Int: UInt8] = [:], cuts: Set<Int> = []) {
    self.refused = refused
    self.cuts = cuts
  }

  package var isEmpty: Bool { refused.isEmpty && cuts.isEmpty }

  /// Adds what else was found.
  package mutating func add(_ other: AddressFindings) {
    refused.merge(other.refused) { $1 }
    cuts.formUnion(other.cuts)
  }
}
