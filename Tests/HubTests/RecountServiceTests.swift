import Genealogy
import HubStore
import Logging
import Telemetry
import TestSupport
import Testing

@testable import Hub

@Suite("Counting anew between batches")
struct RecountServiceTests {
  @Test(
    "What a correction leaves to be counted is counted without a further batch, and so after a restart"
  )
  func counts() async throws {
    let folder = try TemporaryFolder()
    var journal = try JournalBuilder()
    let layout = try journal.layout("t", stations: ["s"], signals: [.init(name: "heat")])
    let start = journal.time
    for value: Int64 in 0..<40 {
      try journal.frame(layout: layout, bindings: [nil], [Reading(.integer(value))])
    }
    let binding = try journal.bind("s", "PCB-1", part: "board")
    try journal.add(
      .correction(
        Correction(
          .times(binding, from: start, to: nil),
          by: Label("Q. Auditor"),
          reason: Label("seen")
        )
      )
    )
    var database = try HubDatabase(path: folder.path("hub.sqlite"), recounting: 4)
    _ = try await database.take(journal.batch)
    #expect(try await visit(database, journal).recounting == true)
    try database.close()
    database = try HubDatabase(path: folder.path("hub.sqlite"), recounting: 4)
    let recount = Task { [database] in await Recount(database, Logger(label: "hub")).run() }
    var visit = try await visit(database, journal)
    while visit.recounting == true {
      await Task.yield()
      visit = try await self.visit(database, journal)
    }
    #expect(visit.signals.first?.good == 40)
    recount.cancel()
    await recount.value
  }

  private func visit(_ hub: HubDatabase, _ journal: JournalBuilder) async throws -> StationVisit {
    let trace = try await hub.reader.trace(LotID("PCB-1"), at: journal.time)
    return try #require(trace?.lots.first?.visits.first)
  }
}
