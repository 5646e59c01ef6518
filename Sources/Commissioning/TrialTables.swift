internal import Fieldbus
package import Profiles
package import Telemetry

/// What a device's tables held at the addresses that were read.
package struct TrialTables: Sendable, Hashable {
  /// Neighbouring addresses and what they held.
  package struct Run: Sendable, Hashable {
    package let table: ModbusTable
    package let address: Int

    /// Registers; for a table of bits, 1 and 0.
    package let words: [UInt16]

    package init(table: ModbusTable, address: Int, words: [UInt16]) {
      self.table = table
      self.address = address
      self.words = words
    }
  }

  private var words: [ModbusTable: [Int: UInt16]] = [:]

  package init() {}

  package init(_ runs: [Run]) {
    for run in runs { take(run) }
  }

  /// Takes what addresses held; what they held before is forgotten.
  package mutating func take(_ run: Run) {
    for (offset, word) in run.words.enumerated() {
      words[run.table, default: [:]][run.address + offset] = word
    }
  }

  /// Takes what a device answered; a failure holds nothing.
  package mutating func take(_ exchange: TrialExchange) {
    if let run = exchange.run { take(run) }
  }

  /// What a signal's addresses held, `shift` addresses further on.
  ///
  /// - Returns: nil unless all of them were read.
  package func words(at location: ModbusLocation, shiftedBy shift: Int = 0) -> [UInt16]? {
    let held = words[location.table] ?? [:]
    let found = location.addresses.compactMap { held[$0 + shift] }
    return found.count == location.count ? found : nil
  }

  /// What a range of addresses held; 0 where they were not read.
  func padded(_ range: AddressRange) -> [UInt16] {
    let held = words[range.table] ?? [:]
    return (0..<range.count).map { held[Int(range.address) + $0] ?? 0 }
  }

  /// Everything that was read, in the order of tables and addresses.
  package var runs: [Run] {
    ModbusTable.allCases.flatMap { table -> [Run] in
      let held = words[table] ?? [:]
      var runs: [(start: Int, words: [UInt16])] = []
      for address in held.keys.sorted() {
        let word = held[address] ?? 0
        if let last = runs.last, last.start + last.words.count == address {
          runs[runs.count - 1].words.append(word)
        } else {
          runs.append((address, [word]))
        }
      }
      return runs.map { Run(table: table, address: $0.start, words: $0.words) }
    }
  }
}

extension TrialExchange {
  /// What the device's tables held, as far as it answered.
  fileprivate var run: TrialTables.Run? {
    guard case .modbus(let request) = request, let range = request.range,
      case .success(let reply) = outcome.result
    else { return nil }
    let words: [UInt16]
    switch reply {
    case .registers(let registers): words = registers
    case .bits(let bits): words = bits.map { $0 ? 1 : 0 }
    default: return nil
    }
    return TrialTables.Run(table: range.table, address: Int(range.address), words: words)
  }
}
