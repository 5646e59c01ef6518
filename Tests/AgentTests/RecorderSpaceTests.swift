import Acquisition
import Fieldbus
import JournalStore
import LotBinding
import Settings
import StationAPI
import Telemetry
import TestSupport
import Testing

@testable import Agent

/// What is recorded while the disk becomes full.
@Suite("Recorder and space")
struct RecorderSpaceTests {
  private let time = ManualTime()
  private let files: PlantFiles
  private let plan: PlantPlan
  private let group: ScanGroup

  init() throws {
    files = try PlantFiles([.tcp("a")])
    try files.writeProfile("p", registers: 1, period: "1s")
    try files.write()
    plan = try files.plan()
    group = try #require(plan.buses.first?.groups.first)
  }

  private func scan(_ recorder: Recorder, _ count: Int) async {
    for _ in 0..<count {
      let outcome = BusOutcome(
        result: .success(.registers([7])),
        sent: time.moment(),
        elapsed: .zero
      )
      await recorder.take(.scan(group.scan(from: [outcome])))
      time.advance(by: .seconds(1))
    }
  }

  private func records(after seq: Int) throws -> [Record.Content] {
    try JournalReader(path: files.journal).records(after: seq, limit: .max, bytes: .max)
      .map { try RecordCoding.decode($0.body).content }
  }

  private func room(_ megabytes: Int) -> Journal.Room {
    Journal.Room(free: megabytes * 1_000_000, used: 0, total: 100_000_000_000)
  }

  /// Frames, and scans that gaps count, among records.
  private func count(_ records: [Record.Content]) -> (frames: Int, spared: Int) {
    records.reduce(into: (0, 0)) { sum, content in
      if case .frame = content { sum.0 += 1 }
      if case .gap(let gap) = content, gap.reason == .spaceLow { sum.1 += gap.scans ?? 0 }
    }
  }

  @Test("At a low mark one frame in ten is recorded, and gaps count all others")
  func thin() async throws {
    let recorder = try await plan.recorder(at: files.journal, time: time)
    let last = await recorder.journal.status().seq
    await recorder.take(room(200))
    await scan(recorder, 100)
    await recorder.take(room(50_000))
    await scan(recorder, 10)
    await recorder.commitObservations()
    let records = try records(after: last)
    let (frames, spared) = count(records)
    #expect(frames == 20)
    #expect(spared == 90)
    let kinds = records.compactMap { content -> Event.Kind? in
      if case .event(let event) = content { event.kind } else { nil }
    }
    #expect(kinds == [.framesThin, .spaceEnough])
  }

  @Test("Below the lowest mark no frames are recorded; lots are, and gaps count the scans")
  func eventsOnly() async throws {
    let recorder = try await plan.recorder(at: files.journal, time: time)
    let last = await recorder.journal.status().seq
    await recorder.take(room(50))
    await scan(recorder, 100)
    await recorder.take(room(50))
    let order = LotOrder(
      station: try StationID("s1"),
      lot: try LotID("L-1"),
      part: try Label("P-1"),
      workOrder: try Label("WO-1"),
      operatorName: try Label("Rösch")
    )
    _ = try await recorder.start(order)
    let records = try records(after: last)
    let (frames, spared) = count(records)
    #expect(frames == 0)
    #expect(spared == 100)
    #expect(records.contains { $0.type == "binding" })
    let notices = await recorder.snapshot(of: plan.settings.stations).journal.notices
    #expect(notices?.first?.contains("no frames are recorded until there is room") == true)
  }

  @Test("Frames stay until every hub has them, and go then")
  func prunes() async throws {
    let recorder = try await plan.recorder(at: files.journal, time: time)
    for _ in 0..<175 {
      await scan(recorder, 100)
      await recorder.commitObservations()
    }
    time.advance(by: .seconds(100_000))
    let rule = RetentionRule(age: .seconds(86_400), bytes: nil)
    let reader = try await recorder.journal.reader()
    await recorder.prune(rule, uplinks: ["a", "b"], unconfirmed: false)
    #expect(try reader.prunedSize() == 0)
    await recorder.prune(rule, uplinks: [], unconfirmed: false)
    #expect(try reader.prunedSize() == 0)
    var tree = MerkleFrontier()
    for leaf in try reader.leaves(after: 0, limit: .max) { tree.append(leaf) }
    for hub in ["a", "b"] { try await recorder.journal.setCursor(tree, of: hub) }
    await recorder.prune(rule, uplinks: ["a", "b"], unconfirmed: false)
    #expect(try reader.prunedSize() == 64 * 256)
    // The next start replays what is left.
    await recorder.stop()
    let again = try await plan.recorder(at: files.journal, time: time)
    #expect(await again.journal.status().problem == nil)
  }
}
