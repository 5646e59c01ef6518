package import NIOCore
internal import Telemetry

/// Frames of Modbus TCP (MODBUS Messaging on TCP/IP V1.0b, 3.1.3): transaction, protocol 0, length,
/// unit, then the PDU.
package enum MBAP {
  /// Bytes before the PDU, the unit identifier included.
  package static let headerLength = 7

  /// What the length field may say: a unit identifier and a PDU of 1 to 253 bytes.
  package static let lengths: ClosedRange<UInt16> = 2...254

  /// Appends a whole request frame to `buffer`.
  package static func write(
    _ request: ModbusRequest,
    transaction: UInt16,
    to buffer: inout ByteBuffer
  ) {
    guard case .read(let range) = request.operation else {
      let pdu = ModbusPDU.bytes(of: request)
      buffer.writeMultipleIntegers(
        transaction,
        UInt16(0),
        UInt16(pdu.count + 1),
        request.unit.rawValue
      )
      buffer.writeBytes(pdu)
      return
    }
    buffer.writeMultipleIntegers(
      transaction,
      UInt16(0),
      UInt16(ModbusPDU.readLength + 1),
      request.unit.rawValue,
      range.table.functionCode,
      range.address,
      UInt16(range.count)
    )
  }
}

/// One whole frame of a Modbus TCP stream.
package struct MBAPFrame: Sendable, Hashable {
  package let transaction: UInt16
  package let unit: UInt8
  package let pdu: ByteBufferView
}

/// Cuts a stream into frames, however the network cut it.
///
/// It never holds more than one partial frame between two calls of ``next()`` that returned nil. A
/// header that breaks the protocol ends the stream: where the next frame would begin is unknown.
package struct MBAPDecoder: Sendable {
  private var pending = ByteBuffer()

  package init() {}

  /// Whether nothing is left over from what was taken.
  package var isEmpty: Bool { pending.readableBytes == 0 }

  /// Takes what was read.
  package mutating func take(_ bytes: ByteBuffer) {
    if isEmpty {
      pending = bytes
    } else {
      var bytes = bytes
      pending.writeBuffer(&bytes)
    }
  }

  /// The next whole frame, or nil until more is taken.
  ///
  /// - Throws: ``ReplyFault`` when the bytes are no Modbus TCP header.
  package mutating func next() throws(ReplyFault) -> MBAPFrame? {
    guard
      let (transaction, version, length) = pending.peekMultipleIntegers(
        as: (UInt16, UInt16, UInt16).self
      )
    else { return nil }
    guard version == 0 else {
      throw ReplyFault(.malformedReply, "the protocol identifier is \(version), not 0")
    }
    guard MBAP.lengths.contains(length) else {
      throw ReplyFault(.malformedReply, "the frame's length is \(length), not 2 to 254")
    }
    let total = MBAP.headerLength - 1 + Int(length)
    guard pending.readableBytes >= total else { return nil }
    let start = pending.readerIndex
    guard let unit = pending.getInteger(at: start + 6, as: UInt8.self),
      let pdu = pending.viewBytes(at: start + MBAP.headerLength, length: Int(length) - 1)
    else { return nil }
    pending.moveReaderIndex(forwardBy: total)
    // Lets go of the channel's read buffer, so that it can be used again.
    if isEmpty { pending = ByteBuffer() }
    return MBAPFrame(transaction: transaction, unit: unit, pdu: pdu)
  }
}
