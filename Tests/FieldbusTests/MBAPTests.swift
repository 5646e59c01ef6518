import NIOCore
import Telemetry
import Testing

@testable import Fieldbus

@Suite("MBAP framing")
struct MBAPTests {
  /// Transaction 0x1501, protocol 0, length 5, unit 1: function 3 answers 0x1234.
  private static let frame: [UInt8] = [0x15, 0x01, 0, 0, 0, 5, 1, 3, 2, 0x12, 0x34]

  @Test("A request is twelve bytes")
  func request() throws {
    var buffer = ByteBuffer()
    MBAP.write(try modbus(0xFF, .holding, 4, 1), transaction: 0x1501, to: &buffer)
    #expect(Array(buffer.readableBytesView) == [0x15, 0x01, 0, 0, 0, 6, 0xFF, 3, 0, 4, 0, 1])
  }

  @Test("A frame is whole wherever the network cuts it", arguments: 0...frame.count)
  func pieces(cut: Int) throws {
    var decoder = MBAPDecoder()
    decoder.take(ByteBuffer(bytes: Self.frame[..<cut]))
    if cut < Self.frame.count { #expect(try decoder.next() == nil) }
    decoder.take(ByteBuffer(bytes: Self.frame[cut...]))
    let frame = try #require(try decoder.next())
    #expect(frame.transaction == 0x1501)
    #expect(frame.unit == 1)
    #expect(Array(frame.pdu) == [3, 2, 0x12, 0x34])
    #expect(decoder.isEmpty)
  }

  @Test("Several frames in one read come out one by one, and the rest waits")
  func several() throws {
    var decoder = MBAPDecoder()
    decoder.take(ByteBuffer(bytes: Self.frame + Self.frame + Self.frame.dropLast()))
    #expect(try decoder.next() != nil)
    #expect(try decoder.next() != nil)
    #expect(try decoder.next() == nil)
    #expect(!decoder.isEmpty)
    decoder.take(ByteBuffer(bytes: Self.frame.suffix(1)))
    #expect(try decoder.next() != nil)
    #expect(decoder.isEmpty)
  }

  @Test(
    "A header that breaks the protocol ends the stream",
    arguments: [
      [0, 1, 0, 1, 0, 5], [0, 1, 1, 0, 0, 5], [0, 1, 0, 0, 0, 0], [0, 1, 0, 0, 0, 1],
      [0, 1, 0, 0, 0, 255], [0, 1, 0, 0, 0x27, 0x0F], Array("HTTP/1".utf8),
    ] as [[UInt8]]
  )
  func rubbish(header: [UInt8]) {
    var decoder = MBAPDecoder()
    decoder.take(ByteBuffer(bytes: header))
    #expect(throws: ReplyFault.self) { try decoder.next() }
  }
}
