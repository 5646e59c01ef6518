import NIOCore
import Telemetry
import TestSupport
import Testing

@testable import Fieldbus

@Suite("RTU stream")
struct RTUStreamTests {
  @Test("An answer comes out whole, however the network cut it", arguments: [1, 2, 3, 7, 64])
  func cuts(size: Int) throws {
    let request = try modbus(17, .holding, 0x6B, 3)
    // The example of the standard (MODBUS Application Protocol V1.1b3, 6.3) with unit 17.
    let frame = CRC16.frame([17, 3, 6, 0x02, 0x2B, 0x00, 0x00, 0x00, 0x64])
    #expect(try read(frame, cut: size, request) == frame)
    let verdict = RTUFrame.judge(frame, answering: request)
    #expect(verdict == .success(.registers([0x022B, 0, 0x64])))
  }

  @Test("A refusal is five bytes, whatever was asked")
  func refusal() throws {
    let frame = CRC16.frame([1, 0x83, 2])
    #expect(try read(frame, cut: 1, try modbus(1, .holding, 0, 125)) == frame)
  }

  @Test("A device's identification ends where its last object ends", arguments: [1, 5, 300])
  func identification(cut: Int) throws {
    let request = try identifying(1, .identification(.basic, object: 0))
    let head: [UInt8] = [1, 0x2B, 0x0E, 1, 1, 0, 0, 2]
    let frame = CRC16.frame(head + [0, 3, 65, 67, 77] + [1, 2, 84, 88])
    #expect(try read(frame, cut: cut, request) == frame)
    let id = CRC16.frame([1, 0x11, 3, 65, 66, 0xFF])
    #expect(try read(id, cut: cut, try identifying(1, .serverID)) == id)
  }

  @Test("What follows an answer stays behind, and is not taken for nothing")
  func leftover() throws {
    let request = try modbus(1, .holding, 0, 1)
    let frame = CRC16.frame([1, 3, 2, 0, 9])
    var stream = RTUStream()
    stream.take(ByteBuffer(bytes: frame + [0]))
    #expect(try stream.next(answering: request) == frame)
    #expect(!stream.isEmpty)
  }

  @Test("Another unit's frame comes out, for the codec to refuse")
  func foreignUnit() throws {
    let request = try modbus(1, .holding, 0, 1)
    let frame = CRC16.frame([2, 3, 2, 0, 9])
    #expect(try read(frame, cut: 3, request) == frame)
    let refusal = CRC16.frame([1, 0x84, 2])
    #expect(try read(refusal, cut: 9, request) == refusal)
    let shorter = CRC16.frame([1, 3, 4, 0, 9, 0, 1])
    #expect(try read(shorter, cut: 9, try modbus(1, .holding, 0, 10)) == shorter)
  }

  @Test("Another's frame comes out for itself, whatever came with it")
  func foreignAndMore() throws {
    let late = CRC16.frame([1, 4, 2, 0, 9])
    let reply = CRC16.frame([1, 3, 2, 0, 7])
    #expect(try read(late + reply, cut: 99, try modbus(1, .holding, 0, 1)) == late)
  }

  @Test("Any one bit that is wrong leaves no answer, and is called damage before time is over")
  func bitErrors() throws {
    let request = try modbus(1, .holding, 0, 4)
    let frame = CRC16.frame([1, 3, 8, 0, 1, 0, 2, 0, 3, 0, 4])
    for bit in 0..<frame.count * 8 {
      var bytes = frame
      bytes[bit / 8] ^= 1 << UInt8(bit % 8)
      #expect(throws: ReplyFault(.checksum, "the answer was damaged on the line (CRC)")) {
        var stream = RTUStream()
        stream.take(ByteBuffer(bytes: bytes))
        let frame = try stream.next(answering: request)
        try #require(frame == nil)
        if let fault = stream.remainder(answering: request) { throw fault }
      }
    }
  }

  @Test("A frame that is cut short is the beginning of an answer, and none")
  func short() throws {
    let request = try modbus(1, .holding, 0, 4)
    let frame = CRC16.frame([1, 3, 8, 0, 1, 0, 2, 0, 3, 0, 4])
    for length in 0..<frame.count {
      var stream = RTUStream()
      stream.take(ByteBuffer(bytes: frame.prefix(length)))
      #expect(try stream.next(answering: request) == nil)
      #expect(stream.remainder(answering: request) == nil)
    }
  }

  @Test("What is longer than any frame is none, though its check sum is good")
  func tooLong() throws {
    let frame = CRC16.frame([9, 7] + Array(repeating: 0x3A, count: RTUFrame.maximumLength - 3))
    let request = try modbus(1, .holding, 0, 4)
    #expect(frame.count == RTUFrame.maximumLength + 1)
    #expect(throws: ReplyFault.self) { try read(frame, cut: 300, request) }
  }

  @Test("A talker that does not end is not kept: one byte more than a frame, at most")
  func endless() throws {
    let request = try identifying(1, .identification(.basic, object: 0))
    var stream = RTUStream()
    #expect(throws: ReplyFault.self) {
      for _ in 0..<100_000 {
        stream.take(ByteBuffer(bytes: [1, 0x2B, 0x0E, 1, 1, 0, 0, 255, 0, 0]))
        _ = try stream.next(answering: request)
      }
    }
  }

  private func read(_ bytes: [UInt8], cut: Int, _ request: ModbusRequest) throws -> [UInt8]? {
    var stream = RTUStream()
    var rest = bytes[...]
    while !rest.isEmpty {
      stream.take(ByteBuffer(bytes: rest.prefix(cut)))
      rest = rest.dropFirst(cut)
      if let frame = try stream.next(answering: request) { return frame }
    }
    return nil
  }
}
