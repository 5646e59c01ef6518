import NIOCore
import Telemetry
import TestSupport
import Testing

@testable import Fieldbus

@Suite("Codec against random bytes")
struct CodecFuzzTests {
  private static let cases = 200_000

  @Test("Random and altered frames never crash and never become a value that was not sent")
  func random() throws {
    var generator = SeededGenerator(seed: 20_261_124)
    let requests = try [
      modbus(1, .coil, 0, 9), modbus(1, .discrete, 5, 16), modbus(17, .holding, 100, 3),
      modbus(255, .input, 65_530, 2),
    ]
    var accepted = 0
    var refused = 0
    for number in 0..<Self.cases {
      let request = requests[number % requests.count]
      var pdu = try good(request, &generator)
      var unit = request.unit.rawValue
      let original = pdu
      alter(&pdu, &unit, &generator)
      let headerIsIntact =
        unit == request.unit.rawValue && pdu.count == original.count
        && pdu.prefix(2) == original.prefix(2)
      switch ModbusPDU.judge(unit: unit, pdu: pdu, answering: request) {
      case .success(let reply):
        accepted += 1
        #expect(headerIsIntact, "\(pdu) for \(request)")
        #expect(try reply == expected(pdu, request))
      case .failure(let fault):
        refused += 1
        #expect(!headerIsIntact || fault.isAnswer, "\(pdu) for \(request)")
      }
    }
    #expect(accepted > 1_000 && refused > 100_000)
  }

  @Test("A stream of random bytes, cut at random, ends or waits, and never crashes")
  func stream() {
    var generator = SeededGenerator(seed: 7)
    for _ in 0..<20_000 {
      var decoder = MBAPDecoder()
      do {
        for _ in 0..<4 {
          decoder.take(ByteBuffer(bytes: noise(&generator)))
          while let frame = try decoder.next() { #expect((1...253).contains(frame.pdu.count)) }
        }
      } catch {
        continue
      }
    }
  }

  /// Few distinct bytes, so that headers come out right now and then.
  private func noise(_ generator: inout SeededGenerator) -> [UInt8] {
    (0..<Int.random(in: 0...40, using: &generator)).map { _ in
      [0, 0, 0, 1, 2, 3, 5, 0x83, 255].randomElement(using: &generator) ?? 0
    }
  }

  private func good(
    _ request: ModbusRequest,
    _ generator: inout SeededGenerator
  ) throws -> [UInt8] {
    let range = try request.range()
    let data = (0..<range.replyByteCount).map { _ in
      UInt8.random(in: 0...255, using: &generator)
    }
    return [range.table.functionCode, UInt8(range.replyByteCount)] + data
  }

  private func alter(
    _ pdu: inout [UInt8],
    _ unit: inout UInt8,
    _ generator: inout SeededGenerator
  ) {
    switch Int.random(in: 0..<8, using: &generator) {
    case 0: pdu[0] ^= UInt8.random(in: 1...255, using: &generator)
    case 1: pdu[1] ^= UInt8.random(in: 1...255, using: &generator)
    case 2: unit ^= UInt8.random(in: 1...255, using: &generator)
    case 3: pdu.removeLast(Int.random(in: 1...pdu.count, using: &generator))
    case 4: pdu += noise(&generator) + [0]
    case 5: pdu[2] ^= UInt8.random(in: 1...255, using: &generator)
    case 6: pdu = [3, 4, 0, 1, 0, 2]  // The right answer to some other request.
    default:
      pdu = (0..<Int.random(in: 0...12, using: &generator)).map { _ in
        UInt8.random(in: 0...255, using: &generator)
      }
    }
  }

  /// The values, read in another way than the codec does.
  private func expected(_ pdu: [UInt8], _ request: ModbusRequest) throws -> BusReply {
    let range = try request.range()
    let data = Array(pdu.dropFirst(2))
    if range.table.holdsBits {
      return .bits((0..<range.count).map { data[$0 / 8] >> UInt8($0 % 8) & 1 == 1 })
    }
    return .registers(
      (0..<range.count).map { UInt16(data[$0 * 2]) * 256 + UInt16(data[$0 * 2 + 1]) }
    )
  }
}
