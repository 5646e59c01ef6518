internal import Telemetry

/// What a serial line carries: a unit identifier, then the PDU (MODBUS over Serial Line V1.02, 2.3).
///
/// The CRC is the carrier's: libmodbus appends it to what is sent, and ``RTUReception`` checks it in
/// what is received and leaves its two bytes at the end.
package enum RTUFrame {
  static let checksumLength = 2

  /// MODBUS over Serial Line V1.02, 2.2.
  static let highestUnit: UInt8 = 247

  /// The longest frame, with its CRC.
  package static let maximumLength = 256

  /// Unit, function, code or byte count, CRC: a refusal, or a reply without data.
  static let shortestLength = 5

  /// Unit, function, address, value or count, CRC: the confirmation of functions 5, 6, 15 and 16.
  static let confirmationLength = 1 + RegisterWrite.confirmationLength + checksumLength

  static let damaged = ReplyFault(.checksum, "the answer was damaged on the line (CRC)")

  static let tooLong = ReplyFault(.malformedReply, "the answer is longer than Modbus allows")

  /// How long the frame is that begins so, with its CRC; nil where its function does not say, or not
  /// yet.
  static func length(of bytes: [UInt8]) -> Int? {
    guard bytes.count >= 3 else { return nil }
    switch bytes[1] {
    case 0x01...0x04, 0x11: return shortestLength + Int(bytes[2])
    case 0x05, 0x06, 0x0F, 0x10: return confirmationLength
    case 0x80...: return shortestLength
    default: return nil
    }
  }

  /// A request without its CRC.
  package static func bytes(of request: ModbusRequest) -> [UInt8] {
    [request.unit.rawValue] + ModbusPDU.bytes(of: request)
  }

  /// Judges a frame, unit, PDU and CRC, whose CRC was good.
  package static func judge(
    _ frame: [UInt8],
    answering request: ModbusRequest
  ) -> Result<BusReply, ReplyFault> {
    guard let unit = frame.first, frame.count > checksumLength else {
      return .failure(ReplyFault(.malformedReply, "\(frame.count) bytes were answered"))
    }
    return ModbusPDU.judge(
      unit: unit,
      pdu: frame.dropFirst().dropLast(checksumLength),
      answering: request
    )
  }

  /// How long request and reply occupy the line; the longest reply where the device decides.
  static func lineTime(of request: ModbusRequest, on line: SerialLine) -> Duration {
    switch request.operation {
    case .read(let range): line.transferTime(of: .rtu(range.table, count: range.count))
    case .write:
      line.characterTime * (bytes(of: request).count + checksumLength + confirmationLength)
    case .identification, .serverID:
      line.characterTime * (bytes(of: request).count + checksumLength + maximumLength)
    }
  }
}
