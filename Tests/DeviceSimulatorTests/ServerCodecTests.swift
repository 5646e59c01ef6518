import DeviceSimulator
import Profiles
import Telemetry
import Testing

@Suite("Server codec")
struct ServerCodecTests {
  /// Registers 10, 11 and 14 hold 1, 2 and 5; coils 0, 2 and 9 are on, off and on.
  private static let image: RegisterImage = {
    let profile = TestProfiles.modbus(
      "codec",
      [
        TestProfiles.signal("a", at: 10, .uint16), TestProfiles.signal("b", at: 11, .uint16),
        TestProfiles.signal("c", at: 14, .uint16),
        TestProfiles.signal("x", table: .coil, at: 0, .bool),
        TestProfiles.signal("y", table: .coil, at: 2, .bool),
        TestProfiles.signal("z", table: .coil, at: 9, .bool),
        TestProfiles.signal("last", table: .input, at: 65_535, .uint16),
        TestProfiles.signal("far", at: 40, .uint16),
      ]
    )
    guard case .modbus(let access) = profile.access else { preconditionFailure() }
    var image = RegisterImage(access: access)
    image.refresh([
      .integer(1), .integer(2), .integer(5), .flag(true), .flag(false), .flag(true),
      .integer(0xABCD), .integer(7),
    ])
    return image
  }()

  private static let exchanges: [(request: [UInt8], reply: [UInt8])] = [
    // Read holding registers.
    ([3, 0, 10, 0, 2], [3, 4, 0, 1, 0, 2]),
    // Unmapped addresses within the gap read as 0.
    ([3, 0, 10, 0, 5], [3, 10, 0, 1, 0, 2, 0, 0, 0, 0, 0, 5]),
    // Coils, the first in the least significant bit.
    ([1, 0, 0, 0, 10], [1, 2, 0b0000_0001, 0b0000_0010]),
    ([1, 0, 9, 0, 1], [1, 1, 1]),
    // The last address there is.
    ([4, 0xFF, 0xFF, 0, 1], [4, 2, 0xAB, 0xCD]),
    // Functions that a device of readings does not have.
    ([6, 0, 10, 0, 1], [0x86, 1]),
    ([0x2B, 14, 1, 0], [0xAB, 1]),
    ([0], [0x80, 1]),
    // Addresses that do not exist: before, behind, past the gap, in another table, past the end.
    ([3, 0, 9, 0, 1], [0x83, 2]),
    ([3, 0, 14, 0, 2], [0x83, 2]),
    ([3, 0, 14, 0, 27], [0x83, 2]),
    ([2, 0, 0, 0, 1], [0x82, 2]),
    ([4, 0xFF, 0xFF, 0, 2], [0x84, 2]),
    // Counts and lengths that the protocol forbids.
    ([3, 0, 10, 0, 0], [0x83, 3]),
    ([3, 0, 10, 0, 126], [0x83, 3]),
    ([1, 0, 0, 0x07, 0xD1], [0x81, 3]),
    ([3, 0, 10, 0], [0x83, 3]),
    ([3, 0, 10, 0, 1, 0], [0x83, 3]),
    ([3], [0x83, 3]),
  ]

  @Test("A request gets the reply or exception of the standard", arguments: exchanges)
  func replies(_ exchange: (request: [UInt8], reply: [UInt8])) {
    #expect(
      ModbusServerCodec.reply(to: exchange.request[...], from: Self.image) == exchange.reply
    )
  }

  @Test("The check sum has the standard's check value")
  func checkSum() {
    #expect(CRC16.of("123456789".utf8) == 0x4B37)
    #expect(CRC16.of([UInt8]()) == 0xFFFF)
  }
}

@Suite("TCP framing")
struct MBAPFramingTests {
  private static let first: [UInt8] = [0, 1, 0, 0, 0, 6, 7, 3, 0, 10, 0, 2]
  private static let second: [UInt8] = [0xAB, 0xCD, 0, 0, 0, 6, 255, 4, 0, 0, 0, 1]

  private func requests(_ framing: inout MBAPFraming) throws -> [MBAPFraming.Request] {
    var requests: [MBAPFraming.Request] = []
    while let request = try framing.next() { requests.append(request) }
    return requests
  }

