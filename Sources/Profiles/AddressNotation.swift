internal import MarkedYAML
internal import Telemetry

/// An address as the manual writes it.
struct AddressNotation: Sendable, Hashable {
  let text: String

  /// The table in front: `holding:10`.
  let table: ModbusTable?
  let value: Int
  let isHexadecimal: Bool

  static let kind = ScalarKind<AddressNotation>(
    expected: "an address as the manual writes it",
    example: "10",
    schema: [
      "anyOf": [
        ["type": "integer", "minimum": 0],
        [
          "type": "string",
          "pattern": "^((coil|discrete|holding|input):)?(0[xX][0-9a-fA-F]+|[0-9]+)$",
        ],
      ]
    ]
  ) { scalar throws(ScalarProblem) in
    let parts = scalar.text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    let table = parts.count == 2 ? ModbusTable(rawValue: String(parts[0])) : nil
    guard parts.count == 1 || table != nil else { throw .wrongType }
    let text = String(parts[parts.count - 1])
    if scalar.isPlain, table == nil, text.utf8.count > 1, text.hasPrefix("0"),
      text.utf8.allSatisfy({ (0x30...0x39).contains($0) })
    {
      throw .other(
        .ambiguousScalar,
        message: "\(text) is octal for some programs and decimal for others; "
          + "quote it: \"\(text)\""
      )
    }
    let isHexadecimal = text.lowercased().hasPrefix("0x")
    let digits = isHexadecimal ? String(text.dropFirst(2)) : text
    guard digits.utf8.allSatisfy({ $0 < 0x80 }), digits.allSatisfy(\.isHexDigit),
      let value = Int(digits, radix: isHexadecimal ? 16 : 10)
    else { throw .wrongType }
    return AddressNotation(
      text: scalar.text,
      table: table,
      value: value,
      isHexadecimal: isHexadecimal
    )
  }

  /// The table and the address on the wire.
  ///
  /// - Returns: The table is nil where the notation does not tell it.
  func resolved(in base: AddressBase) throws(AddressProblem) -> (table: ModbusTable?, address: Int)
  {
    if let table {
      guard base == .zero || value > 0 else { throw .beforeFirst }
      return (table, base == .zero ? value : value - 1)
    }
    switch base {
    case .zero: return (nil, value)
    case .one:
      guard value > 0 else { throw .beforeFirst }
      return (nil, value - 1)
    case .modicon: return try modicon()
    }
  }

  /// The notation of an address further on, for a block that is repeated.
  func advanced(by distance: Int) -> String? {
    let (next, overflow) = value.addingReportingOverflow(distance)
    guard !overflow, next >= 0 else { return nil }
    let prefix = (table.map { "\($0.rawValue):" } ?? "") + (isHexadecimal ? "0x" : "")
    let digits = String(next, radix: isHexadecimal ? 16 : 10, uppercase: true)
    let isPadded = text.dropFirst(prefix.count).hasPrefix("0")
    let zeros = isPadded ? max(0, text.count - prefix.count - digits.count) : 0
    return prefix + String(repeating: "0", count: zeros) + digits
  }

  private func modicon() throws(AddressProblem) -> (table: ModbusTable?, address: Int) {
    let tables: [Character: ModbusTable] = ["0": .coil, "1": .discrete, "3": .input, "4": .holding]
    guard !isHexadecimal, [5, 6].contains(text.count), let first = text.first,
      let table = tables[first], let number = Int(text.dropFirst()), number > 0
    else { throw .notModicon }
    return (table, number - 1)
  }

  /// The table whose modicon numbers look like this one.
  var modiconLookalike: ModbusTable? {
    guard !isHexadecimal, table == nil else { return nil }
    switch value {
    case 40_001...49_999: return .holding
    case 30_001...39_999: return .input
    default: return nil
    }
  }
}

/// Why an address is none.
enum AddressProblem: Error {
  case beforeFirst
  case notModicon

  var message: String {
    switch self {
    case .beforeFirst:
      "the first address is 1 with address_base: 1; write 1 or more, or address_base: 0"
    case .notModicon:
      "with address_base: modicon an address has 5 or 6 digits, the first of them the table: "
        + "40001, 30001, 10001 or \"00001\""
    }
  }
}
