package import Telemetry

extension ModbusTable {
  /// An address as manuals that count from 1 and put the table in front write it: 40001 for the
  /// first holding register, with six digits beyond the 9999th.
  package func reference(to address: Int, digits: Int? = nil) -> String {
    let number = String(address + 1)
    let width = (digits ?? (address < 9_999 ? 5 : 6)) - 1
    return leadingDigit + String(repeating: "0", count: max(0, width - number.count)) + number
  }

  /// A range of addresses, both ends in the same notation.
  package func references(to addresses: ClosedRange<Int>) -> String {
    let digits = addresses.upperBound < 9_999 ? 5 : 6
    let first = reference(to: addresses.lowerBound, digits: digits)
    if addresses.count == 1 { return first }
    return "\(first)-\(reference(to: addresses.upperBound, digits: digits))"
  }

  private var leadingDigit: String {
    switch self {
    case .coil: "0"
    case .discrete: "1"
    case .input: "3"
    case .holding: "4"
    }
  }
}
