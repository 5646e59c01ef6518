import StationAPI
import Telemetry
import TestSupport
import Testing

@testable import Agent

@Suite("Clock watch")
struct ClockWatchTests {
  private static let start = Instant(microseconds: 1_795_521_600_000_000)

  private static func reading(
    _ uptime: Duration,
    offset: Duration = .zero,
    doubt: Duration = .zero
  ) -> ClockReading {
    let wall = start.advanced(by: uptime + offset)
    return ClockReading(Moment(wall: wall, uptime: uptime), doubt: doubt)
  }

  private static func state(_ isSynchronised: Bool, _ estimated: Int, _ maximum: Int = 5_000)
    -> ClockState
  {
    ClockState(
      isSynchronised: isSynchronised,
      estimatedErrorMicroseconds: estimated,
      maximumErrorMicroseconds: maximum
    )
  }

  @Test("A clock that runs on makes no step, however long it runs")
  func steady() {
    var watch = ClockWatch(Self.reading(.zero))
    for day in 1...400 { #expect(watch.take(Self.reading(.seconds(day * 86_400))) == nil) }
    #expect(watch.epoch == 0)
  }

  @Test(
    "A step is found once, with its size, and opens the next epoch",
    arguments: [3_600.0, -3_600, 86_400, -86_400, 0.0011, -0.0011]
  )
  func step(seconds: Double) throws {
    var watch = ClockWatch(Self.reading(.zero))
    let offset = Duration.microseconds(Int((seconds * 1_000_000).rounded()))
    let found = watch.take(Self.reading(.seconds(10), offset: offset))
    let step = try #require(found)
    #expect(step.epoch == 1)
    #expect(step.stepMicroseconds == Int(offset.wholeMicroseconds))
    #expect(step.from == Self.start.advanced(by: .seconds(10)))
    #expect(step.to == step.from.advanced(by: offset))
    #expect(watch.take(Self.reading(.seconds(11), offset: offset)) == nil)
    #expect(watch.instant(at: .seconds(9)) == Self.start.advanced(by: .seconds(9) + offset))
    #expect(watch.lastStep == step)
  }

  @Test("What reading two clocks leaves in doubt is no step")
  func doubt() {
    var watch = ClockWatch(Self.reading(.zero))
    let late = Self.reading(.seconds(1), offset: .milliseconds(56), doubt: .milliseconds(56))
    #expect(watch.take(late) == nil)
    #expect(watch.take(Self.reading(.seconds(2), offset: .milliseconds(56)))?.epoch == 1)
  }

  @Test("Steps too small to be one each are found when they add up to one")
  func creeping() {
    var watch = ClockWatch(Self.reading(.zero))
    var found = 0
    for second in 1...100 {
      let offset = Duration.microseconds(300 * second)
      found += watch.take(Self.reading(.seconds(second), offset: offset))?.stepMicroseconds ?? 0
    }
    #expect((29_000...30_000).contains(found))
  }

  @Test(
    "Steps and noise at random: each step is found once with its size, and no other",
    arguments: 1...200
  )
  func property(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    var uptime = Duration.zero
    var offset = Duration.zero
    func reading(_ uptime: Duration, _ offset: Duration) -> ClockReading {
      // One reading in fifty is torn apart, as on a machine that does something else.
      let isTorn = Int.random(in: 0..<50, using: &random) == 0
      let doubt = Int.random(in: 0...(isTorn ? 60_000 : 10), using: &random)
      let noise = Int.random(in: -doubt...doubt, using: &random)
      return Self.reading(
        uptime,
        offset: offset + .microseconds(noise),
        doubt: .microseconds(doubt)
      )
    }
    var watch = ClockWatch(reading(uptime, offset))
    var steps = 0
    for _ in 0..<500 {
      uptime += .microseconds(Int.random(in: 1...2_000_000, using: &random))
      var step = Duration.zero
      if Int.random(in: 0..<20, using: &random) == 0 {
        let size = Int.random(in: 200_000...86_400_000_000, using: &random)
        step = .microseconds(Bool.random(using: &random) ? size : -size)
        offset += step
        steps += 1
      }
      let found = watch.take(reading(uptime, offset))
      #expect((found != nil) == (step != .zero))
      let error = (found?.stepMicroseconds ?? 0) - Int(step.wholeMicroseconds)
      #expect(error.magnitude <= 120_000)
      #expect(watch.epoch == steps)
    }
  }

  @Test("A clock that is behind the journal's last record has stepped by an unknown amount")
  func resume() {
    let earlier = ClockStep(epoch: 3, stepMicroseconds: 5, from: Self.start, to: Self.start)
    var watch = ClockWatch(Self.reading(.zero), after: earlier)
    #expect(watch.resume(after: Self.start.advanced(by: .seconds(-5))) == nil)
    let last = Self.start.advanced(by: .seconds(5))
    let step = watch.resume(after: last)
    #expect(step == ClockStep(epoch: 4, stepMicroseconds: nil, from: last, to: Self.start))
  }

  @Test("The first state is recorded, and each time the clock is lost or found again, at once")
  func flag() {
    var watch = ClockWatch(Self.reading(.zero))
    #expect(watch.take(Self.state(false, 16_000_000), at: .seconds(1)) != nil)
    #expect(watch.take(Self.state(false, 16_000_000), at: .seconds(2)) == nil)
    #expect(watch.take(Self.state(true, 400), at: .seconds(3)) != nil)
    #expect(watch.take(Self.state(false, 400), at: .seconds(4)) != nil)
    #expect(watch.status.synchronised == false)
    #expect(watch.status.warning?.contains("chrony") == true)
  }

  @Test("An error is recorded anew when it is twice or half the last, at most once a minute")
  func error() {
    var watch = ClockWatch(Self.reading(.zero))
    _ = watch.take(Self.state(true, 400), at: .seconds(0))
    #expect(watch.take(Self.state(true, 800), at: .seconds(50)) == nil)
    #expect(watch.take(Self.state(true, 801), at: .seconds(59)) == nil)
    #expect(watch.take(Self.state(true, 801), at: .seconds(60)) != nil)
    #expect(watch.take(Self.state(true, 400), at: .seconds(130)) != nil)
    #expect(watch.take(Self.state(true, 90), at: .seconds(200)) != nil)
    #expect(watch.take(Self.state(true, 1), at: .seconds(300)) == nil)
  }

  @Test("The maximum error, which grows by the second, makes no record")
  func maximum() {
    var watch = ClockWatch(Self.reading(.zero))
    let records = (0..<3_600).count { second in
      watch.take(Self.state(true, 300, second * 500), at: .seconds(second)) != nil
    }
    #expect(records == 1)
  }

  @Test("An error of 0, as systemd-timesyncd writes it, is none that is known")
  func unknown() {
    #expect(Self.state(true, 0).errorMicroseconds == nil)
    #expect(Self.state(false, 300).errorMicroseconds == nil)
    #expect(Self.state(true, 300).errorMicroseconds == 300)
  }
}
