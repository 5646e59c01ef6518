package import Profiles
package import Telemetry

/// The address space of one unit: what its four tables hold at one moment.
///
/// Addresses that the profile maps hold the model's values. Unmapped ones between them, as far as
/// the profile's `max_gap` lets a client read along, hold 0; everywhere else there is nothing.
package struct RegisterImage: Sendable {
  /// Neighbouring addresses of one table.
  private struct Block: Sendable {
    let table: ModbusTable
    let start: Int
    var cells: [UInt16]

    /// Cells that were written from outside: the process no longer moves them.
    var held: Set<Int> = []

    func contains(_ address: Int, count: Int) -> Bool {
      address >= start && address + count <= start + cells.count
    }
  }

  /// Where a signal's registers lie.
  private struct Place: Sendable {
    let block: Int
    let offset: Int
    let decoding: ModbusSignal.Decoding

    /// The bits of the register that are the signal's.
    let mask: UInt16

    /// Whether something else rules the register: what the device is known by, or a signal that
    /// covers the whole of it.
    let isShadowed: Bool
  }

  private var blocks: [Block]
  private let places: [Place]

  /// What the device is known by, which nobody can write.
  private let fixed: Set<ModbusLocation.Cell>

  package init(access: ModbusAccess) {
    let signals = access.groups.flatMap(\.signals)
    let known = access.identification?.registers ?? []
    let fixed = Set(known.flatMap(\.location.cells))
    let gap = access.groups.reduce(0) { max($0, $1.limits.maximumGap ?? ReadLimits.usualGap) }
    let blocks = Self.blocks(
      for: (signals.map(\.location) + known.map(\.location)),
      maximumGap: gap
    )
    let wholes = Set(signals.filter { !$0.decoding.type.isPart }.flatMap(\.location.cells))
    self.blocks = blocks
    self.fixed = fixed
    places = signals.compactMap { signal in
      let (location, start) = (signal.location, Int(signal.location.address))
      let block = blocks.firstIndex {
        $0.table == location.table && $0.contains(start, count: location.count)
      }
      return block.map {
        Place(
          block: $0,
          offset: start - blocks[$0].start,
          decoding: signal.decoding,
          mask: signal.decoding.mask,
          isShadowed: location.cells.contains(where: fixed.contains)
            || signal.decoding.type.isPart && location.cells.contains(where: wholes.contains)
        )
      }
    }
    for register in known { hold(register) }
  }

  /// Writes the value by which the device is known, once and for all.
  private mutating func hold(_ known: ExpectedRegister) {
    let start = Int(known.location.address)
    let block = blocks.firstIndex {
      $0.table == known.location.table && $0.contains(start, count: known.location.count)
    }
    guard let block, let words = known.decoding.registers(for: known.expectation.example) else {
      return
    }
    for (index, word) in words.enumerated() {
      let cell = start - blocks[block].start + index
      let others = blocks[block].cells[cell] & ~known.decoding.mask
      blocks[block].cells[cell] = blocks[block].table.holdsBits ? min(word, 1) : others | word
    }
  }

  /// Takes new values.
  ///
  /// A value that its register cannot hold leaves the register as it was.
  ///
  /// - Parameter values: One for each signal, in the profile's order.
  package mutating func refresh(_ values: [Value]) {
    precondition(values.count == places.count)
    for (place, value) in zip(places, values) where !place.isShadowed {
      guard let registers = place.decoding.registers(for: value) else { continue }
      for (index, register) in registers.enumerated() {
        write(register, at: index, of: place)
      }
    }
  }

  /// The cells of a range of addresses, bits as 0 and 1; nil when one of them does not exist.
  package func read(_ table: ModbusTable, address: Int, count: Int) -> ArraySlice<UInt16>? {
    let block = blocks.first { $0.table == table && $0.contains(address, count: count) }
    guard let block else { return nil }
    return block.cells[(address - block.start)..<(address - block.start + count)]
  }

  /// Takes what a client writes: those cells stay so, whatever the process does.
  ///
  /// - Returns: False when one of the addresses does not exist, or is what the device is known by.
  mutating func hold(_ table: ModbusTable, address: Int, _ values: [UInt16]) -> Bool {
    let cells = (address..<(address + values.count)).map {
      ModbusLocation.Cell(table: table, address: $0)
    }
    guard fixed.isDisjoint(with: cells),
      let block = blocks.firstIndex(where: {
        $0.table == table && $0.contains(address, count: values.count)
      })
    else { return false }
    for (index, value) in values.enumerated() {
      let cell = address - blocks[block].start + index
      blocks[block].cells[cell] = value
      blocks[block].held.insert(cell)
    }
    return true
  }

  private mutating func write(_ value: UInt16, at index: Int, of place: Place) {
    let cell = place.offset + index
    guard cell < blocks[place.block].cells.count, !blocks[place.block].held.contains(cell) else {
      return
    }
    if blocks[place.block].table.holdsBits {
      blocks[place.block].cells[cell] = value == 0 ? 0 : 1
    } else {
      let others = blocks[place.block].cells[cell] & ~place.mask
      blocks[place.block].cells[cell] = others | value
    }
  }

  private static func blocks(for locations: [ModbusLocation], maximumGap: Int) -> [Block] {
    ModbusTable.allCases.flatMap { table in
      let ranges = locations.filter { $0.table == table }.map(\.addresses)
        .sorted { $0.lowerBound < $1.lowerBound }
      var joined: [Range<Int>] = []
      for range in ranges {
        if let last = joined.last, range.lowerBound - last.upperBound <= maximumGap {
          joined[joined.count - 1] = last.lowerBound..<max(last.upperBound, range.upperBound)
        } else {
          joined.append(range)
        }
      }
      return joined.map {
        Block(table: table, start: $0.lowerBound, cells: [UInt16](repeating: 0, count: $0.count))
      }
    }
  }
}

extension RegisterType {
  /// Whether the signal is a part of its register.
  fileprivate var isPart: Bool { mask != .max }
}

extension ModbusSignal.Decoding {
  fileprivate var mask: UInt16 {
    order.isLowByteFirst ? type.mask.byteSwapped : type.mask
  }
}

extension ModbusLocation {
  /// The location's cells, each with its table.
  fileprivate var cells: [Cell] { addresses.map { Cell(table: table, address: $0) } }

  fileprivate struct Cell: Hashable {
    let table: ModbusTable
    let address: Int
  }
}
