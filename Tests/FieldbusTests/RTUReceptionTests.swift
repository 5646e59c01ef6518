import Telemetry
import TestSupport
import Testing

@testable import Fieldbus

@Suite("RTU reception")
struct RTUReceptionTests {
  private static let request = CRC16.frame([1, 3, 0, 10, 0, 2])
  private static let reply = CRC16.frame([1, 3, 4, 0, 1, 0, 2])

  private enum End { case silence, time }

  /// What becomes of bytes that come in pieces of a size, and then no more.
  private func outcome(
    _ bytes: [UInt8],
    to request: [UInt8] = request,
    echo: RTUReception.Echo = .unknown,
    cut: Int = 300,
    end: End = .silence
  ) throws -> (frame: [UInt8]?, rest: [UInt8]) {
    var reception = RTUReception(of: request, echo: echo)
    for start in stride(from: 0, to: bytes.count, by: cut) {
      reception.take(Array(bytes[start..<min(start + cut, bytes.count)]))
      if let frame = try reception.next() {
        let taken = bytes[..<min(start + cut, bytes.count)].count
        return (frame, reception.rest + bytes[taken...])
      }
    }
    if end == .silence, let frame = try reception.silence() { return (frame, reception.rest) }
    if end == .time { throw reception.overdue(after: .seconds(1)) }
    return (nil, reception.rest)
  }

  private func fault(
    _ bytes: [UInt8],
    to request: [UInt8] = request,
    echo: RTUReception.Echo = .unknown,
    cut: Int = 300,
    end: End = .silence
  ) -> ReplyFault? {
    #expect(throws: ReplyFault.self) {
      try outcome(bytes, to: request, echo: echo, cut: cut, end: end)
    }
  }

  @Test("A reply is taken as soon as it is whole, however it drips in", arguments: [1, 2, 5, 300])
  func whole(cut: Int) throws {
    #expect(try outcome(Self.reply, cut: cut).frame == Self.reply)
    let refusal = CRC16.frame([1, 0x83, 2])
    #expect(try outcome(refusal, cut: cut).frame == refusal)
  }

  @Test("What comes behind a reply is told")
  func rest() throws {
    let outcome = try outcome(Self.reply + [1, 3])
    #expect(outcome.frame == Self.reply)
    #expect(outcome.rest == [1, 3])
  }

  @Test("A frame whose length its function does not say ends with silence", arguments: [1, 4, 300])
  func unknownLength(cut: Int) throws {
    let request = CRC16.frame([1, 0x2B, 0x0E, 1, 0])
    let frame = CRC16.frame([1, 0x2B, 0x0E, 1, 1, 0, 0, 1, 0, 4, 65, 67, 77, 69])
    #expect(try outcome(frame, to: request, cut: cut).frame == frame)
    #expect(fault(Array(frame.dropLast()), to: request)?.cause == .checksum)
  }

  @Test("A reply that pauses is waited for; half a frame of another kind is damaged")
  func pause() throws {
    #expect(try outcome(Array(Self.reply.prefix(5))).frame == nil)
    #expect(fault([7, 3, 200, 1])?.cause == .checksum)
    #expect(fault([0xA5, 0, 0xFF] + Self.reply)?.cause == .checksum)
  }

  @Test("An echo that is expected is dropped once, and no byte more", arguments: [1, 3, 300])
  func expected(cut: Int) throws {
    let outcome = try outcome(Self.request + Self.reply, echo: .expected, cut: cut)
    #expect(outcome.frame == Self.reply)
    #expect(outcome.rest.isEmpty)
  }

  @Test("An echo that is missing, damaged or all that comes has its own sentence")
  func withoutEcho() throws {
    let missing = fault(Self.reply, echo: .expected)
    #expect(missing?.cause == .malformedReply)
    #expect(missing?.detail.contains("does not echo; remove echo: true") == true)
    var damaged = Self.request
    damaged[3] ^= 4
    let collision = fault(damaged + Self.reply, echo: .expected)
    #expect(collision?.cause == .checksum)
    #expect(collision?.detail.hasPrefix("the echo of the request came back damaged") == true)
    #expect(fault(Array(Self.request.prefix(4)), echo: .expected)?.cause == .checksum)
    let nothing = fault([], echo: .expected, end: .time)
    #expect(nothing?.cause == .timeout)
    #expect(nothing?.detail.contains("not even the echo of the request") == true)
    let alone = fault(Self.request, echo: .expected, end: .time)
    #expect(alone?.cause == .timeout)
    #expect(alone?.detail.hasPrefix("no whole answer within") == true)
  }

  @Test("An echo that nobody expects is named, and is no reply", arguments: [1, 3, 300])
  func unexpected(cut: Int) {
    for echo in [RTUReception.Echo.unknown, .absent] {
      let fault = fault(Self.request + Self.reply, echo: echo, cut: cut)
      #expect(fault?.cause == .foreignReply)
      #expect(fault?.detail.contains("add echo: true") == true)
    }
  }

  @Test("A write that is confirmed by itself is no confirmation until an echo is ruled out")
  func confirmation() throws {
    let write = CRC16.frame([1, 6, 0, 10, 0, 2])
    let fault = fault(write, to: write)
    #expect(fault?.cause == .foreignReply)
    #expect(fault?.detail.contains("read from the device first") == true)
    #expect(try outcome(write, to: write, echo: .absent).frame == write)
    #expect(try outcome(write, to: write, echo: .expected).frame == nil)
    #expect(try outcome(write + write, to: write, echo: .expected).frame == write)
  }

  @Test("Bits that happen to equal the request are a reply where an echo was ruled out")
  func equalBits() throws {
    let request = CRC16.frame([1, 1, 3, 0x21, 0, 17])
    #expect(fault(request, to: request)?.cause == .foreignReply)
    #expect(try outcome(request, to: request, echo: .absent).frame == request)
  }

  @Test("What is longer than Modbus allows is refused at once")
  func tooLong() {
    #expect(fault([UInt8](repeating: 0, count: 300))?.cause == .malformedReply)
    #expect(fault(CRC16.frame([1, 3, 252] + [UInt8](repeating: 0, count: 252)))?.cause != nil)
  }

  @Test("No bytes become a value that was not sent, with or without an echo")
  func random() throws {
    var generator = SeededGenerator(seed: 20_261_129)
    var (taken, refused) = (0, 0)
    for _ in 0..<50_000 {
      var bytes = Bool.random(using: &generator) ? Self.request + Self.reply : Self.reply
      for _ in 0..<Int.random(in: 0...2, using: &generator) {
        let index = Int.random(in: 0..<bytes.count, using: &generator)
        bytes[index] ^= UInt8.random(in: 1...255, using: &generator)
      }
      let echo = [RTUReception.Echo.expected, .absent, .unknown].randomElement(using: &generator)
      let cut = Int.random(in: 1...20, using: &generator)
      guard let frame = try? outcome(bytes, echo: try #require(echo), cut: cut).frame else {
        refused += 1
        continue
      }
      #expect(frame == Self.reply)
      taken += 1
    }
    #expect(taken > 5_000 && refused > 20_000)
  }
}
