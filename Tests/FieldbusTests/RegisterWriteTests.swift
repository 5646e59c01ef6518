import NIOCore
import Telemetry
import TestSupport
import Testing

@testable import Fieldbus

@Suite("Writes")
struct RegisterWriteTests {
  /// A request of the standard (MODBUS Application Protocol V1.1b3) and its reply.
  struct Example: Sendable, CustomTestStringConvertible {
    let address: UInt16
    let content: RegisterWrite.Content
    let request: [UInt8]
    let reply: [UInt8]
    var testDescription: String { "function \(request[0])" }
  }

  static let examples = [
    // 6.5: coil 173 on.
    Example(
      address: 0x00AC,
      content: .coils([true]),
      request: [0x05, 0x00, 0xAC, 0xFF, 0x00],
      reply: [0x05, 0x00, 0xAC, 0xFF, 0x00]
    ),
    // 6.6: register 2 to 3.
    Example(
      address: 0x0001,
      content: .registers([3]),
      request: [0x06, 0x00, 0x01, 0x00, 0x03],
      reply: [0x06, 0x00, 0x01, 0x00, 0x03]
    ),
    // 6.11: ten coils from 20 on.
    Example(
      address: 0x0013,
      content: .coils([true, false, true, true, false, false, true, true, true, false]),
      request: [0x0F, 0x00, 0x13, 0x00, 0x0A, 0x02, 0xCD, 0x01],
      reply: [0x0F, 0x00, 0x13, 0x00, 0x0A]
    ),
    // 6.12: two registers from 2 on.
    Example(
      address: 0x0001,
      content: .registers([0x000A, 0x0102]),
      request: [0x10, 0x00, 0x01, 0x00, 0x02, 0x04, 0x00, 0x0A, 0x01, 0x02],
      reply: [0x10, 0x00, 0x01, 0x00, 0x02]
    ),
  ]

  @Test("The standard's examples are built, and their replies confirm them", arguments: examples)
  func vectors(example: Example) throws {
    let asked = try writing(17, example.address, example.content)
    #expect(ModbusPDU.bytes(of: asked) == example.request)
    #expect(try judge(example.reply, asked).get() == .written)
  }

  @Test("A coil is switched off by zero")
  func off() throws {
    let asked = try writing(1, 0xAC, .coils([false]))
    #expect(ModbusPDU.bytes(of: asked) == [0x05, 0x00, 0xAC, 0x00, 0x00])
  }

  @Test("Where the permit says so, one address is written by the function for several")
  func multiple() throws {
    let register = try writing(1, 7, .registers([0xABCD]), isMultiple: true)
    #expect(ModbusPDU.bytes(of: register) == [0x10, 0, 7, 0, 1, 2, 0xAB, 0xCD])
    let coil = try writing(1, 7, .coils([true]), isMultiple: true)
    #expect(ModbusPDU.bytes(of: coil) == [0x0F, 0, 7, 0, 1, 1, 1])
  }

  @Test(
    "What confirms anything else confirms nothing",
    arguments: [
      ([0x06, 0x00, 0x01, 0x00, 0x04], .foreignReply),
      ([0x06, 0x00, 0x02, 0x00, 0x03], .foreignReply),
      ([0x10, 0x00, 0x01, 0x00, 0x01], .foreignReply),
      ([0x06, 0x00, 0x01, 0x00], .malformedReply), ([0x06], .malformedReply),
      ([0x06, 0x00, 0x01, 0x00, 0x03, 0x00], .malformedReply),
      ([0x86, 0x02], .exception(2)), ([0x86, 0x05], .exception(5)), ([0x86], .malformedReply),
      ([], .malformedReply),
    ] as [([UInt8], Cause)]
  )
  func faults(pdu: [UInt8], cause: Cause) throws {
    guard case .failure(let fault) = judge(pdu, try writing(1, 1, .registers([3]))) else {
      Issue.record("it was taken for a confirmation")
      return
    }
    #expect(fault.cause == cause)
  }

  @Test(
    "More than a request carries, nothing at all, and what leaves the address space is no write"
  )
  func bounds() {
    let permit = permit()
    let write = { RegisterWrite(permitted: permit, address: $0, content: $1) }
    #expect(write(0, .registers([])) == nil && write(0, .coils([])) == nil)
    #expect(write(0, .registers(Array(repeating: 0, count: 124))) == nil)
    #expect(write(0, .registers(Array(repeating: 0, count: 123))) != nil)
    #expect(write(0, .coils(Array(repeating: true, count: 1_969))) == nil)
    #expect(write(0, .coils(Array(repeating: true, count: 1_968))) != nil)
    #expect(write(65_535, .registers([1, 2])) == nil && write(65_535, .registers([1])) != nil)
  }

