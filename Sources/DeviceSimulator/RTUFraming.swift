internal import Telemetry

/// Requests out of the bytes of a serial line (MODBUS over Serial Line V1.02, 2.5.1).
///
/// A frame ends with silence, which the carrier reports with ``silence()``. A request to read, or to
/// write one address, whose length is known and whose check sum is good, is taken at once: a pseudo
/// terminal hands bytes over in whole writes, and a busy machine can stretch or swallow any silence
/// between them. So is one that follows garbage.
package struct RTUFraming: Sendable {
  package struct Request: Sendable, Hashable {
    package let unit: UInt8
    package let pdu: ArraySlice<UInt8>
  }

  /// Longest frame of the standard.
  private static let maximumLength = 256

  /// Address, function, two words, check sum.
  private static let readLength = 8

  private var buffer: [UInt8] = []

  package init() {}

  /// Bytes that are not yet a frame, at most 256.
  package var pendingBytes: Int { buffer.count }

  /// Takes bytes, and gives the request of that length that they end with, if they do.
  package mutating func receive(_ bytes: some Collection<UInt8>) -> Request? {
    buffer.append(contentsOf: bytes.suffix(Self.maximumLength))
    if buffer.count > Self.maximumLength { buffer.removeFirst(buffer.count - Self.maximumLength) }
    let end = buffer.suffix(Self.readLength)
    guard end.count == Self.readLength, (1...6).contains(end[end.startIndex + 1]),
      CRC16.holds(end)
    else { return nil }
    buffer.removeAll(keepingCapacity: true)
    return Self.request(end)
  }

  /// The line has been silent: what is held is a frame, or it is discarded.
  package mutating func silence() -> Request? {
    let frame = buffer[...]
    buffer.removeAll(keepingCapacity: true)
    guard frame.count >= 4, CRC16.holds(frame) else { return nil }
    return Self.request(frame)
  }

  /// A reply's bytes with address and check sum.
  package static func frame(_ pdu: [UInt8], unit: UInt8) -> [UInt8] {
    CRC16.frame([unit] + pdu)
  }

  private static func request(_ frame: ArraySlice<UInt8>) -> Request {
    Request(unit: frame[frame.startIndex], pdu: frame.dropFirst().dropLast(2))
  }
}
