import Telemetry
import TestSupport
import Testing

@testable import Fieldbus

@Suite("Replies that come twice")
struct CopyWatchTests {
  private static let reply: [UInt8] = [1, 3, 2, 0, 7]

  @Test("Before each of a unit's first answers is over the line rests; then it costs nothing")
  func healthy() throws {
    var watch = CopyWatch()
    let request = try modbus(1, .holding, 0, 1)
    var now: Duration = .seconds(1)
    for answer in 0..<6 {
      let expected = (1...3).contains(answer) ? now + .milliseconds(16) : nil
      #expect(watch.quiet(now: now) == expected)
      if let until = watch.quiet(now: now) { now = until }
      _ = watch.sends(request, now: now)
      now += .milliseconds(10)
      watch.answered(request, with: Self.reply, now: now)
      now += .milliseconds(4)
    }
    #expect(watch.quiet(now: now) == nil)
  }

  @Test("A copy has the line rest before each request for a minute, and longer than it was late")
  func suspicion() throws {
    var watch = try trusting()
    let copy = UnaskedInput(
      began: .milliseconds(5_030),
      ended: .milliseconds(5_035),
      head: Self.reply
    )
    let heard = watch.heard(copy, hadWaited: false)
    let finding = try #require(heard)
    #expect(!finding.isStray)
    #expect(watch.quiet(now: .milliseconds(5_036)) == .milliseconds(5_080))
    let request = try modbus(1, .holding, 9, 1)
    _ = watch.sends(request, now: .seconds(60))
    watch.answered(request, with: Self.reply, now: .seconds(60))
    #expect(watch.quiet(now: .seconds(60)) == .milliseconds(60_045))
    for second in 66..<70 {
      _ = watch.sends(request, now: .seconds(second))
      watch.answered(request, with: Self.reply, now: .seconds(second))
    }
    #expect(watch.quiet(now: .seconds(69)) == nil)
  }

  @Test("Noise, and frames of units that were not asked, are no copies")
  func noise() throws {
    var watch = try trusting()
    for head in [[0], [0xFF, 0xFF], [2, 3, 2, 0, 7], [1, 4, 2, 0, 7]] as [[UInt8]] {
      let input = UnaskedInput(began: .seconds(6), ended: .seconds(6), head: head)
      #expect(watch.heard(input, hadWaited: false) == nil)
    }
    #expect(watch.quiet(now: .seconds(6)) == nil)
  }

  @Test("A reply that is not the last answer's again doubts all of its kind, a copy those not sure")
  func doubt() throws {
    var watch = try trusting()
    let asked = try modbus(1, .holding, 0, 1)
    let again = watch.heard(input(Self.reply), hadWaited: false)
    let copy = try #require(again)
    #expect(copy.doubts(asked, isSure: false) && !copy.doubts(asked, isSure: true))
    let other = watch.heard(input([1, 3, 2, 0, 8]), hadWaited: false)
    let stray = try #require(other)
    #expect(stray.doubts(asked, isSure: true))
    #expect(!stray.doubts(try modbus(2, .holding, 0, 1), isSure: false))
    #expect(!stray.doubts(try modbus(1, .input, 0, 1), isSure: false))
  }

  @Test("Copies that are later than the line rests make it rest longer, up to half a second")
  func longer() throws {
    var watch = try trusting()
    var rests: [Duration] = []
    for _ in 0..<6 {
      _ = watch.heard(input([1, 3, 2, 0, 8]), hadWaited: true)
      let until = watch.quiet(now: .seconds(6))
      rests.append(try #require(until) - .seconds(6))
    }
    #expect(rests == [60, 120, 240, 480, 500, 500].map { .milliseconds($0) })
  }

  /// A watch that has seen a unit's answers come once; the last one at 5 s.
  private func trusting() throws -> CopyWatch {
    var watch = CopyWatch()
    let request = try modbus(1, .holding, 0, 1)
    for second in 1...5 {
      _ = watch.sends(request, now: .seconds(second))
      watch.answered(request, with: Self.reply, now: .seconds(second))
    }
    #expect(watch.quiet(now: .seconds(5)) == nil)
    return watch
  }

  private func input(_ head: [UInt8]) -> UnaskedInput {
    UnaskedInput(began: .seconds(6), ended: .seconds(6), head: head)
  }
}
