import DeviceSimulator
import Profiles
import Telemetry
import TestSupport
import Testing

/// What a client sees, byte by byte, on a real connection.
@Suite("Faults on Modbus TCP")
struct FaultyTCPTests {
  /// Zone 1's setpoint, 110 °C in tenths, and zone 2's.
  private static let values: [UInt16] = [1_100, 1_300]

  private static func request(_ transaction: UInt8, at address: UInt8 = 0) -> [UInt8] {
    [0, transaction, 0, 0, 0, 6, 1, 3, 0, address, 0, 1]
  }

  private static func reply(_ transaction: UInt8, at address: UInt8 = 0) -> [UInt8] {
    let value = values[Int(address)]
    return [0, transaction, 0, 0, 0, 5, 1, 3, 2, UInt8(value >> 8), UInt8(value & 0xFF)]
  }

  /// Only requests for zone 1's setpoint are struck.
  private static let first = FaultTarget(addresses: 0...0)

  private func connected(
    _ faults: [Fault],
    time: ManualTime = ManualTime(),
    _ body: @escaping @Sendable (TCPClient, _ port: Int) async throws -> Void
  ) async throws {
    let options = SimulationOptions(
      devices: [.init(profile: TestProfiles.oven)],
      carrier: .tcp(Endpoint(host: "127.0.0.1", port: 0)),
      faults: FaultScript(faults)
    )
    try await serving(options, time: time) { address in
      try await body(try TCPClient(port: port(of: address)), port(of: address))
    }
  }

  @Test("Silence leaves one request without a reply, and the next has its own")
  func silence() async throws {
    try await connected([Fault(.silence, target: Self.first)]) { client, _ in
      try client.send(Self.request(1) + Self.request(2, at: 1))
      #expect(try await client.receive(11) == Self.reply(2, at: 1))
    }
  }

  @Test("A window opens and closes with the simulation's time")
  func window() async throws {
    let time = ManualTime()
    time.advance(by: .seconds(500))
    let window = FaultWindow(from: .seconds(10), to: .seconds(20))
    let fault = Fault(.exception(6), target: Self.first, window: window)
    try await connected([fault], time: time) { client, _ in
      for (step, isStruck) in [(0, false), (9, false), (1, true), (9, true), (1, false)] {
        time.advance(by: .seconds(step))
        try client.send(Self.request(1))
        let expected = isStruck ? [0, 1, 0, 0, 0, 3, 1, 0x83, 6] : Self.reply(1)
        #expect(try await client.receive(expected.count) == expected)
      }
    }
  }

  @Test("A slow reply holds back the ones behind it")
  func latency() async throws {
    let fault = Fault(.latency(delay: .milliseconds(200), jitter: .zero), target: Self.first)
    try await connected([fault]) { client, _ in
      let start = ContinuousClock.now
      try client.send(Self.request(1) + Self.request(2, at: 1) + Self.request(3, at: 1))
      let replies = try await client.receive(33)
      #expect(start.duration(to: .now) >= .milliseconds(200))
      #expect(replies == Self.reply(1) + Self.reply(2, at: 1) + Self.reply(3, at: 1))
    }
  }

  @Test("A late reply comes after the reply to the next request, with its own transaction")
  func late() async throws {
    let fault = Fault(.lateReply(delay: .milliseconds(200), jitter: .zero), target: Self.first)
    try await connected([fault]) { client, _ in
      try client.send(Self.request(1) + Self.request(2, at: 1))
      #expect(try await client.receive(22) == Self.reply(2, at: 1) + Self.reply(1))
    }
  }

  @Test(
    "A reply of the wrong shape is followed by the good one to the next request",
    arguments: [
      (Fault.Effect.exception(4), [0, 1, 0, 0, 0, 3, 1, 0x83, 4]),
      (.shortFrame(3), Array(reply(1).dropLast(3))),
      (.wrongUnit(9), [0, 1, 0, 0, 0, 5, 9, 3, 2, 0x04, 0x4C]),
      (.wrongUnit(nil), [0, 1, 0, 0, 0, 5, 2, 3, 2, 0x04, 0x4C]),
      (.wrongTransaction(offset: 1), reply(2)),
      (.wrongTransaction(offset: -2), [0xFF, 0xFF] + reply(0).dropFirst(2)),
      (.duplicate, reply(1) + reply(1)),
    ]
  )
  func shapes(_ effect: Fault.Effect, _ expected: [UInt8]) async throws {
    try await connected([Fault(effect, target: Self.first)]) { client, _ in
      try client.send(Self.request(1) + Self.request(7, at: 1))
      let replies = try await client.receive(expected.count + 11)
      #expect(replies == expected + Self.reply(7, at: 1))
    }
  }

