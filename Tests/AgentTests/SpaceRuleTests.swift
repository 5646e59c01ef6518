import JournalStore
import Telemetry
import TestSupport
import Testing

@testable import Agent

@Suite("Space rule")
struct SpaceRuleTests {
  private static let gigabyte = 1_000_000_000

  private func room(_ free: Int, used: Int = 0) -> Journal.Room {
    Journal.Room(free: free, used: used, total: 100 * Self.gigabyte)
  }

  @Test("Levels come at their marks, and go when a quarter more is free")
  func levels() {
    var rule = SpaceRule()
    let steps: [(free: Int, level: SpaceRule.Level)] = [
      (50_000, .enough), (999, .warning), (1_100, .warning), (249, .thin), (290, .thin),
      (99, .eventsOnly), (120, .eventsOnly), (130, .thin), (320, .warning), (1_300, .enough),
    ]
    for (free, level) in steps {
      _ = rule.take(room(free * 1_000_000), at: .zero)
      #expect(rule.level == level, "\(free) MB")
    }
  }

  @Test("A change of level is told once")
  func once() {
    var rule = SpaceRule()
    #expect(rule.take(room(50_000_000), at: .zero) == .eventsOnly)
    #expect(rule.take(room(50_000_000), at: .seconds(10)) == nil)
    #expect(rule.take(room(50 * Self.gigabyte), at: .seconds(20)) == .enough)
  }

  @Test("On a small disk the marks are parts of it")
  func small() {
    let marks = SpaceRule.Marks(total: 400_000_000)
    #expect(marks.warning == 80_000_000)
    #expect(marks.thin == 40_000_000)
    #expect(marks.eventsOnly == 20_000_000)
  }

  @Test("Days left are those at the rate of the last hour, and few of them are a warning")
  func days() {
    var rule = SpaceRule()
    // 1 GB a day.
    for minute in 0...60 {
      let used = minute * Self.gigabyte / 1_440
      _ = rule.take(room(5 * Self.gigabyte, used: used), at: .seconds(minute * 60))
    }
    #expect(abs((rule.daysLeft ?? 0) - 4.9) < 0.2)
    #expect(rule.level == .warning)
    #expect(rule.sentence?.contains("enough for 4 days") == true)
    for minute in 61...300 {
      _ = rule.take(room(50 * Self.gigabyte, used: Self.gigabyte), at: .seconds(minute * 60))
    }
    #expect(rule.daysLeft == nil)
    #expect(rule.level == .enough)
  }
}
