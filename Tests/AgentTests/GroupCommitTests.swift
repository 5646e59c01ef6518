import Acquisition
import Fieldbus
import JournalStore
import Settings
import Telemetry
import TestSupport
import Testing

@testable import Agent

/// Frames wait for each other, so that they share one commit, and not for longer than is promised.
@Suite("Group commit")
struct GroupCommitTests {
  private let time = ManualTime()
  private let plan: PlantPlan
  private let group: ScanGroup
  private let recorder: Recorder

  init() async throws {
    let files = try PlantFiles([.tcp("a")])
    try files.write()
    plan = try files.plan()
    group = try #require(plan.buses.first?.groups.first)
    recorder = try await plan.recorder(at: files.journal, time: time)
  }

  /// Reads a frame now; a silent device's are frames, too.
  private func read() async {
    let failure = BusFailure(.timeout, "unit 1 did not answer in 500 ms")
    let scan = group.scan(refused: failure, at: time.now(), uptime: time.uptime())
    await recorder.take(.scan(scan))
  }

  /// Records that a power cut would lose now.
  private func waiting() async -> Int { await recorder.journal.status().waiting }

  @Test("Frames are durable together, at most 100 ms after they were read, whenever that was")
  func bound() async throws {
    let interval = plan.settings.journal.commitInterval
    #expect(interval == .milliseconds(100))
    let loop = Loop.committer(of: recorder, every: { interval }, time: time)
    let running = Task { try await loop.run() }
    for offset in [0, 1, 250, 40_000, 99_000, 99_998] {
      // The loop sleeps until 100 ms after its last commit.
      #expect(try await eventually { time.sleeperCount == 1 })
      #expect(await waiting() == 0)
      let begin = time.uptime()
      time.advance(by: .microseconds(offset))
      await read()
      await read()
      let seq = await recorder.journal.status().seq
      #expect(await waiting() >= 2)
      time.advance(by: interval - (time.uptime() - begin) - .microseconds(1))
      #expect(time.sleeperCount == 1, "it does not wait for others")
      time.advance(by: .microseconds(1))
      #expect(time.sleeperCount == 0, "it has not woken after 100 ms")
      #expect(try await eventually { time.sleeperCount == 1 })
      #expect(await waiting() == 0)
      #expect(await recorder.journal.status().seq >= seq + 2)
    }
    running.cancel()
    try await running.value
  }
}
