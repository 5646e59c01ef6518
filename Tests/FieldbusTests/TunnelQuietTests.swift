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
    quiet.answered(request, isRepeated: false, at: .zero)
    let gap = SerialLine(port: "", baud: 9_600).frameGap
    #expect(verdict(another, at: 0) == .rest(until: gap))
    #expect(quiet.verdict(before: another, isRepeated: false, now: gap) == .clear)
    quiet = TunnelQuiet(quiet: .zero, line: SerialLine(port: "", baud: 115_200))
    quiet.answered(request, isRepeated: false, at: .zero)
    #expect(verdict(another, at: 0) == .rest(until: .microseconds(1_750)))
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
    quiet.heard(at: .zero)
    #expect(verdict(request, at: 5) == .rest(until: .milliseconds(20)))
    #expect(verdict(request, at: 20) == .clear)
    var now = 1_000
    while now < 3_000 {
      quiet.heard(at: .milliseconds(now))
      now += 10
      let verdict = verdict(request, at: now)
      if verdict == .babbling { break }
      #expect(verdict == .rest(until: .milliseconds(now + 10)))
    }
    #expect((2_000...2_020).contains(now))
  }

  @Test("Bursts with silence between them are no talk without end, though nobody asks meanwhile")
  mutating func bursts() {
    for burst in 0..<20 { quiet.heard(at: .milliseconds(burst * 300)) }
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
    quiet.heard(at: .milliseconds(330))
    #expect(verdict(another, at: 540) == .rest(until: .milliseconds(670)))
    #expect(verdict(another, at: 670) == .clear)
  }
}
