/// The check sum of Modbus RTU (MODBUS over Serial Line V1.02, 6.2.2): polynomial 0xA001 reflected,
/// start 0xFFFF.
///
/// Its value for the ASCII digits `123456789` is 0x4B37.
package enum CRC16 {
  private static let table: [UInt16] = (0..<256).map { byte in
    (0..<8).reduce(UInt16(byte)) { value, _ in
      value & 1 == 1 ? value >> 1 ^ 0xA001 : value >> 1
    }
  }

  package static func of(_ bytes: some Sequence<UInt8>) -> UInt16 {
    bytes.reduce(0xFFFF) { sum, byte in
      sum >> 8 ^ table[Int(UInt8(truncatingIfNeeded: sum) ^ byte)]
    }
  }

  /// The bytes with their check sum behind them, low byte first.
  package static func frame(_ content: [UInt8]) -> [UInt8] {
    let sum = of(content)
    return content + [UInt8(truncatingIfNeeded: sum), UInt8(sum >> 8)]
  }

  /// Whether the last two bytes are the check sum of those before, low byte first.
  package static func holds(_ frame: ArraySlice<UInt8>) -> Bool {
    guard frame.count > 2 else { return false }
    let sum = of(frame.dropLast(2))
    let end = frame.suffix(2)
    return end.first == UInt8(truncatingIfNeeded: sum) && end.last == UInt8(sum >> 8)
  }
}
