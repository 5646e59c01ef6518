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
      let next = schedule.next ?? .zero
      starts.append(next)
      _ = schedule.take(at: next)
    }
    #expect(
      starts == [.zero, .milliseconds(250), .milliseconds(500), .milliseconds(750)]
    )
  }

  @Test("A group with a phase starts at it, and the others are placed around it")
  func statedPhases() {
    var schedule = Schedule(
      periods: [.seconds(1), .seconds(1), .seconds(1), .seconds(1)],
      phases: [nil, .milliseconds(100), .zero],
      start: .seconds(5)
    )
    var starts: [Duration] = []
    for _ in 0..<4 {
      let next = schedule.next ?? .zero
      starts.append(next - .seconds(5))
      _ = schedule.take(at: next)
    }
    #expect(starts == [.zero, .milliseconds(100), .milliseconds(350), .milliseconds(600)])
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

  @Test("The group that is furthest behind goes first, and a lost scan counts as a period")
  func fairness() {
    var schedule = Schedule(
      periods: [.seconds(1), .seconds(10)],
      phases: [.zero, .zero],
      start: .zero
    )
    #expect(schedule.take(at: .zero)?.group == 0)
    // The second group has waited for 2.5 s; the first for 1.5 s, and loses a scan.
    #expect(schedule.take(at: .milliseconds(2_500))?.group == 1)
    #expect(schedule.take(at: .milliseconds(2_500))?.missed == 1)
    // The first has waited for 1 s and lost one, the second has not waited at all.
    #expect(schedule.take(at: .seconds(10))?.group == 0)
    #expect(schedule.take(at: .seconds(10))?.group == 1)
    #expect(schedule.take(at: .seconds(10)) == nil)
  }

  @Test("A suspended group is not due, its skipped scans are counted, and its grid stays")
  func suspension() {
    var schedule = Schedule(periods: [.seconds(1)], start: .zero)
    _ = schedule.take(at: .zero)
    schedule.suspend(0)
    #expect(schedule.next == nil && schedule.suspended == [0])
    #expect(schedule.take(at: .seconds(9)) == nil)
    #expect(schedule.skip(0, through: .milliseconds(500)) == nil)
    #expect(
      schedule.skip(0, through: .milliseconds(3_500))
        == Schedule.Due(group: 0, missed: 3, missedSince: .seconds(1))
    )
    #expect(schedule.skip(0, through: .milliseconds(3_500)) == nil)
    schedule.resume(0)
    #expect(schedule.next == .seconds(4))
  }

  @Test("A scan that is taken out of turn stands for the last deadline, if there was one since")
  func outOfTurn() {
    var schedule = Schedule(periods: [.seconds(1)], start: .zero)
    _ = schedule.take(at: .zero)
    #expect(
      schedule.takeNow(0, at: .milliseconds(500))
        == Schedule.Due(group: 0, missed: 0, missedSince: .milliseconds(500))
    )
    #expect(
      schedule.takeNow(0, at: .milliseconds(3_500))
        == Schedule.Due(group: 0, missed: 2, missedSince: .seconds(1))
    )
    #expect(schedule.next == .seconds(4))
  }

  @Test("Nothing is due before its time")
  func early() {
    var schedule = Schedule(periods: [.seconds(1)], start: .seconds(3))
    #expect(schedule.take(at: .milliseconds(2_999)) == nil)
    #expect(schedule.take(at: .seconds(3))?.group == 0)
  }
}
