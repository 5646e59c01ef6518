import NIOCore
import Telemetry
import TestSupport
import Testing

@testable import Fieldbus

@Suite("TCP bus")
struct TCPBusTests {
  /// Long enough that only a lost reply meets it.
  private static let patience: Duration = .seconds(20)

  @Test("A batch is answered in order, each request with its own values", arguments: [1, 3, 8])
  func batch(inFlight: Int) async throws {
    let server = try await ScriptedServer { [.send($0.reply)] }
    let bus = bus(server, maximumInFlight: inFlight)
    let addresses = (0..<20).map { UInt16($0 * 100) }
    let outcomes = await bus.exchange(try asking(addresses))
    #expect(outcomes.map(\.registers) == addresses.map { [$0, $0 + 1] })
    #expect(server.connections.value == 1)
    try await server.stop()
  }

  @Test("Replies may come in any order and in any pieces")
  func shuffled() async throws {
    let held = Locked<[[UInt8]]>([])
    let server = try await ScriptedServer { request in
      let all = held.with { held in
        held.append(request.reply)
        return held
      }
      guard all.count == 4 else { return [] }
      let bytes = Array(all.reversed().joined())
      return [
        .send(Array(bytes.prefix(5))), .wait(.milliseconds(5)),
        .send(Array(bytes[5..<20])), .wait(.milliseconds(5)), .send(Array(bytes.dropFirst(20))),
      ]
    }
    let outcomes = await bus(server, maximumInFlight: 4).exchange(try asking([1, 2, 3, 4]))
    #expect(outcomes.map(\.registers) == [[1, 2], [2, 3], [3, 4], [4, 5]])
    try await server.stop()
  }

  @Test("No more requests are under way than the device takes")
  func window() async throws {
    let server = try await ScriptedServer { _ in [] }
    let bus = bus(server, maximumInFlight: 4, timeout: .seconds(1))
    let outcomes = await bus.exchange(try asking(Array(0..<12)))
    #expect(server.requests.value.count == 4)
    #expect(outcomes.allSatisfy { $0.failure?.cause == .timeout })
    try await server.stop()
  }

  /// An answer that is none.
  struct Wrong: Sendable {
    let cause: Cause
    let reply: @Sendable (ScriptedServer.Request) -> [UInt8]

    init(_ cause: Cause, _ reply: @escaping @Sendable (ScriptedServer.Request) -> [UInt8]) {
      self.cause = cause
      self.reply = reply
    }
  }

  @Test(
    "What is not the answer fails with its cause, and the next exchange has a new connection",
    arguments: [
      Wrong(.foreignReply) { $0.frame($0.values, transaction: $0.transaction &+ 7) },
      Wrong(.foreignReply) { $0.frame($0.values, unit: 2) },
      Wrong(.foreignReply) { $0.frame([4] + $0.values.dropFirst()) },
      Wrong(.malformedReply) { $0.frame([3, 2, 0, 9]) },
      Wrong(.malformedReply) { $0.frame([3, 4, 0, 9]) },
      Wrong(.malformedReply) { $0.frame([0x83, 0]) },
      Wrong(.malformedReply) { _ in Array("SSH-2.0-OpenSSH_9.2\r\n".utf8) },
    ]
  )
  func faults(wrong: Wrong) async throws {
    let server = try await ScriptedServer { [.send($0.number == 1 ? wrong.reply($0) : $0.reply)] }
    let bus = bus(server)
    let outcomes = await bus.exchange(try asking([10, 20, 30, 40]))
    #expect(outcomes[0].registers == [10, 11])
    #expect(outcomes[1].failure?.cause == wrong.cause)
    #expect(outcomes[2...].map { $0.failure?.cause } == [.noConnection, .noConnection])
    #expect(outcomes[3].failure?.detail.hasPrefix("not asked, because unit 1 at 127.0.0.1") == true)
    #expect(await bus.exchange(try asking([50])).map(\.registers) == [[50, 51]])
    #expect(server.connections.value == 2)
    try await server.stop()
  }

  @Test("An exception is an answer: the batch goes on, on the same connection")
  func exceptions() async throws {
    let server = try await ScriptedServer { request in
      [.send(request.number == 1 ? request.frame([0x83, 6]) : request.reply)]
    }
    let outcomes = await bus(server).exchange(try asking([10, 20, 30]))
    #expect(outcomes.map(\.registers) == [[10, 11], nil, [30, 31]])
    #expect(outcomes[1].failure?.cause == .exception(6))
    #expect(server.connections.value == 1)
    try await server.stop()
  }

