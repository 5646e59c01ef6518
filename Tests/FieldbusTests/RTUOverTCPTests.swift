import NIOCore
import Telemetry
import TestSupport
import Testing

@testable import Fieldbus

@Suite("RTU over TCP")
struct RTUOverTCPTests {
  /// Long enough that only a lost reply meets it.
  private static let patience: Duration = .seconds(20)

  @Test("A batch is answered in order over one connection, one request at a time")
  func batch() async throws {
    let server = try await ScriptedDeviceServer { [.say($0.reply)] }
    let bus = bus(server)
    let addresses = (0..<20).map { UInt16($0 * 100) }
    let outcomes = await bus.exchange(try asking(addresses))
    #expect(outcomes.map(\.registers) == addresses.map { [$0, $0 + 1] })
    #expect(server.connections.value == 1)
    try await server.stop()
  }

  @Test("A reply may drip in byte by byte")
  func split() async throws {
    let server = try await ScriptedDeviceServer { request in
      request.reply.flatMap { [.say([$0]), .wait(.milliseconds(1))] }
    }
    let outcomes = await bus(server).exchange(try asking([7, 8]))
    #expect(outcomes.map(\.registers) == [[7, 8], [8, 9]])
    try await server.stop()
  }

  @Test("A refusal is an answer: the batch goes on, on the same connection")
  func exceptions() async throws {
    let server = try await ScriptedDeviceServer { request in
      [.say(request.number == 1 ? request.frame([0x83, 2]) : request.reply)]
    }
    let outcomes = await bus(server).exchange(try asking([10, 20, 30]))
    #expect(outcomes.map(\.registers) == [[10, 11], nil, [30, 31]])
    #expect(outcomes[1].failure?.cause == .exception(2))
    #expect(server.connections.value == 1)
    try await server.stop()
  }

  /// What the line says once in place of the answer.
  struct Wrong: Sendable {
    let cause: Cause
    let reply: @Sendable (ScriptedDeviceServer.Request) -> [UInt8]

    init(_ cause: Cause, _ reply: @escaping @Sendable (ScriptedDeviceServer.Request) -> [UInt8]) {
      self.cause = cause
      self.reply = reply
    }

    static let all = [
      Wrong(.foreignReply) { $0.reply + $0.frame($0.values, unit: 2) },
      Wrong(.foreignReply) { $0.reply + [0x55] },
      Wrong(.foreignReply) { $0.frame($0.values, unit: 2) },
      Wrong(.foreignReply) { $0.frame([4] + $0.values.dropFirst()) },
      Wrong(.malformedReply) { $0.frame([3, 2, 0, 9]) },
      Wrong(.checksum) { $0.reply.dropLast() + [$0.reply[$0.reply.count - 1] ^ 1] },
      Wrong(.checksum) { _ in Array("Moxa NPort 5110 login: ".utf8) },
    ]
  }

  @Test("What is not the answer is asked for again over a new connection", arguments: Wrong.all)
  func asksAgain(wrong: Wrong) async throws {
    let server = try await ScriptedDeviceServer {
      [.say($0.number == 1 ? wrong.reply($0) : $0.reply)]
    }
    let bus = bus(server, timeout: .milliseconds(100), quiet: .milliseconds(20))
    let outcomes = await bus.exchange(try asking([10, 20, 30]))
    #expect(outcomes.map(\.registers) == [[10, 11], [20, 21], [30, 31]])
    #expect(server.requests.value.map(\.address) == [10, 20, 20, 30])
    #expect(server.connections.value == 2)
    try await server.stop()
  }

  @Test("What is twice not the answer fails with its cause", arguments: Wrong.all)
  func fails(wrong: Wrong) async throws {
    let server = try await ScriptedDeviceServer { [.say(wrong.reply($0))] }
    let bus = bus(server, timeout: .milliseconds(100), quiet: .milliseconds(20))
    let outcomes = await bus.exchange(try asking([10, 20]))
    #expect(outcomes.map { $0.failure?.cause } == [wrong.cause, wrong.cause])
    #expect(outcomes[1].failure?.detail.hasPrefix("not asked, because unit 1 at 127.0.0.1") == true)
    #expect(server.requests.value.count == 2)
    try await server.stop()
  }

  @Test("A silent unit is asked twice, then once a scan; the others on its line are read on")
  func silentUnit() async throws {
    let server = try await ScriptedDeviceServer { $0.unit == 9 ? [] : [.say($0.reply)] }
    let bus = bus(server, timeout: .milliseconds(60), quiet: .milliseconds(10))
    let requests = try asking([1, 2], unit: 9) + asking([3])
    let outcomes = await bus.exchange(requests)
    #expect(outcomes.map { $0.failure?.cause } == [.timeout, .timeout, nil])
    #expect(outcomes[2].registers == [3, 4])
    #expect(server.requests.value.map(\.unit) == [9, 9, 1])
    _ = await bus.exchange(requests)
    #expect(server.requests.value.map(\.unit) == [9, 9, 1, 9, 1])
    try await server.stop()
  }

