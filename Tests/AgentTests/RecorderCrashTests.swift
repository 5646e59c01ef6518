import Acquisition
import Fieldbus
import Foundation
import JournalStore
import Telemetry
import TestSupport
import Testing

@testable import Agent

/// What the journal holds when the agent was killed and started again.
@Suite("Recorder and crashes")
struct RecorderCrashTests {
  private let time = ManualTime()
  private let files: PlantFiles
  private let plan: PlantPlan

  /// Of a device that is silent, and of one that answers.
  private let silent: ScanGroup
  private let answering: ScanGroup

  init() throws {
    files = try PlantFiles([.tcp("a"), .tcp("b", port: 503)])
    try files.writeProfile("p", registers: 1, period: "1s")
    try files.write()
    plan = try files.plan()
    silent = try #require(plan.buses.first?.groups.first)
    answering = try #require(plan.buses.last?.groups.first)
  }

  private func start(_ path: String) async throws -> Recorder {
    try await plan.recorder(at: path, time: time)
  }

  /// Three silent scans of one device, and half a second after each second one of the other.
  private func run(_ recorder: Recorder, seconds: Int) async {
    for second in 0..<seconds {
      if second < BackOff.silentScans {
        let failure = BusFailure(.timeout, "unit 1 did not answer in 500 ms")
        let scan = silent.scan(refused: failure, at: time.now(), uptime: time.uptime())
        await recorder.take(.scan(scan))
      }
      time.advance(by: .milliseconds(500))
      let outcome = BusOutcome(
        result: .success(.registers([7])),
        sent: time.moment(),
        elapsed: .zero
      )
      await recorder.take(.scan(answering.scan(from: [outcome])))
      time.advance(by: .milliseconds(500))
    }
    await recorder.commitObservations()
  }

  /// The journal as a power cut would leave it at this moment: its files, with an open log.
  private func remains() throws -> String {
    let path = files.folder.path("remains.sqlite")
    for suffix in ["", "-wal", ".anchor"] {
      try FileManager.default.copyItem(atPath: files.journal + suffix, toPath: path + suffix)
    }
    return path
  }

  private func gaps(_ path: String) throws -> [Gap] {
    let reader = try JournalReader(path: path)
    defer { try? reader.close() }
    let records = try reader.records(after: 0, limit: 10_000, bytes: .max)
      .map { try RecordCoding.decode($0.body) }
    return records.compactMap { if case .gap(let gap) = $0.content { gap } else { nil } }
  }

  @Test("Scans of a silent device that no gap told of before a crash are in one after it")
  func crash() async throws {
    let began = time.now()
    let recorder = try await start(files.journal)
    await run(recorder, seconds: 120)
    let path = try remains()
    await recorder.stop()
    time.advance(by: .seconds(60))
    let restarted = time.now()
    try await start(path).stop()
    let last = began.advanced(by: .milliseconds(119_500))
    #expect(
      try gaps(path) == [
        Gap(
          .deviceSilent,
          device: silent.id.device,
          group: "g",
          from: began.advanced(by: .seconds(3)),
          to: last,
          scans: 117
        ),
        Gap(.agentDown, from: last, to: restarted),
      ]
    )
  }

  @Test("After a clock that was set back meanwhile, these scans come before its step")
  func clock() async throws {
    let recorder = try await start(files.journal)
    await run(recorder, seconds: 10)
    let path = try remains()
    await recorder.stop()
    time.stepWall(by: .seconds(-3_600))
    try await start(path).stop()
    let reader = try JournalReader(path: path)
    defer { try? reader.close() }
    let types = try reader.records(after: 0, limit: 100, bytes: .max)
      .map { try RecordCoding.decode($0.body) }.filter { $0.content.type != "frame" }
      .map(\.content.type)
    #expect(types.suffix(6) == ["gap", "clock_step", "gap", "event", "clock", "event"])
    #expect(try gaps(path).map(\.scans) == [7, nil])
  }

  @Test("After a stop nothing is told twice")
  func stop() async throws {
    let recorder = try await start(files.journal)
    await run(recorder, seconds: 10)
    await recorder.stop()
    try await start(files.journal).stop()
    #expect(try gaps(files.journal).map(\.reason) == [.agentDown])
  }
}
