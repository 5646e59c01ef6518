import Foundation
import JournalStore
import LotBinding
import Settings
import StationAPI
import Telemetry
import TestSupport
import Testing

@testable import Agent

/// What a new journal says of the one that it goes on from.
@Suite("Recorder and succession")
struct RecorderSuccessionTests {
  private let time = ManualTime()
  private let files: PlantFiles
  private let plan: PlantPlan

  init() throws {
    files = try PlantFiles([.tcp("a")])
    try files.write()
    plan = try files.plan()
  }

  private func order(_ lot: String) throws -> LotOrder {
    LotOrder(
      station: try StationID("s1"),
      lot: try LotID(lot),
      part: try Label("P-1"),
      workOrder: try Label("WO-1"),
      operatorName: try Label("Rösch")
    )
  }

  /// A run that starts a lot, signs an operator on and stops.
  private func firstRun() async throws {
    let recorder = try await plan.recorder(at: files.journal, time: time)
    _ = try await recorder.start(order("L-1"))
    _ = try await recorder.signOn(Label("Meier"), at: StationID("s1"))
    await recorder.stop()
  }

  private func records() throws -> [Record] {
    try JournalReader(path: files.journal).records(after: 0, limit: .max, bytes: .max)
      .map { try RecordCoding.decode($0.body) }
  }

  @Test("A journal of an earlier version that was brought to this one says so, and names its copy")
  func migrated() async throws {
    try await firstRun()
    let (status, output) = try Tool.run(
      "sqlite3",
      files.journal,
      "DROP TABLE node; PRAGMA user_version = 1"
    )
    #expect(status == 0, "\(output)")
    let recorder = try await plan.recorder(at: files.journal, time: time)
    let name = files.journal.split(separator: "/").last.map { "\($0).version-1" } ?? ""
    let notices = await recorder.snapshot(of: plan.settings.stations).journal.notices
    #expect(notices?.count == 1 && notices?.first?.hasPrefix(name) == true)
    await recorder.stop()
    let events = try records().compactMap { record -> Event? in
      if case .event(let event) = record.content { event } else { nil }
    }
    let migrations = events.filter { $0.kind == .journalMigrated }
    #expect(migrations.map { $0.detail.contains(name) } == [true])

    // The next start has nothing to say, and the notice goes with the copy.
    let again = try await plan.recorder(at: files.journal, time: time)
    #expect(await again.snapshot(of: plan.settings.stations).journal.notices?.count == 1)
    try FileManager.default.removeItem(atPath: files.journal + ".version-1")
    #expect(await again.snapshot(of: plan.settings.stations).journal.notices == nil)
    await again.stop()
  }

  @Test("What was in force when a journal was found damaged goes on in the next, and it says so")
  func takenOver() async throws {
    try await firstRun()
    try await SuccessionFixture(path: files.journal)
      .damaged(agent: plan.settings.agent, time: time)
    time.advance(by: .seconds(60))
    let recorder = try await plan.recorder(at: files.journal, time: time)
    let station = try StationID("s1")
    let snapshot = await recorder.snapshot(of: plan.settings.stations)
    let status = try #require(snapshot.stations.first { $0.id == station })
    #expect(status.lots.map(\.lot.text) == ["L-1"])
    #expect(status.crew.map(\.name.text) == ["Meier"])
    #expect(snapshot.journal.notices?.first?.contains(".kept-1") == true)
    let records = try records()
    let types = records.map(\.content.type)
    #expect(types.prefix(2) == ["opening", "gap"])
    #expect(types.contains("binding"))
    #expect(
      records.contains {
        if case .event(let event) = $0.content {
          event.kind == .journalContinued && event.detail.contains("go on as they were")
        } else {
          false
        }
      }
    )
  }

  @Test("After a lost tail nothing is taken for granted: lots must be started anew")
  func nothingGuessed() async throws {
    try await firstRun()
    try FileManager.default.removeItem(atPath: files.journal)
    let recorder = try await plan.recorder(at: files.journal, time: time)
    let snapshot = await recorder.snapshot(of: plan.settings.stations)
    #expect(snapshot.stations.allSatisfy { $0.lots.isEmpty && $0.crew.isEmpty })
    #expect(
      try records().contains {
        if case .event(let event) = $0.content {
          event.kind == .journalContinued && event.detail.contains("start lots")
        } else {
          false
        }
      }
    )
  }

  @Test("A second start does not take anything over again")
  func once() async throws {
    try await firstRun()
    try await SuccessionFixture(path: files.journal)
      .damaged(agent: plan.settings.agent, time: time)
    var recorder = try await plan.recorder(at: files.journal, time: time)
    await recorder.stop()
    recorder = try await plan.recorder(at: files.journal, time: time)
    #expect(try records().count { $0.content.type == "binding" } == 1)
  }
}

/// Has a journal set aside at its next opening, as whoever reads a damaged page does.
private struct SuccessionFixture {
  let path: String

  func damaged(agent: AgentID, time: ManualTime) async throws {
    let journal = try Journal.open(
      at: path,
      opening: JournalOpening(
        agent: agent,
        site: try Label("Plant"),
        journal: String(repeating: "1", count: 32),
        software: "0"
      ),
      time: time
    )
    await journal.orderSuccession(for: .damaged(path: path, reason: "a page in its middle"))
    try await journal.close()
  }
}
