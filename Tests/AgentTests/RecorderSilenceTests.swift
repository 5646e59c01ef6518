import Acquisition
import Fieldbus
import JournalStore
import StationAPI
import Telemetry
import TestSupport
import Testing

@testable import Agent

/// What the journal and the status say of a device that gives no answer.
@Suite("Recorder and silent devices")
struct RecorderSilenceTests {
  private let time = ManualTime()
  private var files: PlantFiles
  private let plan: PlantPlan
  private let group: ScanGroup
  private let recorder: Recorder

  init() async throws {
    files = try PlantFiles([.tcp("a")])
    try files.write()
    plan = try files.plan()
    group = try #require(plan.buses.first?.groups.first)
    recorder = try await plan.recorder(at: files.journal, time: time)
  }

  private func miss() async {
    await recorder.take(
      .scan(
        group.scan(
          refused: BusFailure(.timeout, "unit 1 did not answer in 500 ms"),
          at: time.now(),
          uptime: time.uptime()
        )
      )
    )
  }

  /// Lets so much time pass, in which the poller only probes, and tells of it at the end.
  private func skip(_ duration: Duration, scans: Int) async {
    let start = time.now()
    time.advance(by: duration)
    await recorder.take(
      .missed(
        MissedScans(
          group: group.id,
          reason: .deviceSilent,
          count: scans,
          from: start,
          to: time.now(),
          uptime: time.uptime()
        )
      )
    )
  }

  private func gaps() async throws -> [Gap] {
    await recorder.stop()
    let reader = try JournalReader(path: files.journal)
    defer { try? reader.close() }
    let records = try reader.records(after: 0, limit: 10_000, bytes: .max)
      .map { try RecordCoding.decode($0.body) }
    return records.compactMap { if case .gap(let gap) = $0.content { gap } else { nil } }
  }

  @Test("Skipped scans of a silent device are a gap that says so, with their number")
  func gap() async throws {
    await miss()
    let start = time.now()
    await skip(.seconds(300), scans: 3_000)
    #expect(
      try await gaps() == [
        Gap(
          .deviceSilent,
          device: group.id.device,
          group: "g",
          from: start,
          to: start.advanced(by: .seconds(300)),
          scans: 3_000
        )
      ]
    )
  }

  @Test("A gap in which the clock is set lies on the epoch of its record")
  func clock() async throws {
    await miss()
    let missed = MissedScans(
      group: group.id,
      reason: .deviceSilent,
      count: 10,
      from: time.now(),
      to: time.now().advanced(by: .seconds(1)),
      uptime: time.uptime() + .seconds(1)
    )
    time.advance(by: .seconds(1))
    time.stepWall(by: .seconds(3_600))
    let end = time.now()
    await recorder.take(.missed(missed))
    let gap = try #require(try await gaps().first)
    #expect(gap.to == end && gap.to.duration(since: gap.from) == .seconds(1))
  }

  @Test("Scans that are in such a gap are not missing once more after a reload")
  func reload() async throws {
    await miss()
    await skip(.seconds(60), scans: 600)
    var changed = files
    changed.buses[0].timeout = "300ms"
    try changed.write()
    let new = try changed.plan()
    _ = try await recorder.adopt(new, after: plan, PlantChanges(from: plan, to: new))
    time.advance(by: .milliseconds(50))
    await miss()
    #expect(try await gaps().map(\.reason) == [.deviceSilent])
  }

  @Test("The status says how often a silent device is asked, and what to check")
  func status() async throws {
    await miss()
    let silent = try #require(await recorder.snapshot(of: []).devices.first?.silent)
    #expect(silent.detail == "unit 1 did not answer in 500 ms")
    // Not given up yet: it is scanned in its period.
    #expect(silent.askedEveryMilliseconds == 100)
    let told = SilentDevice(device: group.id.device, interval: .seconds(12), isWhole: true)
    await recorder.take(.silent(told))
    let resting = await recorder.snapshot(of: []).devices.first?.silent
    #expect(resting?.askedEveryMilliseconds == 12_000)
    #expect(resting?.since == silent.since)
  }
}
