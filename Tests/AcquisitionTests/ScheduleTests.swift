import Testing

@testable import Acquisition

@Suite("Schedule")
struct ScheduleTests {
  @Test("First scans are spread over the period, so that a bus is evenly loaded")
  func phases() {
    var schedule = Schedule(
      periods: [.seconds(1), .seconds(1), .seconds(1), .seconds(1)],
      start: .zero
    )
    var starts: [Duration] = []
    for _ in 0..<4 {
      let next = schedule.next
      starts.append(next)
      _ = schedule.take(at: next)
    }
    #expect(
      starts == [.zero, .milliseconds(250), .milliseconds(500), .milliseconds(750)]
    )
  }

  @Test("A group with a phase starts at it, and the others are spread as without it")
  func statedPhases() {
    var schedule = Schedule(
      periods: [.seconds(1), .seconds(1), .seconds(1), .seconds(1)],
      phases: [nil, .milliseconds(100), .zero],
      start: .seconds(5)
    )
    var starts: [Duration] = []
    for _ in 0..<4 {
      starts.append(schedule.next - .seconds(5))
      _ = schedule.take(at: schedule.next)
    }
    #expect(starts == [.zero, .zero, .milliseconds(100), .milliseconds(750)])
  }

  @Test("Deadlines stay on their grid however late a scan is taken")
  func noDrift() {
    var schedule = Schedule(periods: [.milliseconds(100)], start: .zero)
    for step in 0..<1_000 {
      let late = Duration.milliseconds(step % 100)
      let due = schedule.take(at: .milliseconds(100 * step) + late)
      #expect(due == Schedule.Due(group: 0, missed: 0, missedSince: .milliseconds(100 * step)))
    }
    #expect(schedule.next == .seconds(100))
  }

  @Test("Scans that could not be taken are skipped and counted, never queued")
  func skips() {
    var schedule = Schedule(periods: [.seconds(1)], start: .zero)
    _ = schedule.take(at: .zero)
    let due = schedule.take(at: .milliseconds(4_500))
    #expect(due == Schedule.Due(group: 0, missed: 3, missedSince: .seconds(1)))
    #expect(schedule.take(at: .milliseconds(4_500)) == nil)
    #expect(schedule.next == .seconds(5))
  }

  @Test("The group that has been due longest goes first")
  func fairness() {
    var schedule = Schedule(periods: [.seconds(1), .seconds(10)], start: .zero)
    #expect(schedule.take(at: .zero)?.group == 0)
    // The second group fell due at 5 s, the first at 1 s.
    #expect(schedule.take(at: .seconds(6))?.group == 0)
    #expect(schedule.take(at: .seconds(6))?.group == 1)
    #expect(schedule.take(at: .seconds(6)) == nil)
  }

  @Test("Nothing is due before its time")
  func early() {
    var schedule = Schedule(periods: [.seconds(1)], start: .seconds(3))
    #expect(schedule.take(at: .milliseconds(2_999)) == nil)
    #expect(schedule.take(at: .seconds(3))?.group == 0)
  }
}
