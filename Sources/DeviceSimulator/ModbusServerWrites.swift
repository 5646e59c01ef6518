internal import Telemetry

/// What a Modbus server does with functions 5, 6, 15 and 16
/// (MODBUS Application Protocol V1.1b3, 6.5, 6.6, 6.11 and 6.12).
enum ModbusServerWrites {
  /// Carries out a request, as far as it is one of these.
  ///
  /// - Parameters:
  ///   - request: The protocol data unit.
  ///   - image: What the unit holds, and then holds on to.
  /// - Returns: The reply's or the exception's protocol data unit; nil for every other function.
  static func reply(to request: ArraySlice<UInt8>, in image: inout RegisterImage) -> [UInt8]? {
    let bytes = Array(request)
    guard let function = bytes.first, [0x05, 0x06, 0x0F, 0x10].contains(function) else {
      return nil
    }
    guard let values = values(in: bytes, function: function) else {
      return ModbusServerCodec.exception(.illegalValue, to: request)
    }
    let table: ModbusTable = function == 0x05 || function == 0x0F ? .coil : .holding
    guard image.hold(table, address: Int(bytes[1]) << 8 | Int(bytes[2]), values) else {
      return ModbusServerCodec.exception(.illegalAddress, to: request)
    }
    return Array(bytes.prefix(5))
  }

  /// The values to write, coils as 0 and 1; nil when the request is not as the standard says.
  private static func values(in bytes: [UInt8], function: UInt8) -> [UInt16]? {
    guard bytes.count >= 5 else { return nil }
    let word = UInt16(bytes[3]) << 8 | UInt16(bytes[4])
    switch function {
    case 0x05: return bytes.count == 5 && [0, 0xFF00].contains(word) ? [word == 0 ? 0 : 1] : nil
    case 0x06: return bytes.count == 5 ? [word] : nil
    default: return several(bytes, count: Int(word), areBits: function == 0x0F)
    }
  }

  private static func several(_ bytes: [UInt8], count: Int, areBits: Bool) -> [UInt16]? {
    let length = areBits ? (count + 7) / 8 : count * 2
    guard (1...(areBits ? 1_968 : 123)).contains(count), bytes.count == 6 + length,
      Int(bytes[5]) == length
    else { return nil }
    let data = Array(bytes[6...])
    if areBits { return (0..<count).map { UInt16(data[$0 / 8] >> UInt8($0 % 8)) & 1 } }
    return (0..<count).map { UInt16(data[$0 * 2]) << 8 | UInt16(data[$0 * 2 + 1]) }
  }
}