  @Test("A long frame has its bytes behind the reply, outside the header's length")
  func long() async throws {
    try await connected([Fault(.longFrame(5), target: Self.first)]) { client, _ in
      try client.send(Self.request(1) + Self.request(2, at: 1))
      let replies = try await client.receive(27)
      #expect(replies.prefix(11) == Self.reply(1)[...])
      #expect(replies.suffix(11) == Self.reply(2, at: 1)[...])
    }
  }

  @Test("Bit errors are so many, in a frame of the same length")
  func bits() async throws {
    try await connected([Fault(.bitErrors(3))]) { client, _ in
      for transaction in UInt8(1)...20 {
        try client.send(Self.request(transaction))
        let reply = try await client.receive(11)
        let wrong = zip(reply, Self.reply(transaction)).map { ($0 ^ $1).nonzeroBitCount }
        #expect(wrong.reduce(0, +) == 3)
      }
    }
  }

  @Test("A connection is closed in place of a reply, and a new one is served")
  func reconnect() async throws {
    try await connected([Fault(.disconnect(away: .zero), target: Self.first)]) { client, port in
      try client.send(Self.request(1))
      #expect(try await client.isClosedByServer())
      let next = try TCPClient(port: port)
      try next.send(Self.request(2, at: 1))
      #expect(try await next.receive(11) == Self.reply(2, at: 1))
    }
  }

  @Test("A device that is away serves nobody until it is back")
  func away() async throws {
    let time = ManualTime()
    let fault = Fault(.disconnect(away: .seconds(5)), target: Self.first)
    try await connected([fault], time: time) { client, port in
      let other = try TCPClient(port: port)
      try client.send(Self.request(1))
      #expect(try await client.isClosedByServer())
      try other.send(Self.request(1, at: 1))
      #expect(try await other.isClosedByServer())
      #expect(try await TCPClient(port: port).isClosedByServer())
      time.advance(by: .seconds(5))
      let next = try TCPClient(port: port)
      try next.send(Self.request(2, at: 1))
      #expect(try await next.receive(11) == Self.reply(2, at: 1))
    }
  }

  @Test("A stuck value stands still for its window, while the others move on")
  func stuck() async throws {
    let time = ManualTime()
    let window = FaultWindow(from: .seconds(10), to: .seconds(100))
    let name = "zone1.top.temperature"
    let fault = Fault(.stuck(signals: [name], value: nil), window: window)
    let process = ProcessModel(profile: TestProfiles.oven, seed: 1)
    let index = try #require(process.signals.firstIndex { $0.name == name })
    let next = try #require(process.signals.firstIndex { $0.name == "zone2.top.temperature" })
    try await connected([fault], time: time) { client, _ in
      for (step, shown) in [(0, 0), (10, 10), (30, 10), (59, 10), (1, 100)] {
        time.advance(by: .seconds(step))
        try client.send([0, 1, 0, 0, 0, 6, 1, 3, 0, 20, 0, 2])
        let reply = try await client.receive(13)
        let counts = [9, 11].map { Double(Int(reply[$0]) << 8 | Int(reply[$0 + 1])) }
        let wanted = [(index, Duration.seconds(shown)), (next, time.uptime())].map {
          ((process.value($0, at: $1).number ?? 0) * 10).rounded()
        }
        #expect(counts == wanted)
      }
    }
  }

  @Test("A forced value is shown, even outside the signal's range")
  func forced() async throws {
    let faults = [
      Fault(.stuck(signals: ["zone1.setpoint.temperature"], value: .real(999.9))),
      Fault(.stuck(signals: ["state"], value: .text("fault"))),
    ]
    try await connected(faults) { client, _ in
      try client.send([0, 1, 0, 0, 0, 6, 1, 3, 0, 0, 0, 2, 0, 2, 0, 0, 0, 6, 1, 3, 0, 62, 0, 1])
      let replies = try await client.receive(24)
      #expect(replies[9..<13] == [0x27, 0x0F, 0x05, 0x14])
      #expect(replies[22..<24] == [0, 3])
    }
  }
}
