internal import NIOCore
internal import Telemetry

/// How requests and replies lie in the bytes of a TCP connection.
///
/// What a frame means is judged by ``ModbusPDU``, the same for all.
protocol TCPWire: Sendable {
  /// Whether nothing is left over from what was taken.
  var isEmpty: Bool { get }

  /// Takes what was read.
  mutating func take(_ bytes: ByteBuffer)

  /// Appends a whole request frame to `buffer`.
  func write(_ request: ModbusRequest, transaction: UInt16, to buffer: inout ByteBuffer)

  /// The next whole frame, or nil until more is taken.
  ///
  /// - Parameter request: The one that is due first.
  /// - Returns: A frame that may answer it, or another.
  /// - Throws: ``ReplyFault`` when the bytes are no frame, and where one begins is unknown.
  mutating func frame(answering request: ModbusRequest) throws(ReplyFault) -> TCPFrame?

  /// What is to be said of `request` when its time is over and no frame came out; nil when that is
  /// no more than silence.
  func remainder(answering request: ModbusRequest) -> ReplyFault?
}

/// One reply, whatever carried it.
struct TCPFrame: Sendable {
  /// The request that it answers; nil where frames are not numbered, and one alone is under way.
  let transaction: UInt16?
  let unit: UInt8
  let pdu: ByteBufferView
  /// How it was on a serial line; nil where there is none.
  let line: LineReply?
}

/// A reply of a serial line, and what came with it.
struct LineReply: Sendable, Hashable {
  /// Unit to CRC.
  let frame: [UInt8]
  /// What was there behind it.
  let rest: [UInt8]

  /// Whether the same was there behind it again, or the beginning of that, and nothing else.
  var isDoubled: Bool { rest == frame || frame.starts(with: rest) }
}

/// Modbus TCP.
extension MBAPDecoder: TCPWire {
  func write(_ request: ModbusRequest, transaction: UInt16, to buffer: inout ByteBuffer) {
    MBAP.write(request, transaction: transaction, to: &buffer)
  }

  mutating func frame(answering request: ModbusRequest) throws(ReplyFault) -> TCPFrame? {
    guard let frame = try next() else { return nil }
    return TCPFrame(transaction: frame.transaction, unit: frame.unit, pdu: frame.pdu, line: nil)
  }

  func remainder(answering request: ModbusRequest) -> ReplyFault? { nil }
}

/// RTU over TCP: the frames of the serial line, with their CRC.
extension RTUStream: TCPWire {
  func write(_ request: ModbusRequest, transaction: UInt16, to buffer: inout ByteBuffer) {
    buffer.writeBytes(CRC16.frame(RTUFrame.bytes(of: request)))
  }

  mutating func frame(answering request: ModbusRequest) throws(ReplyFault) -> TCPFrame? {
    guard let frame = try next(answering: request), let unit = frame.first else { return nil }
    let pdu = frame.dropFirst().dropLast(RTUFrame.checksumLength)
    return TCPFrame(
      transaction: nil,
      unit: unit,
      pdu: ByteBuffer(bytes: pdu).readableBytesView,
      line: LineReply(frame: frame, rest: takeRest())
    )
  }
}
