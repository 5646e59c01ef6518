import FaultMatrix
import Telemetry
import Testing

@Suite("Framing of the proxy")
struct FramingTests {
  /// The request of MODBUS Application Protocol V1.1b3, 6.3, with the check sum of any RTU tool.
  @Test("A frame on a line has the check sum that others compute")
  func checkSum() {
    let body: [UInt8] = [0x11, 0x03, 0x00, 0x6B, 0x00, 0x03]
    #expect(
      Framing.rtu.frame(Array(body.dropFirst()), unit: 0x11, like: []) == body + [0x76, 0x87]
    )
    #expect(Framing.checkSum(body) == CRC16.of(body))
  }

  @Test("Frames are cut however the stream was cut", arguments: [Framing.mbap, .rtu])
  func cut(framing: Framing) {
    let frames = (1...3).map { count in
      let bytes = UInt8(count * 2)
      let values = (0..<bytes).map { $0 }
      return framing.frame([3, bytes] + values, unit: 17, like: [0, UInt8(count)])
    }
    var buffer: [UInt8] = []
    var taken: [[UInt8]] = []
    for byte in frames.joined() {
      buffer.append(byte)
      while let frame = framing.take(from: &buffer, isReply: true) { taken.append(frame) }
    }
    #expect(taken == frames)
    #expect(buffer.isEmpty)
    #expect(framing.parts(of: frames[0]).unit == 17)
    #expect(framing.parts(of: frames[0]).pdu == [3, 2, 0, 1])
  }
}
