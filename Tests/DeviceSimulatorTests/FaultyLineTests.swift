import DeviceSimulator
import Foundation
import Telemetry
import TestSupport
import Testing

/// What a client sees, byte by byte, on a pseudo terminal.
@Suite("Faults on Modbus RTU")
struct FaultyRTUTests {
  private static let good = RTUFraming.frame([3, 2, 0x04, 0x4C], unit: 1)
  private static let next = RTUFraming.frame([3, 2, 0x05, 0x14], unit: 1)
  private static let first = FaultTarget(addresses: 0...0)

  private static func request(at address: UInt8 = 0, _ count: UInt8 = 1) -> [UInt8] {
    RTUFraming.frame([3, 0, address, 0, count], unit: 1)
  }

  private func connected(
    _ faults: [Fault],
    time: any TimeSource = ManualTime(),
    _ body: @escaping @Sendable (SerialClient, _ link: String) async throws -> Void
  ) async throws {
    let folder = try TemporaryFolder()
    let link = folder.path("line")
    let options = SimulationOptions(
      devices: [.init(profile: TestProfiles.oven)],
      carrier: .rtu(link: link, baud: nil),
      faults: FaultScript(faults)
    )
    try await serving(options, time: time) { _ in try await body(try SerialClient(link), link) }
    #expect(!FileManager.default.fileExists(atPath: link))
  }

  @Test(
    "A reply of the wrong shape is followed by the good one to the next request",
    arguments: [
      (Fault.Effect.silence, []),
      (.exception(6), RTUFraming.frame([0x83, 6], unit: 1)),
      (.shortFrame(1), Array(good.dropLast())),
      (.wrongUnit(9), RTUFraming.frame([3, 2, 0x04, 0x4C], unit: 9)),
      (.duplicate, good + good),
    ]
  )
  func shapes(_ effect: Fault.Effect, _ expected: [UInt8]) async throws {
    try await connected([Fault(effect, target: Self.first)]) { port, _ in
      try await port.send(Self.request())
      #expect(try await port.receive(expected.count) == expected)
      try await port.send(Self.request(at: 1))
      #expect(try await port.receive(7) == Self.next)
    }
  }

  @Test("A bit error makes the check sum wrong, a long frame follows a good one")
  func damage() async throws {
    let faults = [
      Fault(.bitErrors(1), target: Self.first),
      Fault(.longFrame(3), target: FaultTarget(addresses: 1...1)),
    ]
    try await connected(faults) { port, _ in
      try await port.send(Self.request())
      let damaged = try await port.receive(7)
      #expect(zip(damaged, Self.good).map { ($0 ^ $1).nonzeroBitCount }.reduce(0, +) == 1)
      // The check sum of a whole frame, its own included, is zero.
      #expect(CRC16.of(damaged) != 0)
      try await port.send(Self.request(at: 1))
      let long = try await port.receive(10)
      #expect(long.prefix(7) == Self.next[...])
    }
  }

  @Test("A slow reply is given up when the client asks anew")
  func latency() async throws {
    let slow = Fault(.latency(delay: .milliseconds(300), jitter: .zero))
    let time = ObservedTime()
    try await connected([slow], time: time) { port, _ in
      let start = ContinuousClock.now
      try await time.observe { try await port.send(Self.request()) }
      try await port.send(Self.request(at: 0, 2))
      let reply = try await port.receive(9)
      #expect(start.duration(to: .now) >= .milliseconds(300))
      #expect(reply == RTUFraming.frame([3, 4, 0x04, 0x4C, 0x05, 0x14], unit: 1))
    }
  }

  @Test("A late reply comes although the client has asked anew")
  func late() async throws {
    let late = Fault(.lateReply(delay: .milliseconds(300), jitter: .zero), target: Self.first)
    let time = ObservedTime()
    try await connected([late], time: time) { port, _ in
      try await time.observe { try await port.send(Self.request()) }
      try await port.send(Self.request(at: 1))
      #expect(try await port.receive(14) == Self.next + Self.good)
    }
  }

  @Test("The port goes away and comes back as another under the same link")
  func reconnect() async throws {
    let time = ManualTime()
    let gone = Fault(.disconnect(away: .seconds(5)), target: Self.first)
    try await connected([gone], time: time) { port, link in
      let files = FileManager.default
      try await port.send(Self.request())
      try await until { !files.fileExists(atPath: link) && time.sleeperCount == 1 }
      #expect(port.isHungUp)
      time.advance(by: .seconds(5))
      try await until { files.fileExists(atPath: link) }
      let again = try SerialClient(link)
      try await again.send(Self.request(at: 1))
      #expect(try await again.receive(7) == Self.next)
    }
  }
}

@Suite("Faults on a serial instrument")
struct FaultyInstrumentTests {
  private func connected(
    _ faults: [Fault],
    time: ManualTime = ManualTime(),
    _ body: @escaping @Sendable (SerialClient) async throws -> Void
  ) async throws {
    let folder = try TemporaryFolder()
    let link = folder.path("analyser")
    let options = SimulationOptions(
      devices: [.init(profile: TestProfiles.analyser)],
      carrier: .serial(link: link),
      faults: FaultScript(faults)
    )
    try await serving(options, time: time) { _ in try await body(try SerialClient(link)) }
  }

  private static let request = Array("?O2\r".utf8)