  @Test("Requests that arrive in one piece come out in order")
  func pipelined() throws {
    var framing = MBAPFraming()
    framing.receive(Self.first + Self.second)
    let requests = try requests(&framing)
    #expect(requests.map(\.transaction) == [1, 0xABCD])
    #expect(requests.map(\.unit) == [7, 255])
    #expect(requests.map { Array($0.pdu) } == [[3, 0, 10, 0, 2], [4, 0, 0, 0, 1]])
  }

  @Test("A request that arrives byte by byte comes out with the last byte")
  func bytewise() throws {
    var framing = MBAPFraming()
    for byte in Self.first.dropLast() {
      framing.receive([byte])
      #expect(try framing.next() == nil)
    }
    framing.receive(Self.first.suffix(1))
    #expect(try framing.next()?.transaction == 1)
    #expect(framing.pendingBytes == 0)
  }

  @Test("A reply repeats transaction and unit")
  func reply() throws {
    var framing = MBAPFraming()
    framing.receive(Self.second)
    let request = try #require(try framing.next())
    let bytes: [UInt8] = [0xAB, 0xCD, 0, 0, 0, 5, 255, 4, 2, 0, 9]
    #expect(MBAPFraming.frame([4, 2, 0, 9], answering: request) == bytes)
  }

  @Test("Another protocol identifier ends the connection")
  func foreignProtocol() {
    var framing = MBAPFraming()
    framing.receive(Array("GET / HTTP/1.1\r\n\r\n".utf8))
    #expect(throws: MBAPFraming.Violation.protocolIdentifier(0x5420)) { try framing.next() }
  }

  @Test("A length that no request can have ends the connection", arguments: [0, 1, 255, 65_535])
  func length(_ length: Int) {
    var framing = MBAPFraming()
    framing.receive([0, 1, 0, 0, UInt8(length >> 8), UInt8(length & 0xFF)])
    #expect(throws: MBAPFraming.Violation.length(length)) { try framing.next() }
  }
}

@Suite("RTU framing")
struct RTUFramingTests {
  private static let request = RTUFraming.frame([3, 0, 10, 0, 2], unit: 7)

  @Test("A read request is taken when its check sum is complete")
  func atOnce() {
    var framing = RTUFraming()
    #expect(framing.receive(Self.request.dropLast(3)) == nil)
    let request = framing.receive(Self.request.suffix(3))
    #expect(request?.unit == 7)
    #expect(request.map { Array($0.pdu) } == [3, 0, 10, 0, 2])
    #expect(framing.pendingBytes == 0)
  }

  @Test("A frame of another function ends with silence")
  func silence() {
    var framing = RTUFraming()
    let frame = RTUFraming.frame([0x11], unit: 7)
    #expect(framing.receive(frame) == nil)
    #expect(framing.silence().map { Array($0.pdu) } == [0x11])
    #expect(framing.silence() == nil)
  }

  @Test("Silence discards half a frame, and the next is understood")
  func halfFrame() {
    var framing = RTUFraming()
    #expect(framing.receive(Self.request.prefix(5)) == nil)
    #expect(framing.silence() == nil)
    #expect(framing.receive(Self.request)?.unit == 7)
  }

  @Test("A request that follows garbage without a silence is understood")
  func afterGarbage() {
    var framing = RTUFraming()
    let garbage = (0..<1_000).map { UInt8(truncatingIfNeeded: $0 &* 37) }
    #expect(framing.receive(garbage) == nil)
    #expect(framing.pendingBytes <= 256)
    #expect(framing.receive(Self.request)?.unit == 7)
  }

  @Test("A damaged request is none", arguments: 0..<8)
  func damaged(_ index: Int) {
    var framing = RTUFraming()
    var bytes = Self.request
    bytes[index] ^= 0x10
    #expect(framing.receive(bytes) == nil)
    #expect(framing.silence() == nil)
  }

  @Test("A frame has the check sum low byte first")
  func frame() {
    // MODBUS over Serial Line V1.02 gives no frame; this one is from the CRC's definition.
    let bytes = RTUFraming.frame([3, 0, 0, 0, 10], unit: 1)
    #expect(bytes == [1, 3, 0, 0, 0, 10, 0xC5, 0xCD])
  }
}
