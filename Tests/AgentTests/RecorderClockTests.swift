import Acquisition
import Fieldbus
import Foundation
import JournalStore
import LotBinding
import Logging
import Profiles
import StationAPI
import Telemetry
import TestSupport
import Testing

@testable import Agent

/// What the journal holds when somebody sets the clock while the agent runs, or while it does not.
@Suite("Recorder and clock")
struct RecorderClockTests {
  private let folder: TemporaryFolder
  private let time = ManualTime()
  private let kernel = FakeKernelClock()

  init() throws { folder = try TemporaryFolder() }

  private var path: String { folder.path("journal.sqlite") }

  /// Opens the journal and starts a recorder of one device on it.
  private func start(_ clocks: (any TimeSource)? = nil) async throws -> Recorder {
    let time = clocks ?? time
    let journal = try Journal.open(
      at: path,
      opening: JournalOpening(
        agent: try AgentID("edge-1"),
        site: try Label("Zug"),
        journal: String(repeating: "0", count: 32),
        software: "0"
      ),
      time: time
    )
    let group = try DeviceBoardTests.group()
    let recorder = Recorder(
      journal: journal,
      bindings: Bindings(stations: []),
      board: DeviceBoardTests.board(group),
      time: time,
      clock: kernel,
      logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    )
    let layout = FrameLayout(
      device: group.id.device,
      group: group.id.group,
      profile: "p",
      profileHash: .sha256([]),
      periodMilliseconds: 1_000,
      stations: [],
      signals: group.descriptions
    )
    try await recorder.start(documents: [], layouts: [layout])
    return recorder
  }

  /// One scan over a bus that takes 20 ms, during which `event` happens.
  private func scan(_ recorder: Recorder, during event: () -> Void = {}) async throws {
    let group = try DeviceBoardTests.group()
    let sent = time.moment()
    time.advance(by: .milliseconds(10))
    event()
    time.advance(by: .milliseconds(10))
    let outcome = BusOutcome(
      result: .success(.registers([7])),
      sent: sent,
      elapsed: .milliseconds(20)
    )
    await recorder.take(.scan(group.scan(from: [outcome])))
  }

  /// The journal's records, after the recorder has stopped.
  private func records(_ recorder: Recorder) async throws -> [Record] {
    await recorder.stop()
    let reader = try JournalReader(path: path)
    defer { try? reader.close() }
    return try reader.records(after: 0, limit: 10_000, bytes: .max)
      .map { try RecordCoding.decode($0.body) }
  }

  private func steps(_ records: [Record]) -> [ClockStep] {
    records.compactMap { if case .clockStep(let step) = $0.content { step } else { nil } }
  }

  private func types(_ records: [Record]) -> [String] { records.map(\.content.type) }

  @Test(
    "A clock that is set in mid-scan: the step comes first, and the frame is on its epoch",
    arguments: [3_600, -3_600, 86_400, -86_400]
  )
  func midScan(seconds: Int) async throws {
    let recorder = try await start()
    try await scan(recorder)
    time.advance(by: .milliseconds(980))
    let began = time.now()
    try await scan(recorder) { time.stepWall(by: .seconds(seconds)) }
    time.advance(by: .milliseconds(980))
    try await scan(recorder)
    let records = try await records(recorder)
    #expect(types(records).suffix(5) == ["frame", "clock_step", "frame", "frame", "event"])
    let step = try #require(steps(records).first)
    #expect(steps(records).count == 1)
    #expect(step.epoch == 1)
    #expect(step.stepMicroseconds == seconds * 1_000_000)
    // The middle of the scan, on the clock as it is now; the next frame exactly a second later.
    let frames = records.filter { $0.content.type == "frame" }
    #expect(frames[1].at == began.advanced(by: .milliseconds(10) + .seconds(seconds)))
    #expect(frames[2].at == frames[1].at.advanced(by: .seconds(1)))
    guard case .frame(let frame) = frames[1].content else { return }
    #expect(frame.spanMicroseconds == 20_000)
  }

