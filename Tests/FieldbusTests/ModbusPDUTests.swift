import Telemetry
import Testing

@testable import Fieldbus

@Suite("Modbus PDU")
struct ModbusPDUTests {
  @Test("A request is function, address and count, high bytes first")
  func requests() throws {
    #expect(ModbusPDU.bytes(of: try request(.coil, 0x0013, 19)) == [1, 0x00, 0x13, 0x00, 0x13])
    #expect(ModbusPDU.bytes(of: try request(.discrete, 0x00C4, 22)) == [2, 0, 0xC4, 0, 0x16])
    #expect(ModbusPDU.bytes(of: try request(.holding, 0x006B, 3)) == [3, 0, 0x6B, 0, 3])
    #expect(ModbusPDU.bytes(of: try request(.input, 0xFFFF, 1)) == [4, 0xFF, 0xFF, 0, 1])
  }

  /// The examples of MODBUS Application Protocol V1.1b3, 6.1 to 6.4.
  @Test("The specification's replies become their values")
  func specification() throws {
    let coils = judge([1, 3, 0xCD, 0x6B, 0x05], try request(.coil, 0x13, 19))
    #expect(
      try coils.get()
        == .bits([
          true, false, true, true, false, false, true, true,  // CD
          true, true, false, true, false, true, true, false,  // 6B
          true, false, true,  // 05
        ])
    )
    let inputs = judge([2, 3, 0xAC, 0xDB, 0x35], try request(.discrete, 0xC4, 22))
    guard case .bits(let bits) = try inputs.get() else { return }
    #expect(bits.count == 22)
    #expect(bits.suffix(6) == [true, false, true, false, true, true])
    let holding = judge([3, 6, 0x02, 0x2B, 0, 0, 0, 0x64], try request(.holding, 0x6B, 3))
    #expect(try holding.get() == .registers([555, 0, 100]))
    #expect(try judge([4, 2, 0, 0x0A], try request(.input, 8, 1)).get() == .registers([10]))
  }

  @Test("What pads the last byte of bits is ignored")
  func padding() throws {
    let asked = try request(.coil, 0, 3)
    #expect(judge([1, 1, 0b0000_0101], asked) == judge([1, 1, 0b1111_1101], asked))
  }

  @Test(
    "What is not the answer gets its cause",
    arguments: [
      ([], .malformedReply),
      ([3], .malformedReply),
      ([3, 4, 0, 1, 0], .malformedReply),  // one byte short
      ([3, 4, 0, 1, 0, 2, 0], .malformedReply),  // one too many
      ([3, 2, 0, 1, 0, 2], .malformedReply),  // byte count and length disagree
      ([3, 2, 0, 1], .malformedReply),  // answers a request for one register
      ([4, 4, 0, 1, 0, 2], .foreignReply),
      ([0x84, 2], .foreignReply),
      ([0x83, 2], .exception(2)),
      ([0x83, 11], .exception(11)),
      ([0x83, 0], .malformedReply),
      ([0x83], .malformedReply),
      ([0x83, 2, 0], .malformedReply),
    ] as [([UInt8], Cause)]
  )
  func faults(pdu: [UInt8], cause: Cause) throws {
    #expect(failure(judge(pdu, try request(.holding, 0, 2))) == cause)
  }

  @Test("Another unit's answer is foreign")
  func unit() throws {
    let reply = ModbusPDU.judge(
      unit: 2,
      pdu: [3, 2, 0, 1] as [UInt8],
      answering: try request(.holding, 0, 1)
    )
    #expect(failure(reply) == .foreignReply)
  }

  @Test("An RTU frame is judged without its CRC, which libmodbus has checked")
  func rtu() throws {
    let asked = try request(.holding, 0, 1)
    #expect(RTUFrame.bytes(of: asked) == [1, 3, 0, 0, 0, 1])
    let good = RTUFrame.judge([1, 3, 2, 0xAB, 0xCD, 0x99, 0x99], answering: asked)
    #expect(try good.get() == .registers([0xABCD]))
    #expect(failure(RTUFrame.judge([1, 3], answering: asked)) == .malformedReply)
    #expect(failure(RTUFrame.judge([], answering: asked)) == .malformedReply)
    #expect(
      failure(RTUFrame.judge([1, 3, 2, 0xAB, 0x99, 0x99], answering: asked)) == .malformedReply
    )
  }

  private func judge(_ pdu: [UInt8], _ asked: ModbusRequest) -> Result<BusReply, ReplyFault> {
    ModbusPDU.judge(unit: 1, pdu: pdu, answering: asked)
  }

  private func failure(_ result: Result<BusReply, ReplyFault>) -> Cause? {
    if case .failure(let fault) = result { fault.cause } else { nil }
  }

  private func request(_ table: ModbusTable, _ address: UInt16, _ count: Int) throws
    -> ModbusRequest
  { try modbus(1, table, address, count) }
}

/// A question about what a unit is.
func identifying(_ unit: UInt8, _ operation: ModbusOperation) throws -> ModbusRequest {
  ModbusRequest(unit: try #require(UnitID(unit)), operation)
}

extension ModbusRequest {
  /// What a request to read asks for.
  func range() throws -> AddressRange {
    guard case .read(let range) = operation else { throw NoRange() }
    return range
  }

  private struct NoRange: Error {}
}

/// A request, or the test fails.
func modbus(
  _ unit: UInt8,
  _ table: ModbusTable,
  _ address: UInt16,
  _ count: Int
) throws -> ModbusRequest {
  let unit = try #require(UnitID(unit))
  return try #require(ModbusRequest(unit: unit, table: table, address: address, count: count))
}

extension BusOutcome {
  var registers: [UInt16]? {
    if case .success(.registers(let registers)) = result { registers } else { nil }
  }

  var line: String? {
    if case .success(.line(let line)) = result {
      String(decoding: line, as: UTF8.self)
    } else {
      nil
    }
  }

  var failure: BusFailure? {
    if case .failure(let failure) = result { failure } else { nil }
  }
}
