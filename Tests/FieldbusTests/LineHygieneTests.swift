import Telemetry
import TestSupport
import Testing

@testable import Fieldbus

/// T is 2 s and Q is 1 s in all of these.
@Suite("Line hygiene")
struct LineHygieneTests {
  private static let timeout: Duration = .seconds(2)

  @Test("A line that never failed is clean")
  func clean() throws {
    let hygiene = LineHygiene(quiet: .seconds(1))
    #expect(rest(hygiene, try modbus(1, .holding, 0, 1), at: 5) == nil)
  }

  @Test("After a failure every request waits until a reply can come no more")
  func failure() throws {
    var hygiene = LineHygiene(quiet: .seconds(1))
    let asked = try modbus(1, .holding, 0, 1)
    hygiene.failed(
      asked,
      for: .timeout,
      sent: .seconds(10),
      now: .seconds(12),
      timeout: Self.timeout
    )
    #expect(rest(hygiene, asked, at: 12, isRepeated: true) == .seconds(13))
    #expect(rest(hygiene, try modbus(2, .holding, 0, 1), at: 12) == .seconds(13))
  }

  @Test("Another request of the same shape waits for replies that are owed")
  func owed() throws {
    var hygiene = LineHygiene(quiet: .seconds(1))
    let asked = try modbus(1, .holding, 0, 1)
    hygiene.failed(
      asked,
      for: .timeout,
      sent: .seconds(10),
      now: .seconds(12),
      timeout: Self.timeout
    )
    hygiene.rested(now: .seconds(13))
    hygiene.recovered(asked, now: .seconds(14))
    #expect(rest(hygiene, try modbus(1, .holding, 9, 1), at: 14) == .seconds(21))
    #expect(rest(hygiene, try modbus(1, .input, 9, 1), at: 14) == nil)
    #expect(rest(hygiene, try modbus(2, .holding, 9, 1), at: 14) == nil)
    hygiene.rested(now: .seconds(21))
    #expect(rest(hygiene, try modbus(1, .holding, 9, 1), at: 21) == nil)
  }

  @Test("A damaged reply was the reply: nothing is owed")
  func checksum() throws {
    var hygiene = LineHygiene(quiet: .seconds(1))
    let asked = try modbus(1, .holding, 0, 1)
    hygiene.failed(
      asked,
      for: .checksum,
      sent: .seconds(10),
      now: .seconds(12),
      timeout: Self.timeout
    )
    hygiene.rested(now: .seconds(13))
    hygiene.recovered(asked, now: .seconds(14))
    #expect(rest(hygiene, try modbus(1, .holding, 9, 1), at: 14) == nil)
  }

  @Test("A late reply that leaves another owed prolongs the rest")
  func prolonged() throws {
    var hygiene = LineHygiene(quiet: .seconds(1))
    let asked = try modbus(1, .holding, 0, 1)
    hygiene.failed(asked, for: .timeout, sent: .seconds(0), now: .seconds(2), timeout: Self.timeout)
    hygiene.rested(now: .seconds(3))
    hygiene.failed(asked, for: .timeout, sent: .seconds(3), now: .seconds(5), timeout: Self.timeout)
    hygiene.heard(at: .seconds(7))
    #expect(rest(hygiene, try modbus(1, .holding, 9, 1), at: 8) == .seconds(14))
    hygiene.heard(at: .seconds(13))
    #expect(rest(hygiene, try modbus(1, .holding, 9, 1), at: 13) == .seconds(14))
  }

  @Test("However late a device is, if it needs at most 3T + Q, no value answers another request")
  func simulated() throws {
    var generator = SeededGenerator(seed: 3)
    var lateReplies = 0
    for _ in 0..<2_000 {
      var line = SimulatedLine(generator.next())
      for address in UInt16(0)..<12 {
        let request = try modbus(1, .holding, address, 1)
        if let answered = line.carry(request) { #expect(answered == address) }
      }
      lateReplies += line.lateReplies
    }
    #expect(lateReplies > 5_000)
  }

  private func rest(
    _ hygiene: LineHygiene,
    _ request: ModbusRequest,
    at seconds: Int,
    isRepeated: Bool = false
  ) -> Duration? {
    hygiene.rest(before: request, isRepeated: isRepeated, now: .seconds(seconds))
  }
}

/// A line in virtual time, with a device that answers one request after the other, some late.
private struct SimulatedLine {
  private static let timeout: Duration = .milliseconds(200)
  private static let quiet: Duration = .milliseconds(150)

  private var generator: SeededGenerator
  private var hygiene = LineHygiene(quiet: quiet)
  private var now: Duration = .seconds(1)
  private var deviceFree: Duration = .zero
  /// Replies on their way: when they arrive, and the address that they answer.
  private var replies: [(arrival: Duration, address: UInt16)] = []
  private let alwaysLate: Duration?
  private(set) var lateReplies = 0

  init(_ seed: UInt64) {
    generator = SeededGenerator(seed: seed)
    alwaysLate =
      Bool.random(using: &generator)
      ? .milliseconds(Int.random(in: 1...740, using: &generator)) : nil
  }

  /// What ``RTUBus`` does, in virtual time.
  mutating func carry(_ request: ModbusRequest) -> UInt16? {
    rest(before: request, isRepeated: false)
    if let address = ask(request) { return address }
    rest(before: request, isRepeated: true)
    guard let address = ask(request) else { return nil }
    hygiene.recovered(request, now: now)
    return address
  }

  private mutating func rest(before request: ModbusRequest, isRepeated: Bool) {
    while true {
      let until = hygiene.rest(before: request, isRepeated: isRepeated, now: now)
      guard until != nil || replies.contains(where: { $0.arrival <= now }) else { return }
      now = max(now, until ?? .zero) + .milliseconds(20)
      let heard = replies.filter { $0.arrival <= now }
      replies.removeAll { $0.arrival <= now }
      if let last = heard.last { hygiene.heard(at: last.arrival) }
      hygiene.rested(now: now)
    }
  }

  private mutating func ask(_ request: ModbusRequest) -> UInt16? {
    guard case .read(let range) = request.operation else { return nil }
    let sent = now
    let latency = alwaysLate ?? .milliseconds(Int.random(in: 1...740, using: &generator))
    deviceFree = max(deviceFree, sent) + latency
    replies.append((deviceFree, range.address))
    lateReplies += latency > Self.timeout ? 1 : 0
    guard let first = replies.first, first.arrival <= sent + Self.timeout else {
      now = sent + Self.timeout
      hygiene.failed(request, for: .timeout, sent: sent, now: now, timeout: Self.timeout)
      return nil
    }
    replies.removeFirst()
    now = first.arrival
    return first.address
  }
}
