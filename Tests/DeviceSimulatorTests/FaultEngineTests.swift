import DeviceSimulator
import Telemetry
import Testing

@Suite("Faults as a function of script, seed and requests")
struct FaultEngineTests {
  private static let frame: [UInt8] = (0..<32).map { $0 }

  private static func read(
    unit: UInt8 = 1,
    _ function: UInt8 = 3,
    at address: UInt8,
    _ count: UInt8
  )
    -> FaultRequest
  {
    FaultRequest(unit: unit, pdu: [function, 0, address, 0, count])
  }

  /// What becomes of one frame for each of some times, in seconds.
  private static func actions(
    _ faults: [Fault],
    seed: UInt64 = 1,
    on request: FaultRequest = read(at: 0, 1),
    at times: [Int]
  ) -> [[FaultAction]] {
    var engine = FaultEngine(FaultScript(faults), seed: seed)
    return times.map {
      engine.plan(for: request, at: .seconds($0)).actions(for: frame)
    }
  }

  /// The places of the times at which nothing was sent.
  private static func silences(
    _ window: FaultWindow = FaultWindow(),
    target: FaultTarget = FaultTarget(),
    _ frequency: Fault.Frequency = .always,
    seed: UInt64 = 1,
    on request: FaultRequest = read(at: 0, 1),
    at times: [Int]
  ) -> [Int] {
    let fault = Fault(.silence, target: target, window: window, frequency: frequency)
    let actions = actions([fault], seed: seed, on: request, at: times)
    return zip(times, actions).filter { $1.isEmpty }.map { $0.0 }
  }

  @Test("A fault strikes from the start of its window to before its end")
  func window() {
    let times = Array(0...6)
    #expect(Self.silences(at: times) == times)
    #expect(Self.silences(FaultWindow(from: .seconds(2)), at: times) == [2, 3, 4, 5, 6])
    #expect(Self.silences(FaultWindow(to: .seconds(2)), at: times) == [0, 1])
    let both = FaultWindow(from: .seconds(2), to: .seconds(4))
    #expect(Self.silences(both, at: times) == [2, 3])
  }

  @Test("A repeated window strikes at the beginning of each period, counted from its start")
  func repetition() {
    let window = FaultWindow(
      from: .seconds(3),
      to: .seconds(15),
      repetition: .init(every: .seconds(5), for: .seconds(2))
    )
    #expect(Self.silences(window, at: Array(0...20)) == [3, 4, 8, 9, 13, 14])
  }

  @Test("Every n-th request of the window is struck")
  func everyNth() {
    let window = FaultWindow(from: .seconds(2))
    #expect(Self.silences(window, .everyNth(3), at: Array(0...10)) == [4, 7, 10])
  }

  @Test("A probability is met, and the same seed strikes the same requests")
  func probability() {
    let times = Array(0..<10_000)
    let first = Self.silences(.init(), .probability(0.2), seed: 5, at: times)
    // Five standard deviations.
    #expect((1_800...2_200).contains(first.count))
    #expect(Self.silences(.init(), .probability(0.2), seed: 5, at: times) == first)
    #expect(Self.silences(.init(), .probability(0.2), seed: 6, at: times) != first)
    #expect(Self.silences(.init(), .probability(0), at: times).isEmpty)
    #expect(Self.silences(.init(), .probability(1), at: times) == times)
  }

  @Test(
    "A target is met by unit, function and any of its addresses",
    arguments: [
      (FaultTarget(units: [1, 7]), read(at: 0, 1), true),
      (FaultTarget(units: [7]), read(at: 0, 1), false),
      (FaultTarget(functions: [4]), read(at: 0, 1), false),
      (FaultTarget(functions: [3, 4]), read(at: 0, 1), true),
      (FaultTarget(functions: [17]), FaultRequest(unit: 1, pdu: [17]), true),
      (FaultTarget(addresses: 10...12), read(at: 8, 2), false),
      (FaultTarget(addresses: 10...12), read(at: 8, 3), true),
      (FaultTarget(addresses: 10...12), read(at: 12, 9), true),
      (FaultTarget(addresses: 10...12), read(at: 13, 9), false),
      (FaultTarget(addresses: 0...65_535), FaultRequest(unit: 1, pdu: [17]), false),
      (FaultTarget(), .line, true),
      (FaultTarget(units: [1]), .line, false),
    ]
  )
  func target(_ target: FaultTarget, _ request: FaultRequest, _ isMet: Bool) {
    #expect(Self.silences(target: target, on: request, at: [0]) == (isMet ? [0] : []))
  }

  @Test("A delay lies between its least and its jitter above it, and is drawn for each request")
  func jitter() throws {
    let fault = Fault(.latency(delay: .milliseconds(100), jitter: .milliseconds(50)))
    let delays = Self.actions([fault], at: Array(0..<1_000)).compactMap { actions in
      if case .send(Self.frame, let delay, false) = actions.first { delay } else { nil }
    }
    #expect(delays.count == 1_000)
    let (least, most) = (try #require(delays.min()), try #require(delays.max()))
    #expect(least >= .milliseconds(100) && least < .milliseconds(102))
    #expect(most < .milliseconds(150) && most > .milliseconds(148))
  }

  @Test("So many bits are wrong, wherever they fall", arguments: [1, 2, 13, 256, 1_000])
  func bits(_ count: Int) throws {
    let actions = Self.actions([Fault(.bitErrors(count))], at: Array(0..<100))
    var hit: Set<Int> = []
    for action in actions {
      guard case .send(let bytes, .zero, false) = action.first else {
        Issue.record("\(action)")
        continue
      }
      let wrong = zip(bytes, Self.frame).map { ($0 ^ $1).nonzeroBitCount }.reduce(0, +)
      #expect(wrong == min(count, 256))
      hit.formUnion(Self.frame.indices.filter { bytes[$0] != Self.frame[$0] })
    }
    #expect(hit.count > 20)
  }

  @Test("Bytes are cut off and added, in the script's order")
  func lengths() {
    let faults = [Fault(.shortFrame(4)), Fault(.longFrame(2))]
    for actions in Self.actions(faults, at: [0, 1, 2]) {
      guard case .send(let bytes, _, _) = actions.first else {
        Issue.record("\(actions)")
        continue
      }
      #expect(bytes.count == 30)
      #expect(bytes.prefix(28) == Self.frame.prefix(28))
    }
    #expect(Self.actions([Fault(.shortFrame(32))], at: [0]) == [[]])
  }

  @Test("Faults that strike together add up; silence outdoes them, and a disconnection all")
  func together() {
    let slow = Fault(.latency(delay: .seconds(1), jitter: .zero))
    let late = Fault(.lateReply(delay: .seconds(2), jitter: .zero))
    let sent = FaultAction.send(Self.frame, after: .seconds(3), isLate: true)
    let twice = Fault(.duplicate)
    #expect(Self.actions([slow, late, twice], at: [0]) == [[sent, sent]])
    let silent = Fault(.silence)
    #expect(Self.actions([slow, silent, twice], at: [0]) == [[]])
    let gone = Fault(.disconnect(away: .seconds(1)))
    #expect(Self.actions([silent, gone], at: [0]) == [[.disconnect]])
  }

  @Test("A device that went is away for its time, whoever asks meanwhile")
  func away() {
    let window = FaultWindow(to: .seconds(3))
    let gone = Fault(.disconnect(away: .seconds(3)), window: window)
    let actions = Self.actions([gone], at: [0, 1, 2, 3])
    #expect(actions.map { $0 == [.disconnect] } == [true, true, true, false])
  }
}