  @Test(
    "A late reply never becomes the value of another request",
    arguments: [110, 150, 240, 310]
  )
  func late(milliseconds: Int) async throws {
    // 3T + Q is 320 ms.
    let server = try await ScriptedDeviceServer { request in
      request.number % 5 == 0
        ? [.wait(.milliseconds(Int64(milliseconds))), .say(request.reply)] : [.say(request.reply)]
    }
    let bus = bus(server, timeout: .milliseconds(100), quiet: .milliseconds(20))
    for address in UInt16(40)..<52 {
      let outcome = await bus.exchange(try asking([address * 10]))[0]
      if let registers = outcome.registers {
        #expect(registers == [address * 10, address * 10 + 1])
      }
    }
    try await server.stop()
  }

  @Test("What a device server kept for the next client is nobody's value")
  func kept() async throws {
    let server = try await ScriptedDeviceServer { [.say($0.reply)] }
    let stale = CRC16.frame([1, 3, 4, 0, 77, 0, 78])
    let bus = bus(server, timeout: .milliseconds(200))
    for address in UInt16(1)...5 {
      try await server.perform([.hangUp, .wait(.milliseconds(20)), .say(stale)])
      let outcomes = await bus.exchange(try asking([address]))
      #expect(outcomes.map(\.registers) == [[address, address + 1]])
    }
    try await server.stop()
  }

  @Test("A device server that closes an idle connection is connected to again, unseen")
  func idleClose() async throws {
    let server = try await ScriptedDeviceServer { [.say($0.reply)] }
    let bus = bus(server, timeout: .milliseconds(200))
    for number in UInt16(0)..<4 {
      #expect(await bus.exchange(try asking([number])).map(\.registers) == [[number, number + 1]])
      try await server.perform([.hangUp])
    }
    #expect(server.requests.value.count == 4)
    #expect(server.connections.value == 4)
    try await server.stop()
  }

  @Test("One that closes while it is asked is asked the same again")
  func hangUp() async throws {
    let server = try await ScriptedDeviceServer { $0.number == 1 ? [.hangUp] : [.say($0.reply)] }
    let bus = bus(server, timeout: .milliseconds(200), quiet: .milliseconds(20))
    let outcomes = await bus.exchange(try asking([10, 20, 30]))
    #expect(outcomes.map(\.registers) == [[10, 11], [20, 21], [30, 31]])
    #expect(server.requests.value.map(\.address) == [10, 20, 20, 30])
    try await server.stop()
  }

  @Test("Another client's traffic is drained while nobody asks, and no answer to anything")
  func foreignTraffic() async throws {
    let server = try await ScriptedDeviceServer { [.say($0.reply)] }
    let bus = bus(server)
    #expect(await bus.exchange(try asking([1])).map(\.registers) == [[1, 2]])
    for number in UInt16(2)..<6 {
      try await server.perform([.say(CRC16.frame([1, 3, 4, 0, 99, 0, 98]))])
      #expect(await bus.exchange(try asking([number])).map(\.registers) == [[number, number + 1]])
    }
    #expect(server.connections.value == 1)
    try await server.stop()
  }

  @Test("A line that never falls silent is not asked, and the failure says why")
  func babble() async throws {
    let server = try await ScriptedDeviceServer { _ in [] }
    let port = server.port
    try await server.perform((0..<1_000).flatMap { _ in [.say([0x55]), .wait(.milliseconds(5))] })
    let outcomes = await bus(server, quiet: .milliseconds(500)).exchange(try asking([1, 2]))
    #expect(
      outcomes.map(\.failure)
        == Array(
          repeating: BusFailure(
            .foreignReply,
            "127.0.0.1:\(port) does not fall silent: does another program or device ask on this line?"
          ),
          count: 2
        )
    )
    #expect(server.requests.value.isEmpty)
    try await server.stop()
  }

  @Test("A unit that no line can have, and a request for text, are refused; the others are carried")
  func wrongKind() async throws {
    let server = try await ScriptedDeviceServer { [.say($0.reply)] }
    let text = BusRequest.serial(
      SerialRequest(
        send: [1],
        framing: SerialFraming(shape: .line(terminator: [2])),
        timeout: .seconds(1)
      )
    )
    let outcomes = await bus(server).exchange(
      [text] + (try asking([3], unit: 255)) + (try asking([4])) + [text]
    )
    #expect(outcomes.map(\.registers) == [nil, nil, [4, 5], nil])
    #expect(
      outcomes[1].failure?.detail
        == "127.0.0.1:\(server.port): unit 255 cannot be on a serial line: use 1 to 247"
    )
    try await server.stop()
  }

  @Test("Closing fails what is under way, and a later exchange opens again")
  func closing() async throws {
    let server = try await ScriptedDeviceServer { $0.number == 0 ? [] : [.say($0.reply)] }
    let bus = bus(server, timeout: .milliseconds(300), quiet: .milliseconds(10))
    let requests = try asking([1])
    async let stuck = bus.exchange(requests)
    try #require(try await eventually { !server.requests.value.isEmpty })
    await bus.close()
    #expect(await stuck[0].failure?.cause == .noConnection)
    #expect(await bus.exchange(try asking([7])).map(\.registers) == [[7, 8]])
    try await server.stop()
  }

  @Test("A port where nobody listens says so, for the whole batch")
  func refused() async throws {
    let server = try await ScriptedDeviceServer { _ in [] }
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

  private func bus(
    _ server: ScriptedDeviceServer,
    timeout: Duration = patience,
    quiet: Duration = .milliseconds(20)
  ) -> TCPBus {
    TCPBus(
      through: DeviceServer(Endpoint(host: "127.0.0.1", port: server.port)),
      timeout: timeout,
      quiet: quiet,
      time: SystemTime()
    )
  }
}
