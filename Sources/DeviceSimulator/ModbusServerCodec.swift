internal import Telemetry

/// What a Modbus server answers (MODBUS Application Protocol V1.1b3, 6.1 to 6.4, 6.13, 6.21
/// and 7).
package enum ModbusServerCodec {
  /// Exception codes that a simulated device uses.
  package enum ExceptionCode: UInt8, Sendable {
    case illegalFunction = 1
    case illegalAddress = 2
    case illegalValue = 3
    case gatewayTargetSilent = 11
  }

  /// Why a request gets an exception.
  struct Refusal: Error {
    let code: ExceptionCode

    init(_ code: ExceptionCode) { self.code = code }
  }

  /// The reply to one request.
  ///
  /// - Parameters:
  ///   - request: The protocol data unit: function code and data, not empty.
  ///   - image: What the unit holds at this moment.
  ///   - identity: What it says of itself; without it, those functions are unknown.
  /// - Returns: The reply's or the exception's protocol data unit.
  package static func reply(
    to request: ArraySlice<UInt8>,
    from image: RegisterImage,
    identity: SimulatedIdentity? = nil
  ) -> [UInt8] {
    let bytes = Array(request)
    let table = ModbusTable.allCases.first { $0.functionCode == bytes.first }
    guard let table else {
      do throws(Refusal) {
        return try identification(bytes, identity)
      } catch {
        return exception(error.code, to: request)
      }
    }
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

  private static func identification(
    _ request: [UInt8],
    _ identity: SimulatedIdentity?
  ) throws(Refusal) -> [UInt8] {
    guard let identity else { throw Refusal(.illegalFunction) }
    switch request.first {
    case 0x11:
      guard let reply = identity.serverIDReply() else { throw Refusal(.illegalFunction) }
      guard request.count == 1 else { throw Refusal(.illegalValue) }
      return reply
    // The other MEI types are no identification.
    case 0x2B where request.count < 2 || request[1] == 0x0E:
      guard request.count == 4 else { throw Refusal(.illegalValue) }
      return try identity.objectsReply(access: request[2], from: request[3])
    default: throw Refusal(.illegalFunction)
    }
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