  @Test("A silent unit is not asked again in the batch, and its late reply becomes nobody's value")
  func late() async throws {
    let server = try await ScriptedServer { request in
      request.number == 0
        ? [.wait(.milliseconds(400)), .send(request.reply)] : [.send(request.reply)]
    }
    let bus = bus(server, timeout: .milliseconds(200))
    let outcomes = await bus.exchange(try asking([10, 20, 30]))
    #expect(outcomes.map { $0.failure?.cause } == [.timeout, .timeout, .timeout])
    #expect(outcomes[2].failure?.detail.hasPrefix("not asked, because") == true)
    #expect(server.requests.value.count == 1)
    for address in UInt16(40)..<60 {
      let outcome = await bus.exchange(try asking([address]))[0]
      if let registers = outcome.registers { #expect(registers == [address, address + 1]) }
    }
    try await server.stop()
  }

  @Test("A device that hangs up in the middle fails what is left")
  func hangUp() async throws {
    let server = try await ScriptedServer { request in
      request.number == 1
        ? [.send(Array(request.reply.prefix(8))), .close] : [.send(request.reply)]
    }
    let bus = bus(server)
    let outcomes = await bus.exchange(try asking([10, 20, 30]))
    #expect(outcomes[0].registers == [10, 11])
    #expect(outcomes[1].failure?.cause == .noConnection)
    #expect(outcomes[2].failure?.cause == .noConnection)
    #expect(await bus.exchange(try asking([50])).map(\.registers) == [[50, 51]])
    try await server.stop()
  }

  @Test("A reply that comes twice ends the connection before it can answer another request")
  func unasked() async throws {
    let server = try await ScriptedServer { [.send($0.reply + $0.reply)] }
    let bus = bus(server)
    for address in UInt16(1)...10 {
      let outcome = await bus.exchange(try asking([address]))[0]
      #expect(outcome.registers == [address, address + 1])
    }
    #expect(server.connections.value == 10)
    try await server.stop()
  }

  @Test(
    "A short reply that the next one fills up is no value",
    arguments: [1, 2, 3, 4, 5, 6, 7, 8]
  )
  func filledUp(missing: Int) async throws {
    let held = Locked<[UInt8]>([])
    let server = try await ScriptedServer { request in
      let isShort = request.number == 2
      let bytes = held.with { held in
        held += isShort ? request.reply.dropLast(missing) : request.reply
        return held
      }
      return request.number < 3 ? [] : [.send(bytes)]
    }
    let bus = bus(server, maximumInFlight: 4, timeout: .milliseconds(300))
    let outcomes = await bus.exchange(try asking([0, 0, 0, 0]))
    for outcome in outcomes {
      if let registers = outcome.registers { #expect(registers == [0, 1]) }
    }
    #expect(outcomes[2].failure != nil)
    try await server.stop()
  }

  @Test("Transactions start where they are told, and wrap")
  func transactions() async throws {
    let server = try await ScriptedServer { [.send($0.reply)] }
    let bus = bus(server, firstTransaction: 65_535)
    #expect(await bus.exchange(try asking([1, 2])).allSatisfy { $0.registers != nil })
    #expect(server.requests.value.map(\.transaction) == [65_535, 0])
    try await server.stop()
  }

  @Test("A second batch waits for the first, and both are answered")
  func twoBatches() async throws {
    let server = try await ScriptedServer { [.wait(.milliseconds(2)), .send($0.reply)] }
    let bus = bus(server)
    let (left, right) = (try asking([1, 2, 3]), try asking([4, 5, 6]))
    async let first = bus.exchange(left)
    async let second = bus.exchange(right)
    #expect(await first.map(\.registers) == [[1, 2], [2, 3], [3, 4]])
    #expect(await second.map(\.registers) == [[4, 5], [5, 6], [6, 7]])
    #expect(server.connections.value == 1)
    try await server.stop()
  }

  @Test("Closing fails what is under way, and a later exchange opens again")
  func closing() async throws {
    let server = try await ScriptedServer { $0.number == 0 ? [] : [.send($0.reply)] }
    let bus = bus(server)
    let requests = try asking([1])
    async let stuck = bus.exchange(requests)
    try #require(try await eventually { !server.requests.value.isEmpty })
    await bus.close()
    #expect(await stuck[0].failure?.cause == .noConnection)
    #expect(await bus.exchange(try asking([7])).map(\.registers) == [[7, 8]])
    try await server.stop()
  }

  @Test("A port where nobody listens says so, and what to do")
  func refused() async throws {
    let server = try await ScriptedServer { [.send($0.reply)] }
    let port = server.port
    let bus = bus(server)
    try await server.stop()
    let outcomes = await bus.exchange(try asking([1, 2]))
    let detail =
      "connection to 127.0.0.1:\(port) refused: is the device on, and does it listen on this port?"
    #expect(
      outcomes.map(\.failure) == Array(repeating: BusFailure(.noConnection, detail), count: 2)
    )
  }

  @Test("A request for a serial instrument is refused, and the others are carried")
  func wrongKind() async throws {
    let server = try await ScriptedServer { [.send($0.reply)] }
    let text = BusRequest.serial(
      SerialRequest(
        send: [1],
        framing: SerialFraming(shape: .line(terminator: [2])),
        timeout: .seconds(1)
      )
    )
    let outcomes = await bus(server).exchange([text] + (try asking([3])) + [text])
    #expect(outcomes.map(\.registers) == [nil, [3, 4], nil])
    #expect(await bus(server).exchange([]) == [])
    try await server.stop()
  }

  @Test("Stamps are wall time at the request and uptime to the reply")
  func stamps() async throws {
    let time = ManualTime()
    let start = time.moment()
    let server = try await ScriptedServer { request in
      time.advance(by: .milliseconds(30))
      time.stepWall(by: .seconds(-3_600))
      return [.send(request.reply)]
    }
    let bus = TCPBus(
      to: Endpoint(host: "127.0.0.1", port: server.port),
      timeout: Self.patience,
      firstTransaction: 1,
      time: time
    )
    let outcome = await bus.exchange(try asking([1]))[0]
    #expect(outcome.sent == start)
    #expect(outcome.elapsed == .milliseconds(30))
    try await server.stop()
  }

  private func bus(
    _ server: ScriptedServer,
    maximumInFlight: Int = 1,
    timeout: Duration = patience,
    firstTransaction: UInt16 = 0x7A31
  ) -> TCPBus {
    TCPBus(
      to: Endpoint(host: "127.0.0.1", port: server.port),
      timeout: timeout,
      maximumInFlight: maximumInFlight,
      firstTransaction: firstTransaction,
      time: SystemTime()
    )
  }
}

/// Requests for two holding registers of unit 1 at each address.
func asking(_ addresses: [UInt16], unit: UInt8 = 1) throws -> [BusRequest] {
  try addresses.map { .modbus(try modbus(unit, .holding, $0, 2)) }
}
