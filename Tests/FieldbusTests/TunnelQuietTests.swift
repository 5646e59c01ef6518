import Telemetry
import TestSupport
import Testing

@testable import Fieldbus

@Suite("The line behind a device server")
struct TunnelQuietTests {
  private static let timeout: Duration = .milliseconds(100)

  private var quiet = TunnelQuiet(quiet: .milliseconds(40), line: nil)

  private let request: ModbusRequest
  private let another: ModbusRequest

  init() throws {
    request = try modbus(1, .holding, 0, 2)
    another = try modbus(1, .holding, 50, 2)
  }

  private static let reply = LineReply(frame: CRC16.frame([1, 3, 4, 0, 7, 0, 8]), rest: [])

  /// Sends the request on a quiet line, and has it answered at once.
  private mutating func answer(at milliseconds: Int) {
    _ = quiet.sends(request, at: .milliseconds(milliseconds))
    _ = quiet.answered(
      request,
      with: Self.reply,
      isRepeated: false,
      at: .milliseconds(milliseconds)
    )
  }

  /// Has the unit answer once so often that it is trusted to; the last time at 4 s.
  private mutating func trust() {
    for second in 0...4 { answer(at: second * 1_000) }
  }

  private mutating func verdict(
    _ request: ModbusRequest,
    isRepeated: Bool = false,
    at milliseconds: Int
  ) -> TunnelQuiet.Verdict {
    quiet.verdict(before: request, isRepeated: isRepeated, now: .milliseconds(milliseconds))
  }

  @Test("A new connection is listened to first, longer where it took long to open")
  mutating func greeting() {
    quiet.connected(at: .zero, after: .milliseconds(1))
    #expect(verdict(request, at: 0) == .rest(until: .milliseconds(50)))
    #expect(verdict(request, at: 50) == .clear)
    quiet.connected(at: .milliseconds(100), after: .milliseconds(80))
    #expect(verdict(request, at: 100) == .rest(until: .milliseconds(260)))
  }

  @Test("Between two frames the line is silent as at 9600 baud, or as at the speed that is known")
  mutating func gap() {
    trust()
    answer(at: 5_000)
    let gap = .seconds(5) + SerialLine(port: "", baud: 9_600).frameGap
    #expect(verdict(another, at: 5_000) == .rest(until: gap))
    #expect(quiet.verdict(before: another, isRepeated: false, now: gap) == .clear)
    quiet = TunnelQuiet(quiet: .zero, line: SerialLine(port: "", baud: 115_200))
    trust()
    answer(at: 5_000)
    #expect(verdict(another, at: 5_000) == .rest(until: .microseconds(5_001_750)))
  }

  @Test("After each of a unit's first answers the line is silent for 20 ms, and then no longer")
  mutating func firstAnswers() {
    for number in 0..<3 {
      answer(at: number * 1_000)
      let rest = Duration.milliseconds(number * 1_000 + 20)
      #expect(verdict(another, at: number * 1_000) == .rest(until: rest))
      #expect(verdict(another, at: number * 1_000 + 20) == .clear)
    }
    answer(at: 3_000)
    #expect(verdict(another, at: 3_005) == .clear)
  }

  @Test("A second copy is told of, and has the line rest for longer than it was late")
  mutating func copy() throws {
    trust()
    answer(at: 5_000)
    quiet.heard(Self.reply.frame.prefix(3), at: .milliseconds(5_030))
    quiet.heard(Self.reply.frame.dropFirst(3), at: .milliseconds(5_031))
    #expect(verdict(another, at: 5_060) == .rest(until: .milliseconds(5_076)))
    let taken = quiet.takeFinding()
    let finding = try #require(taken)
    #expect(!finding.isStray && finding.doubts(request, isSure: false))
    let second = quiet.takeFinding()
    #expect(second == nil)
    #expect(verdict(another, at: 5_076) == .clear)
  }

  @Test("What a device server kept is no measure of how late copies are")
  mutating func kept() {
    trust()
    answer(at: 5_000)
    quiet.connected(at: .milliseconds(9_000), after: .milliseconds(1))
    quiet.heard(Self.reply.frame, at: .milliseconds(9_010))
    #expect(verdict(another, at: 9_060) == .clear)
    let finding = quiet.takeFinding()
    #expect(finding != nil)
  }

  @Test("After silence the line rests over connections, and only the same may be asked then")
  mutating func silence() {
    quiet.failed(
      request,
      for: .timeout,
      sent: .zero,
      now: Self.timeout,
      timeout: Self.timeout
    )
    quiet.connected(at: .milliseconds(101), after: .milliseconds(1))
    // T + Q for the same, 3T + Q for another that its late reply would fit.
    #expect(verdict(request, isRepeated: true, at: 101) == .rest(until: .milliseconds(151)))
    #expect(verdict(another, at: 101) == .rest(until: .milliseconds(340)))
    #expect(verdict(request, isRepeated: true, at: 151) == .clear)
    #expect(verdict(another, at: 151) == .rest(until: .milliseconds(340)))
    #expect(verdict(another, at: 340) == .clear)
  }

  @Test("What comes unasked is waited out, and one that talks without end is told of")
  mutating func noise() {
    quiet.heard([0x55], at: .zero)
    #expect(verdict(request, at: 5) == .rest(until: .milliseconds(20)))
    #expect(verdict(request, at: 20) == .clear)
    var now = 1_000
    while now < 3_000 {
      quiet.heard([0x55], at: .milliseconds(now))
      now += 10
      let verdict = verdict(request, at: now)
      if verdict == .babbling { break }
      #expect(verdict == .rest(until: .milliseconds(now + 10)))
    }
    #expect((2_000...2_020).contains(now))
  }

  @Test("Bursts with silence between them are no talk without end, though nobody asks meanwhile")
  mutating func bursts() {
    for burst in 0..<20 { quiet.heard([0x55], at: .milliseconds(burst * 300)) }
    #expect(verdict(request, at: 5_701) == .rest(until: .milliseconds(5_720)))
    #expect(verdict(request, at: 5_720) == .clear)
  }

  @Test("As long as late replies come, another request waits for the next one that is owed")
  mutating func lateReplies() {
    for attempt in 0..<2 {
      quiet.failed(
        request,
        for: .timeout,
        sent: .milliseconds(attempt * 200),
        now: .milliseconds(attempt * 200 + 100),
        timeout: Self.timeout
      )
    }
    quiet.heard(Self.reply.frame, at: .milliseconds(330))
    #expect(verdict(another, at: 540) == .rest(until: .milliseconds(670)))
    #expect(verdict(another, at: 670) == .clear)
  }
}