  /// What the analyser says at the start, with the value forced.
  private static let line = Array("O2:500.00 ppm,OK\r\n".utf8)
  private static let forced = Fault(.stuck(signals: ["oxygen"], value: .real(500)))

  @Test(
    "A wrong answer to one request is followed by a good one to the next",
    arguments: [
      (Fault.Effect.silence, []),
      (.errorReply("ERR 03"), Array("ERR 03\r\n".utf8)),
      (.shortFrame(5), Array("O2:500.00 ppm".utf8)),
      (.duplicate, line + line),
    ]
  )
  func shapes(_ effect: Fault.Effect, _ expected: [UInt8]) async throws {
    let fault = Fault(effect, frequency: .everyNth(2))
    try await connected([Self.forced, fault]) { port in
      try await port.send(Self.request)
      #expect(try await port.receive(Self.line.count) == Self.line)
      try await port.send(Self.request + Self.request)
      let count = expected.count + Self.line.count
      #expect(try await port.receive(count) == expected + Self.line)
    }
  }

  @Test("Bits of a line are wrong, and bytes follow one")
  func damage() async throws {
    let time = ManualTime()
    let faults = [
      Self.forced, Fault(.bitErrors(2), window: FaultWindow(to: .seconds(1))),
      Fault(.longFrame(4), window: FaultWindow(from: .seconds(1))),
    ]
    try await connected(faults, time: time) { port in
      try await port.send(Self.request)
      let damaged = try await port.receive(Self.line.count)
      #expect(zip(damaged, Self.line).map { ($0 ^ $1).nonzeroBitCount }.reduce(0, +) == 2)
      time.advance(by: .seconds(1))
      try await port.send(Self.request)
      #expect(try await port.receive(Self.line.count + 4).prefix(Self.line.count) == Self.line[...])
    }
  }

  @Test("A slow answer takes its time")
  func latency() async throws {
    let slow = Fault(.latency(delay: .milliseconds(200), jitter: .zero))
    try await connected([Self.forced, slow]) { port in
      let start = ContinuousClock.now
      try await port.send(Self.request)
      #expect(try await port.receive(Self.line.count) == Self.line)
      #expect(start.duration(to: .now) >= .milliseconds(200))
    }
  }

  @Test("A stuck value is the one that it was when the fault set in")
  func stuck() async throws {
    let time = ManualTime()
    let window = FaultWindow(from: .seconds(60))
    let fault = Fault(.stuck(signals: ["oxygen"], value: nil), window: window)
    try await connected([fault], time: time) { port in
      var lines: [[UInt8]] = []
      for step in [0, 60, 200, 300] {
        time.advance(by: .seconds(step))
        try await port.send(Self.request)
        lines.append(try await port.receive(Self.line.count))
      }
      #expect(lines[0] != lines[1])
      #expect(lines[1] == lines[2] && lines[2] == lines[3])
    }
  }

  @Test("An instrument that speaks by itself misses every second line")
  func listener() async throws {
    let folder = try TemporaryFolder()
    let (link, time) = (folder.path("meter"), ManualTime())
    let options = SimulationOptions(
      devices: [.init(profile: TestProfiles.listener)],
      carrier: .serial(link: link),
      faults: FaultScript([Fault(.silence, frequency: .everyNth(2))])
    )
    try await serving(options, time: time) { _ in
      let port = try SerialClient(link)
      for _ in 0..<9 {
        try await until { time.sleeperCount > 0 }
        time.advance(by: .milliseconds(500))
      }
      // Lines 1, 3, 5, 7 and 9 of 12 bytes each.
      try await until { time.sleeperCount > 0 }
      _ = try await port.receive(5 * 12)
      #expect(port.pendingBytes == 0)
    }
  }

  @Test("An instrument that speaks by itself goes away with a line, and comes back speaking")
  func listenerReconnects() async throws {
    let folder = try TemporaryFolder()
    let (link, time) = (folder.path("meter"), ManualTime())
    let window = FaultWindow(to: .seconds(1))
    let options = SimulationOptions(
      devices: [.init(profile: TestProfiles.listener)],
      carrier: .serial(link: link),
      faults: FaultScript([Fault(.disconnect(away: .seconds(5)), window: window)])
    )
    try await serving(options, time: time) { _ in
      let files = FileManager.default
      try await until { time.sleeperCount == 1 }
      time.advance(by: .milliseconds(500))
      try await until { !files.fileExists(atPath: link) && time.sleeperCount == 1 }
      time.advance(by: .seconds(5))
      try await until { files.fileExists(atPath: link) && time.sleeperCount == 1 }
      let port = try SerialClient(link)
      time.advance(by: .milliseconds(500))
      #expect(try await port.receive(12).suffix(2) == Array("\r\n".utf8)[...])
    }
  }
}

/// Time that stands still, and tells when a request was taken: that is when the time is asked for.
private struct ObservedTime: TimeSource {
  private let time = ManualTime()
  private let readings = Locked(0)

  func now() -> Instant { time.now() }

  func uptime() -> Duration {
    readings.with { $0 += 1 }
    return time.uptime()
  }

  func sleep(until deadline: Duration) async throws { try await time.sleep(until: deadline) }

  /// Sends a request, and waits until it was taken.
  func observe(_ send: () async throws -> Void) async throws {
    let before = readings.value
    try await send()
    try await until { readings.value > before }
  }
}

/// Waits until a condition holds; the bound only ends a run that is broken.
private func until(_ condition: () -> Bool) async throws {
  try #require(try await eventually(condition))
}