  @Test("No question that reads has the function of a write, whatever it asks for")
  func unreachable() throws {
    let unit = try #require(UnitID(1))
    var operations: [ModbusOperation] = [.serverID]
    for category in IdentificationCategory.allCases {
      operations += (UInt8(0)...255).map { .identification(category, object: $0) }
    }
    for table in ModbusTable.allCases {
      for count in 1...table.maximumCount {
        operations.append(.read(try #require(AddressRange(table: table, address: 0, count: count))))
      }
    }
    let functions = Set(
      operations.compactMap { ModbusPDU.bytes(of: ModbusRequest(unit: unit, $0)).first }
    )
    #expect(functions == [1, 2, 3, 4, 0x11, 0x2B])
    #expect(functions.isDisjoint(with: [5, 6, 15, 16]))
  }

  @Test("A confirmation comes out of a stream whole", arguments: examples, [1, 3, 64])
  func stream(example: Example, size: Int) throws {
    let asked = try writing(17, example.address, example.content)
    let frame = CRC16.frame([17] + example.reply)
    var stream = RTUStream()
    for start in stride(from: 0, to: frame.count, by: size) {
      #expect(try stream.next(answering: asked) == nil)
      stream.take(ByteBuffer(bytes: frame[start..<min(start + size, frame.count)]))
    }
    #expect(try stream.next(answering: asked) == frame)
    #expect(stream.isEmpty)
    #expect(RTUFrame.judge(frame, answering: asked) == .success(.written))
  }

  // MARK: On a bus

  @Test("Over TCP a write whose answer is lost was sent once, and says that it was sent")
  func lostOnTCP() async throws {
    let server = try await ScriptedServer { _ in [] }
    let bus = TCPBus(
      to: Endpoint(host: "127.0.0.1", port: server.port),
      timeout: .milliseconds(200),
      firstTransaction: 7,
      time: SystemTime()
    )
    let outcome = await bus.exchange([.modbus(try writing(1, 1, .registers([3])))])[0]
    #expect(outcome.failure?.cause == .timeout)
    #expect(outcome.wasSent)
    #expect(server.requests.value.map(\.pdu) == [[6, 0, 1, 0, 3]])
    try await server.stop()
  }

  @Test("Over TCP a write that was sent before the connection broke says so")
  func brokenOnTCP() async throws {
    let server = try await ScriptedServer { _ in [.close] }
    let bus = TCPBus(
      to: Endpoint(host: "127.0.0.1", port: server.port),
      timeout: .seconds(20),
      firstTransaction: 7,
      time: SystemTime()
    )
    let outcomes = await bus.exchange([
      .modbus(try writing(1, 1, .registers([3]))), .modbus(try writing(1, 2, .registers([4]))),
    ])
    #expect(outcomes.map { $0.failure?.cause } == [.noConnection, .noConnection])
    #expect(outcomes.map(\.wasSent) == [true, false])
    try await server.stop()
    let unheard = await bus.exchange([.modbus(try writing(1, 1, .registers([3])))])[0]
    #expect(unheard.failure?.cause == .noConnection && !unheard.wasSent)
  }

  @Test("On a line a write that was not answered is not sent again, as a question would be")
  func lostOnLine() async throws {
    // The device refuses the second request, whatever it is, and answers the third.
    let line = try await FaultyLine(["silent", "busy", "ok"])
    let bus = line.bus(timeout: .milliseconds(300), quiet: .milliseconds(50))
    let outcome = await bus.exchange([.modbus(try writing(1, 1, .registers([3])))])[0]
    #expect(outcome.failure?.cause == .timeout && outcome.wasSent)
    #expect(await bus.exchange(try asking([10]))[0].failure?.cause == .exception(6))
  }

  private func judge(_ pdu: [UInt8], _ asked: ModbusRequest) -> Result<BusReply, ReplyFault> {
    ModbusPDU.judge(unit: asked.unit.rawValue, pdu: pdu, answering: asked)
  }
}

/// What the configuration alone can give, outside of tests.
func permit(isMultiple: Bool = false) -> WritePermit {
  WritePermit(
    device: DeviceID(checked: "oven-1"),
    signal: "setpoint",
    reason: Label(checked: "test"),
    isMultiple: isMultiple
  )
}

/// A request to write, or the test fails.
func writing(
  _ unit: UInt8,
  _ address: UInt16,
  _ content: RegisterWrite.Content,
  isMultiple: Bool = false
) throws -> ModbusRequest {
  let write = RegisterWrite(
    permitted: permit(isMultiple: isMultiple),
    address: address,
    content: content
  )
  return ModbusRequest(unit: try #require(UnitID(unit)), .write(try #require(write)))
}
