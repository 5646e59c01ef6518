internal import Telemetry

/// What a Modbus server answers (MODBUS Application Protocol V1.1b3, 6.1 to 6.4 and 7).
package enum ModbusServerCodec {
  /// Exception codes that a simulated device uses.
  package enum ExceptionCode: UInt8, Sendable {
    case illegalFunction = 1
    case illegalAddress = 2
    case illegalValue = 3
    case gatewayTargetSilent = 11
  }

  /// The reply to one request.
  ///
  /// - Parameters:
  ///   - request: The protocol data unit: function code and data, not empty.
  ///   - image: What the unit holds at this moment.
  /// - Returns: The reply's or the exception's protocol data unit.
  package static func reply(
    to request: ArraySlice<UInt8>,
    from image: RegisterImage
  ) -> [UInt8] {
    let bytes = Array(request)
    let table = ModbusTable.allCases.first { $0.functionCode == bytes.first }
    guard let table else { return exception(.illegalFunction, to: request) }
    guard bytes.count == 5 else { return exception(.illegalValue, to: request) }
    let address = Int(bytes[1]) << 8 | Int(bytes[2])
    let count = Int(bytes[3]) << 8 | Int(bytes[4])
    guard (1...table.maximumCount).contains(count) else {
      return exception(.illegalValue, to: request)
    }
    guard let cells = image.read(table, address: address, count: count) else {
      return exception(.illegalAddress, to: request)
    }
    let data = table.holdsBits ? packed(cells) : bigEndian(cells)
    return [table.functionCode, UInt8(data.count)] + data
  }

  package static func exception(
    _ code: ExceptionCode,
    to request: ArraySlice<UInt8>
  ) -> [UInt8] {
    [(request.first ?? 0) | 0x80, code.rawValue]
  }

  private static func bigEndian(_ cells: ArraySlice<UInt16>) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(cells.count * 2)
    for cell in cells {
      bytes.append(UInt8(cell >> 8))
      bytes.append(UInt8(truncatingIfNeeded: cell))
    }
    return bytes
  }

  /// The first bit is the least significant of the first byte.
  private static func packed(_ cells: ArraySlice<UInt16>) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: (cells.count + 7) / 8)
    for (index, cell) in cells.enumerated() where cell != 0 {
      bytes[index / 8] |= 1 << UInt8(index % 8)
    }
    return bytes
  }
}
