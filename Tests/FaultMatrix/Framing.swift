/// How frames lie in a byte stream, as the proxy has to know it; written from the standards, not
/// with the codec under test.
package enum Framing: Sendable, Hashable {
  /// MODBUS Messaging on TCP/IP V1.0b, 3.1.3.
  case mbap
  /// MODBUS over Serial Line V1.02, 2.3; requests and replies of functions 3 and 4, and refusals.
  case rtu

  /// Bytes before the protocol data unit, the unit included.
  package var headerLength: Int { self == .mbap ? 7 : 1 }
  var trailerLength: Int { self == .mbap ? 0 : 2 }

  /// Takes the first whole frame off a buffer.
  package func take(from buffer: inout [UInt8], isReply: Bool) -> [UInt8]? {
    guard let length = length(of: buffer, isReply: isReply), buffer.count >= length else {
      return nil
    }
    let frame = Array(buffer.prefix(length))
    buffer.removeFirst(length)
    return frame
  }

  private func length(of buffer: [UInt8], isReply: Bool) -> Int? {
    switch self {
    case .mbap:
      buffer.count < 6 ? nil : 6 + Int(buffer[4]) << 8 + Int(buffer[5])
    case .rtu where !isReply: 8
    case .rtu:
      buffer.count < 3 ? nil : buffer[1] & 0x80 != 0 ? 5 : 5 + Int(buffer[2])
    }
  }

  /// Unit, and the protocol data unit of a whole frame.
  package func parts(of frame: [UInt8]) -> (unit: UInt8, pdu: ArraySlice<UInt8>) {
    (frame[headerLength - 1], frame.dropFirst(headerLength).dropLast(trailerLength))
  }

  /// A frame with other content, under the transaction of `frame`; length and check sum are good.
  package func frame(_ pdu: [UInt8], unit: UInt8, like frame: [UInt8]) -> [UInt8] {
    switch self {
    case .mbap:
      let length = pdu.count + 1
      return [frame[0], frame[1], 0, 0, UInt8(length >> 8), UInt8(length & 0xFF), unit] + pdu
    case .rtu:
      let body = [unit] + pdu
      let check = Self.checkSum(body)
      return body + [UInt8(truncatingIfNeeded: check), UInt8(check >> 8)]
    }
  }

  /// CRC-16 of a serial line, bit by bit (2.5.1.2 and appendix B).
  package static func checkSum(_ bytes: [UInt8]) -> UInt16 {
    bytes.reduce(0xFFFF) { sum, byte in
      (0..<8).reduce(sum ^ UInt16(byte)) { sum, _ in
        sum & 1 == 1 ? (sum >> 1) ^ 0xA001 : sum >> 1
      }
    }
  }
}