  @Test("A clock that is set while nothing is observed is found by the second's look")
  func idle() async throws {
    let recorder = try await start()
    time.stepWall(by: .seconds(-3_600))
    await recorder.lookAtClock()
    time.advance(by: .seconds(1))
    await recorder.lookAtClock()
    #expect(steps(try await records(recorder)).map(\.stepMicroseconds) == [-3_600_000_000])
  }

  @Test("Epochs count on after a restart, and a clock behind the last record is said to be")
  func restart() async throws {
    var recorder = try await start()
    time.stepWall(by: .seconds(60))
    await recorder.lookAtClock()
    await recorder.stop()
    time.advance(by: .seconds(10))
    recorder = try await start()
    #expect(await recorder.snapshot(of: []).clock.epoch == 1)
    await recorder.stop()
    let stopped = time.now()
    time.stepWall(by: .seconds(-3_600))
    recorder = try await start()
    let records = try await records(recorder)
    let last = try #require(steps(records).last)
    #expect(
      last
        == ClockStep(
          epoch: 2,
          stepMicroseconds: nil,
          from: stopped,
          to: stopped.advanced(by: .seconds(-3_600))
        )
    )
    let index = try #require(records.lastIndex { $0.content.type == "clock_step" })
    #expect(types(records)[(index + 1)...].prefix(2) == ["gap", "event"])
  }

  @Test("The clock's state is recorded at start and when it changes, and shown with its warning")
  func state() async throws {
    let recorder = try await start()
    #expect(await recorder.snapshot(of: []).clock.errorMicroseconds == 300)
    #expect(await recorder.snapshot(of: []).clock.warning == nil)
    for _ in 0..<100 {
      time.advance(by: .seconds(1))
      await recorder.lookAtClock()
    }
    kernel.answer.with {
      $0 = ClockState(
        isSynchronised: false,
        estimatedErrorMicroseconds: 300,
        maximumErrorMicroseconds: 16_000_000
      )
    }
    await recorder.lookAtClock()
    #expect(await recorder.snapshot(of: []).clock.warning != nil)
    let states = try await records(recorder).filter { $0.content.type == "clock" }
    #expect(states.count == 2)
  }

  @Test("A kernel that does not tell makes no record, and the status says so")
  func silent() async throws {
    kernel.answer.with { $0 = nil }
    let recorder = try await start()
    let status = await recorder.snapshot(of: []).clock
    #expect(status.synchronised == nil && status.warning?.contains("does not tell") == true)
    #expect(!types(try await records(recorder)).contains("clock"))
  }

  @Test("A command during which the clock is set has the time of the records around it")
  func setMeanwhile() async throws {
    let clocks = SetInBetween(time)
    let recorder = try await start(clocks)
    let before = time.now()
    // It is read once, to see whether it was set.
    clocks.set(by: .seconds(-3_600), afterReads: 1)
    let done = try await recorder.consume(ConsumptionOrder(output: LotID("A"), input: LotID("B")))
    #expect(done.record.at == before)
    await recorder.lookAtClock()
    let story = types(try await records(recorder))
    #expect(story.suffix(3) == ["consumption", "clock_step", "event"])
  }

  @Test("A lot that is started after the clock was set is recorded after the step")
  func command() async throws {
    let recorder = try await start()
    time.stepWall(by: .seconds(-3_600))
    _ = try await recorder.consume(ConsumptionOrder(output: LotID("A"), input: LotID("B")))
    #expect(types(try await records(recorder)).suffix(3) == ["clock_step", "consumption", "event"])
  }
}

/// Clocks of which somebody sets the one on the wall after it was read.
private final class SetInBetween: TimeSource {
  private let time: ManualTime
  private let plan = Locked<(reads: Int, step: Duration)?>(nil)

  init(_ time: ManualTime) { self.time = time }

  func set(by step: Duration, afterReads reads: Int) { plan.with { $0 = (reads, step) } }

  func now() -> Instant {
    defer { follow() }
    return time.now()
  }

  private func follow() {
    let step = plan.with { plan -> Duration? in
      plan?.reads -= 1
      guard let (reads, step) = plan, reads == 0 else { return nil }
      plan = nil
      return step
    }
    if let step { time.stepWall(by: step) }
  }

  func uptime() -> Duration { time.uptime() }

  func sleep(until deadline: Duration) async throws { try await time.sleep(until: deadline) }
}
