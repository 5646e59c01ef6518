internal import Telemetry

/// An address as tables write it.
struct CSVAddress: Sendable, Hashable {
  let table: ModbusTable

  /// On the wire, from 0.
  let address: Int

  /// The modicon number, where it is one.
  let notation: String?
  let bit: Int?

  /// What Kepware writes behind the address of a text: `400010.20L`.
  let text: Text?

  /// Bytes of a text, and whether the low byte of a register comes first.
  struct Text: Sendable, Hashable {
    let length: Int
    let isLowFirst: Bool
  }

  /// Reads `40001`, `400001.3`, `400010.20H`, `holding:10`, `4x0010`, and with a table `10`, `0x0A`.
  ///
  /// - Throws: ``CSVAddressError`` with what is wrong and what would be right.
  init(_ text: String, table: ModbusTable?, base: Base) throws(CSVAddressError) {
    guard !text.contains("[") else {
      throw CSVAddressError(reason: "it is an array; make a row of each of its registers")
    }
    let plain = text.filter { !$0.isWhitespace && $0 != "'" }
    let parts = plain.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
    let place = try Self.place(String(parts[0]), table: table, base: base)
    self.table = place.table
    address = place.address
    notation = place.notation
    guard parts.count == 2 else {
      (bit, self.text) = (nil, nil)
      return
    }
    let suffix = parts[1].lowercased()
    if let last = suffix.last, last == "h" || last == "l", let length = Int(suffix.dropLast()),
      (1...250).contains(length)
    {
      (bit, self.text) = (nil, Text(length: length, isLowFirst: last == "l"))
    } else if let bit = Int(suffix), (0...15).contains(bit), !self.table.holdsBits {
      (self.bit, self.text) = (bit, nil)
    } else {
      throw CSVAddressError(
        reason: "behind its point is neither a bit of a register, 0 to 15, nor the length of a "
          + "text, 1H to 250H"
      )
    }
  }

  /// How plain numbers count.
  enum Base: String, CaseIterable {
    case zero = "0"
    case one = "1"
    case modicon
  }

  private static func place(
    _ text: String,
    table: ModbusTable?,
    base: Base
  ) throws(CSVAddressError) -> (table: ModbusTable, address: Int, notation: String?) {
    if let colon = text.firstIndex(of: ":") {
      guard let stated = ModbusTable(rawValue: text[..<colon].lowercased()) else {
        throw CSVAddressError(
          reason: "before the colon is none of coil, discrete, holding, input"
        )
      }
      let number = String(text[text.index(after: colon)...])
      return (stated, try wire(number, base: base == .modicon ? .zero : base), nil)
    }
    let digits = Array(text)
    if digits.count > 2, digits[1] == "x" || digits[1] == "X", let stated = tables[digits[0]],
      digits[0] != "0"
    {
      return (stated, try wire(String(digits[2...]), base: .one), nil)
    }
    if base == .modicon || table == nil {
      guard [5, 6].contains(digits.count), let stated = tables[digits[0]],
        digits.allSatisfy(\.isHexDigit), let number = Int(text.dropFirst()),
        (1...65_536).contains(number)
      else {
        throw CSVAddressError(
          reason: "it is not a number such as 40001 or 400001; where the table does not count so, "
            + "map a column to table and say base:0 or base:1 in --columns"
        )
      }
      if let table, table != stated {
        throw CSVAddressError(
          reason: "it lies in the table \(stated.rawValue), and the row says \(table.rawValue)"
        )
      }
      return (stated, number - 1, text)
    }
    return (table ?? .holding, try wire(text, base: base), nil)
  }

  private static let tables: [Character: ModbusTable] = [
    "0": .coil, "1": .discrete, "3": .input, "4": .holding,
  ]

  private static func wire(_ text: String, base: Base) throws(CSVAddressError) -> Int {
    let isHexadecimal = text.lowercased().hasPrefix("0x")
    let digits = isHexadecimal ? String(text.dropFirst(2)) : text
    let number = digits.allSatisfy(\.isHexDigit) ? Int(digits, radix: isHexadecimal ? 16 : 10) : nil
    let first = base == .one ? 1 : 0
    guard let address = number.map({ $0 - first }), (0...65_535).contains(address) else {
      throw CSVAddressError(
        reason: "it is not a register, \(base == .one ? "1 to 65536" : "0 to 65535")"
      )
    }
    return address
  }
}

/// Why an address is none.
struct CSVAddressError: Error, Sendable, Hashable {
  let reason: String
}
