/// Address of a device on its bus (MODBUS over Serial Line V1.02, 2.2).
package struct UnitID: Sendable, Hashable {
  package let rawValue: UInt8

  /// - Returns: nil for 0 (broadcast, which nobody answers) and, on a serial line, above 247.
  ///   255 is allowed because TCP devices use it for themselves.
  package init?(_ rawValue: UInt8) {
    guard (1...247).contains(rawValue) || rawValue == 255 else { return nil }
    self.rawValue = rawValue
  }
}

/// The four tables of a Modbus device, each with the function code that reads it
/// (MODBUS Application Protocol V1.1b3, 4.3 and 6.1 to 6.4).
package enum ModbusTable: String, Sendable, Hashable, Codable, CaseIterable {
  case coil
  case discrete
  case holding
  case input

  /// 1, 2, 3 or 4.
  package var functionCode: UInt8 {
    switch self {
    case .coil: 1
    case .discrete: 2
    case .holding: 3
    case .input: 4
    }
  }

  /// Whether an address holds one bit; otherwise it holds a 16-bit register.
  package var holdsBits: Bool { self == .coil || self == .discrete }

  /// The most addresses that one request may ask for: 2000 bits or 125 registers.
  package var maximumCount: Int { holdsBits ? 2_000 : 125 }
}
