internal import MarkedYAML
internal import Telemetry

/// Finds signals that claim the same registers in ways that cannot both be right.
///
/// A register as a whole beside its bits is in order; so are several bits or bit ranges of it.
enum RegisterOverlap {
  /// A signal, and where its address stands in the file.
  typealias Placed = (signal: ModbusSignal, mark: SourceMark)

  static func check(_ signals: [Placed], log: FindingLog) {
    for table in ModbusTable.allCases {
      let sorted = signals.filter { $0.signal.location.table == table }
        .sorted { ($0.signal.location.address, $0.mark) < ($1.signal.location.address, $1.mark) }
      var open: [Placed] = []
      for next in sorted {
        open.removeAll { $0.signal.location.addresses.upperBound <= next.signal.start }
        for other in open { compare(other, next, log) }
        open.append(next)
      }
    }
  }

  private static func compare(_ left: Placed, _ right: Placed, _ log: FindingLog) {
    let isInOrder = left.mark < right.mark
    // What a file adds to the one that it extends comes second, for there it is to be corrected.
    let isOfTwoFiles = left.mark.file != right.mark.file
    let (first, second) = isInOrder != isOfTwoFiles ? (left, right) : (right, left)
    guard first.signal.claimsSameBits(as: second.signal) else { return }
    let place = "lies in the same registers as \(first.signal.signal.name), \(first.mark.words)"
    if first.signal.location != second.signal.location {
      log.add(
        .overlappingRegisters,
        at: second.mark,
        "\(second.signal.signal.name) \(place), and not in all of them; correct one address or type"
      )
    } else if first.signal.decoding == second.signal.decoding {
      log.add(
        .overlappingRegisters,
        at: second.mark,
        "\(second.signal.signal.name) \(place), and reads the same; remove one",
        severity: .warning
      )
    } else {
      log.add(
        .contradictoryRegisters,
        at: second.mark,
        "\(second.signal.signal.name) \(place), and reads them otherwise; "
          + "correct the address, type, order or scale of one"
      )
    }
  }
}

extension ModbusSignal {
  fileprivate var start: Int { Int(location.address) }

  /// Whether both claim some bit as a number or text; a part of a register beside the whole of it
  /// is no claim.
  fileprivate func claimsSameBits(as other: ModbusSignal) -> Bool {
    switch (decoding.type, other.decoding.type) {
    case (.bit(let bit), .bit(let other)): bit == other
    case (.bits(let bits), .bits(let other)): bits.overlaps(other)
    case (.bit, _), (_, .bit), (.bits, _), (_, .bits): false
    default: true
    }
  }
}
