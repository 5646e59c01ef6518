import NIOCore
import Telemetry
import TestSupport
import Testing

@testable import Fieldbus

@Suite("Replies that say what a device is")
struct IdentificationReplyTests {
  @Test("Requests are function, MEI type, code and object, or the function alone")
  func requests() throws {
    let basic = try identifying(1, .identification(.basic, object: 0))
    #expect(ModbusPDU.bytes(of: basic) == [0x2B, 0x0E, 1, 0])
    let model = try identifying(1, .identification(.individual, object: 5))
    #expect(ModbusPDU.bytes(of: model) == [0x2B, 0x0E, 4, 5])
    #expect(ModbusPDU.bytes(of: try identifying(1, .serverID)) == [0x11])
    var buffer = ByteBuffer()
    MBAP.write(basic, transaction: 0x1501, to: &buffer)
    #expect(
      Array(buffer.readableBytesView) == [0x15, 0x01, 0, 0, 0, 5, 1, 0x2B, 0x0E, 1, 0]
    )
  }

  /// The example of MODBUS Application Protocol V1.1b3, 6.21.
  @Test("The specification's reply becomes its objects")
  func specification() throws {
    let head: [UInt8] = [0x2B, 0x0E, 1, 1, 0, 0, 3]
    let objects: [UInt8: [UInt8]] = [
      0: Array("Company identification".utf8), 1: Array("Product code XX".utf8),
      2: Array("V2.11".utf8),
    ]
    let pdu = head + bytes(of: objects)
    #expect(
      try judge(pdu, .identification(.basic, object: 0)).get()
        == .identification(objects: objects, next: nil)
    )
  }

  @Test("More objects may follow, after those that came")
  func moreFollows() throws {
    let pdu = [0x2B, 0x0E, 2, 0x82, 0xFF, 2, 2] + bytes(of: [0: [65], 1: []])
    #expect(
      try judge(pdu, .identification(.regular, object: 0)).get()
        == .identification(objects: [0: [65], 1: []], next: 2)
    )
  }

  @Test(
    "What is not the answer gets its cause",
    arguments: [
      ([0x2B], .malformedReply),
      ([0x2B, 0x0E, 1, 1, 0, 0], .malformedReply),
      ([0x2B, 0x0D, 1, 1, 0, 0, 0], .foreignReply),  // another transport
      ([0x2B, 0x0E, 2, 1, 0, 0, 0], .foreignReply),  // another code
      ([0x2B, 0x0E, 1, 1, 1, 0, 0], .malformedReply),  // neither yes nor no
      ([0x2B, 0x0E, 1, 1, 0, 0, 1, 0, 2, 65], .malformedReply),  // a byte short
      ([0x2B, 0x0E, 1, 1, 0, 0, 1, 0, 1, 65, 1], .malformedReply),  // a byte too many
      ([0x2B, 0x0E, 1, 1, 0, 0, 2, 0, 1, 65], .malformedReply),  // one object, two stated
      ([0x2B, 0x0E, 1, 1, 0, 0, 2, 0, 1, 65, 0, 1, 66], .malformedReply),  // twice the same
      ([0x2B, 0x0E, 1, 1, 0xFF, 0, 1, 0, 1, 65], .malformedReply),  // goes round in a circle
      ([0x2B, 0x0E, 1, 1, 0xFF, 1, 0], .malformedReply),  // goes nowhere
      ([0xAB, 1], .exception(1)),
      ([0xAB, 1, 0], .malformedReply),
      ([0x91, 1], .foreignReply),
      ([3, 2, 0, 1], .foreignReply),
    ] as [([UInt8], Cause)]
  )
  func faults(pdu: [UInt8], cause: Cause) throws {
    #expect(failure(try judge(pdu, .identification(.basic, object: 0))) == cause)
  }

  @Test("One object that was asked for is that object alone")
  func individual() throws {
    let asked = ModbusOperation.identification(.individual, object: 5)
    let good: [UInt8] = [0x2B, 0x0E, 4, 0x81, 0, 0, 1, 5, 1, 65]
    #expect(try judge(good, asked).get() == .identification(objects: [5: [65]], next: nil))
    let other: [UInt8] = [0x2B, 0x0E, 4, 0x81, 0, 0, 1, 4, 1, 65]
    #expect(failure(try judge(other, asked)) == .foreignReply)
    let more: [UInt8] = [0x2B, 0x0E, 4, 0x81, 0xFF, 6, 1, 5, 1, 65]
    #expect(failure(try judge(more, asked)) == .foreignReply)
  }

  @Test("A server identification is as long as it says, and not empty")
  func serverID() throws {
    #expect(try judge([0x11, 3, 65, 66, 0xFF], .serverID).get() == .serverID([65, 66, 0xFF]))
    for pdu: [UInt8] in [[0x11], [0x11, 0], [0x11, 1], [0x11, 2, 65], [0x11, 1, 65, 66]] {
      #expect(failure(try judge(pdu, .serverID)) == .malformedReply, "\(pdu)")
    }
    #expect(failure(try judge([0x91, 1], .serverID)) == .exception(1))
  }

  @Test("A server identification as a text is what can be printed of it")
  func text() {
    #expect(
      ServerID.text(of: Array("Oven 7".utf8) + [0xFF, 0, 0] + Array("v2".utf8)) == "Oven 7 v2"
    )
    #expect(ServerID.text(of: [1, 0xFF]) == "")
  }

  @Test("Random and altered replies never crash, and are believed only when they read back")
  func fuzz() throws {
    var generator = SeededGenerator(seed: 20_261_125)
    var accepted = 0
    for number in 0..<200_000 {
      let category = IdentificationCategory.allCases[number % 3]
      let object = category == .individual ? UInt8(number % 7) : 0
      var pdu = good(category, object, &generator)
      if number % 2 == 0 { alter(&pdu, &generator) }
      let operation = ModbusOperation.identification(category, object: object)
      switch try judge(pdu, operation) {
      case .failure: #expect(number % 2 == 0, "\(pdu)")
      case .success(.identification(let objects, let next)):
        accepted += 1
        let head: [UInt8] = [0x2B, 0x0E, category.rawValue]
        #expect(pdu.prefix(3) == head[...])
        #expect(pdu[4] == (next == nil ? 0 : 0xFF) && Int(pdu[6]) == objects.count)
        #expect(pdu.count == 7 + objects.values.reduce(0) { $0 + 2 + $1.count })
        #expect(next.map { next in objects.keys.allSatisfy { $0 < next } } != false)
      case .success: Issue.record("\(pdu)")
      }
    }
    #expect(accepted > 100_000)
  }

  private func good(
    _ category: IdentificationCategory,
    _ object: UInt8,
    _ generator: inout SeededGenerator
  ) -> [UInt8] {
    let ids =
      category == .individual
      ? [object] : Array(0..<UInt8.random(in: 1...6, using: &generator))
    var objects: [UInt8: [UInt8]] = [:]
    for id in ids {
      objects[id] = (0..<Int.random(in: 0...20, using: &generator)).map { _ in
        UInt8.random(in: 0...255, using: &generator)
      }
    }
    let follows = category != .individual && Bool.random(using: &generator)
    let next = follows ? UInt8(ids.count) : 0
    return [0x2B, 0x0E, category.rawValue, 0x83, follows ? 0xFF : 0, next, UInt8(ids.count)]
      + bytes(of: objects)
  }

  private func alter(_ pdu: inout [UInt8], _ generator: inout SeededGenerator) {
    switch Int.random(in: 0..<4, using: &generator) {
    case 0: pdu[Int.random(in: 0..<pdu.count, using: &generator)] ^= 1 << UInt8(pdu.count % 8)
    case 1: pdu.removeLast(Int.random(in: 1...pdu.count, using: &generator))
    case 2: pdu.append(UInt8.random(in: 0...255, using: &generator))
    default:
      let place = Int.random(in: 1..<pdu.count, using: &generator)
      pdu[place] = UInt8.random(in: 0...255, using: &generator)
    }
  }

  private func bytes(of objects: [UInt8: [UInt8]]) -> [UInt8] {
    objects.sorted { $0.key < $1.key }.flatMap { [$0.key, UInt8($0.value.count)] + $0.value }
  }

  private func judge(
    _ pdu: [UInt8],
    _ operation: ModbusOperation
  ) throws -> Result<BusReply, ReplyFault> {
    ModbusPDU.judge(unit: 1, pdu: pdu, answering: try identifying(1, operation))
  }

  private func failure(_ result: Result<BusReply, ReplyFault>) -> Cause? {
    if case .failure(let fault) = result { fault.cause } else { nil }
  }
}
