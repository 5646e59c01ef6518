package import Telemetry

/// Builds the requests and judges the replies of functions 1 to 4, 17 and 43/14, and of 5, 6, 15 and
/// 16 where they are permitted (MODBUS Application Protocol V1.1b3, 6.1 to 6.6, 6.11 to 6.13, 6.21).
///
/// A protocol data unit is the part that all carriers share: a function code and its data. Nothing
/// becomes a value unless function, byte count and length are those of the request.
package enum ModbusPDU {
  /// Bytes of a request to read: function, address, count.
  static let readLength = 5

  /// The longest reply.
  package static let maximumLength = 253

  /// The request's bytes.
  package static func bytes(of request: ModbusRequest) -> [UInt8] {
    let function = request.operation.functionCode
    switch request.operation {
    case .read(let range):
      let count = UInt16(range.count)
      return [
        function,
        UInt8(range.address >> 8), UInt8(truncatingIfNeeded: range.address),
        UInt8(count >> 8), UInt8(truncatingIfNeeded: count),
      ]
    case .identification(let category, let object):
      return [function, 0x0E, category.rawValue, object]
    case .serverID: return [function]
    case .write(let write): return write.bytes
    }
  }

  /// Judges what arrived.
  ///
  /// - Parameters:
  ///   - unit: The unit identifier that came with it.
  ///   - pdu: Function code and data; any bytes.
  ///   - request: What was asked.
  /// - Returns: The values asked for, or why these bytes are not the answer to `request`.
  package static func judge(
    unit: UInt8,
    pdu: some RandomAccessCollection<UInt8>,
    answering request: ModbusRequest
  ) -> Result<BusReply, ReplyFault> {
    guard unit == request.unit.rawValue else {
      return .failure(ReplyFault(.foreignReply, "unit \(unit) answered instead"))
    }
    guard let function = pdu.first else {
      return .failure(ReplyFault(.malformedReply, "the answer is empty"))
    }
    let asked = request.operation.functionCode
    if function == asked { return reply(in: pdu, to: request.operation) }
    if function == asked | 0x80 { return exception(in: pdu) }
    return .failure(
      ReplyFault(.foreignReply, "function \(function) was answered, function \(asked) was asked")
    )
  }

  private static func exception(
    in pdu: some RandomAccessCollection<UInt8>
  ) -> Result<BusReply, ReplyFault> {
    guard pdu.count == 2, let code = pdu.last, code != 0 else {
      return .failure(ReplyFault(.malformedReply, "the refusal is not two bytes with a code"))
    }
    return .failure(ReplyFault(.exception(code), Cause.exception(code).sentence))
  }

  private static func reply(
    in pdu: some RandomAccessCollection<UInt8>,
    to operation: ModbusOperation
  ) -> Result<BusReply, ReplyFault> {
    switch operation {
    case .read(let range): values(in: pdu, of: range)
    case .identification(let category, let object):
      IdentificationReply.objects(in: pdu, category: category, object: object)
    case .serverID: IdentificationReply.serverID(in: pdu)
    case .write(let write): write.judge(pdu)
    }
  }

  private static func values(
    in pdu: some RandomAccessCollection<UInt8>,
    of range: AddressRange
  ) -> Result<BusReply, ReplyFault> {
    let expected = range.replyByteCount
    guard pdu.count == expected + 2 else {
      return .failure(
        ReplyFault(.malformedReply, "\(pdu.count) bytes were answered instead of \(expected + 2)")
      )
    }
    let data = pdu.dropFirst(2)
    let stated = pdu[pdu.index(before: data.startIndex)]
    guard Int(stated) == expected else {
      return .failure(
        ReplyFault(.malformedReply, "the answer's byte count is \(stated) instead of \(expected)")
      )
    }
    return .success(
      range.table.holdsBits
        ? .bits(bits(in: data, count: range.count)) : .registers(registers(in: data))
    )
  }

  /// The first address is the lowest bit of the first byte; what pads the last byte is ignored.
  private static func bits(in data: some RandomAccessCollection<UInt8>, count: Int) -> [Bool] {
    var bits: [Bool] = []
    bits.reserveCapacity(count)
    for byte in data {
      for position in 0..<min(8, count - bits.count) {
        bits.append(byte & (1 << UInt8(position)) != 0)
      }
    }
    return bits
  }

  /// High byte first (4.2).
  private static func registers(in data: some RandomAccessCollection<UInt8>) -> [UInt16] {
    // A reply lies in one piece of memory, which is read several times faster than any collection.
    data.withContiguousStorageIfAvailable { words($0) } ?? words(Array(data))
  }

  private static func words<Bytes: RandomAccessCollection>(_ bytes: Bytes) -> [UInt16]
  where Bytes.Element == UInt8, Bytes.Index == Int {
    (0..<bytes.count / 2).map { UInt16(bytes[2 * $0]) << 8 | UInt16(bytes[2 * $0 + 1]) }
  }
}

/// Why bytes that arrived are not the values asked for; the bus adds where.
package struct ReplyFault: Error, Sendable, Hashable {
  package let cause: Cause

  /// What was wrong, as the middle of a sentence or a sentence.
  package let detail: String

  init(_ cause: Cause, _ detail: String) {
    self.cause = cause
    self.detail = detail
  }

  /// Whether the device did answer, though with a refusal: the bus is in order.
  package var isAnswer: Bool {
    if case .exception = cause { true } else { false }
  }
}
