/// Requests out of the bytes of a TCP connection
/// (MODBUS Messaging on TCP/IP Implementation Guide V1.0b, 3.1.3).
package struct MBAPFraming: Sendable {
  package struct Request: Sendable, Hashable {
    package let transaction: UInt16
    package let unit: UInt8
    package let pdu: ArraySlice<UInt8>
  }

  /// Bytes that are no Modbus, after which the connection has lost its place and must be closed.
  package enum Violation: Error, Sendable, Hashable {
    case protocolIdentifier(UInt16)
    case length(Int)
  }

  private static let headerLength = 7

  /// Unit identifier and 1 to 253 bytes of protocol data unit.
  private static let lengths = 2...254

  private var buffer: [UInt8] = []

  package init() {}

  /// Bytes of a request that has not wholly arrived; at most 259 after ``next()`` gave nil.
  package var pendingBytes: Int { buffer.count }

  package mutating func receive(_ bytes: some Collection<UInt8>) {
    buffer.append(contentsOf: bytes)
  }

  /// The next complete request, or nil when more bytes are needed.
  ///
  /// - Throws: ``Violation`` when what arrived cannot be Modbus.
  package mutating func next() throws(Violation) -> Request? {
    guard buffer.count >= Self.headerLength - 1 else { return nil }
    let identifier = word(at: 2)
    guard identifier == 0 else { throw .protocolIdentifier(identifier) }
    let length = Int(word(at: 4))
    guard Self.lengths.contains(length) else { throw .length(length) }
    let end = Self.headerLength - 1 + length
    guard buffer.count >= end else { return nil }
    let request = Request(
      transaction: word(at: 0),
      unit: buffer[6],
      pdu: ArraySlice(Array(buffer[Self.headerLength..<end]))
    )
    buffer.removeFirst(end)
    return request
  }

  /// A reply's bytes with their header.
  package static func frame(_ pdu: [UInt8], answering request: Request) -> [UInt8] {
    let length = UInt16(pdu.count + 1)
    return [
      UInt8(request.transaction >> 8), UInt8(truncatingIfNeeded: request.transaction), 0, 0,
      UInt8(length >> 8), UInt8(truncatingIfNeeded: length), request.unit,
    ] + pdu
  }

  private func word(at index: Int) -> UInt16 {
    UInt16(buffer[index]) << 8 | UInt16(buffer[index + 1])
  }
}
