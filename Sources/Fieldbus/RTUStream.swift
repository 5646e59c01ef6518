package import NIOCore
internal import Telemetry

/// Cuts one RTU reply out of a byte stream, as a serial device server carries it over TCP.
///
/// On a line silence ends a frame (MODBUS over Serial Line V1.02, 2.5.1.1), and TCP keeps no
/// silence: the end is known from the function and the byte count of the reply that is expected.
/// What cannot be that reply never becomes one; it is waited for only to say what it was.
package struct RTUStream: Sendable {
  /// Unit, function, MEI type, code, conformity, more follows, next object, number of objects.
  private static let objectsHeadLength = 8

  private var pending: [UInt8] = []

  package init() {}

  /// Whether nothing is left over from what was taken.
  package var isEmpty: Bool { pending.isEmpty }

  /// Takes what was read; of what is longer than any frame it keeps one byte too many.
  package mutating func take(_ bytes: ByteBuffer) {
    pending.append(contentsOf: bytes.readableBytesView.prefix(roomLeft))
  }

  private var roomLeft: Int { RTUFrame.maximumLength + 1 - pending.count }

  /// The whole frame, unit to CRC, whose CRC is good; nil until more is taken.
  ///
  /// It is judged by ``RTUFrame/judge(_:answering:)``: what may come out is also a frame that
  /// answers something else.
  ///
  /// - Throws: ``ReplyFault`` with ``Cause/checksum`` when as many bytes as the answer has came
  ///   damaged, with ``Cause/malformedReply`` when there are more than Modbus allows.
  package mutating func next(
    answering request: ModbusRequest
  ) throws(ReplyFault) -> [UInt8]? {
    switch Self.length(of: pending, answering: request) {
    case .unknown:
      guard pending.count <= RTUFrame.maximumLength else { throw RTUFrame.tooLong }
      return nil
    case .known(let length):
      guard length <= RTUFrame.maximumLength else { throw RTUFrame.tooLong }
      guard pending.count >= length else { return nil }
      guard CRC16.holds(pending[..<length]) else { throw RTUFrame.damaged }
      return takeFirst(length)
    case .foreign:
      guard pending.count <= RTUFrame.maximumLength else { throw RTUFrame.tooLong }
      if let length = foreignLength { return takeFirst(length) }
      guard pending.count < Self.expectedLength(of: request) else { throw RTUFrame.damaged }
      return nil
    }
  }

  /// The length of a whole frame that answers something else; nil where there is none yet.
  private var foreignLength: Int? {
    if let length = RTUFrame.length(of: pending), pending.count >= length,
      CRC16.holds(pending[..<length])
    {
      return length
    }
    return CRC16.holds(pending[...]) ? pending.count : nil
  }

  /// What is to be said of `request` when its time is over and no frame came out.
  ///
  /// - Returns: nil when nothing came, or the beginning of the answer and no more.
  package func remainder(answering request: ModbusRequest) -> ReplyFault? {
    guard case .foreign = Self.length(of: pending, answering: request) else { return nil }
    return RTUFrame.damaged
  }

  /// Takes what is left over off the stream.
  mutating func takeRest() -> [UInt8] { takeFirst(pending.count) }

  private mutating func takeFirst(_ count: Int) -> [UInt8] {
    let frame = Array(pending.prefix(count))
    pending.removeFirst(count)
    return frame
  }

  // MARK: Where a frame ends

  private enum Length {
    /// Too few bytes to tell.
    case unknown
    case known(Int)
    /// These bytes do not begin an answer to the request.
    case foreign
  }

  private static func length(
    of bytes: [UInt8],
    answering request: ModbusRequest
  ) -> Length {
    guard bytes.count >= 2 else { return .unknown }
    let asked = request.operation.functionCode
    let function = bytes[1]
    if function == asked | 0x80 { return .known(RTUFrame.shortestLength) }
    guard function == asked else { return .foreign }
    guard bytes.count >= 3 else { return .unknown }
    if case .read(let range) = request.operation,
      Int(bytes[2]) != range.replyByteCount
    {
      return .foreign
    }
    return RTUFrame.length(of: bytes).map { .known($0) }
      ?? objectsLength(of: bytes)
  }

  /// The reply to function 43/14 (MODBUS Application Protocol V1.1b3, 6.21) has no byte count: each
  /// object has a length of its own.
  private static func objectsLength(of bytes: [UInt8]) -> Length {
    guard bytes[2] == 0x0E else { return .foreign }
    guard bytes.count >= objectsHeadLength else { return .unknown }
    var end = objectsHeadLength
    for _ in 0..<bytes[objectsHeadLength - 1] {
      guard end + 1 < bytes.endIndex else { return .unknown }
      end += 2 + Int(bytes[end + 1])
    }
    return .known(end + RTUFrame.checksumLength)
  }

  /// Bytes after which what does not look like the answer will not become it.
  private static func expectedLength(of request: ModbusRequest) -> Int {
    switch request.operation {
    case .read(let range): range.replyByteCount + RTUFrame.shortestLength
    case .serverID, .identification: RTUFrame.maximumLength
    case .write: RTUFrame.confirmationLength
    }
  }
}
