package import Telemetry

/// Builds the requests and judges the replies of functions 1 to 4
/// (MODBUS Application Protocol V1.1b3, 6.1 to 6.4).
///
/// A protocol data unit is the part that all carriers share: a function code and its data. Nothing
/// becomes a value unless function, byte count and length are those of the request.
package enum ModbusPDU {
  /// Bytes of a request: function, address, count.
  package static let requestLength = 5

  /// The longest reply.
  package static let maximumLength = 253

  /// The request's bytes.
  package static func bytes(of request: ModbusRequest) -> [UInt8] {
    let count = UInt16(request.count)
    return [
      request.table.functionCode,
      UInt8(request.address >> 8), UInt8(truncatingIfNeeded: request.address),
      UInt8(count >> 8), UInt8(truncatingIfNeeded: count),
    ]
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
    let asked = request.table.functionCode
    if function == asked { return values(in: pdu, of: request) }
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

  private static func values(
    in pdu: some RandomAccessCollection<UInt8>,
    of request: ModbusRequest
  ) -> Result<BusReply, ReplyFault> {
    let expected = request.replyByteCount
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
      request.table.holdsBits
        ? .bits(bits(in: data, count: request.count)) : .registers(registers(in: data))
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
    var registers: [UInt16] = []
    registers.reserveCapacity(data.count / 2)
    var bytes = data.makeIterator()
    while let high = bytes.next(), let low = bytes.next() {
      registers.append(UInt16(high) << 8 | UInt16(low))
    }
    return registers
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

extension ModbusRequest {
  /// Bytes of data in the reply.
  package var replyByteCount: Int { table.byteCount(of: count) }
}
