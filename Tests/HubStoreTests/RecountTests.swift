import Genealogy
import HubStore
import Telemetry
import TestSupport
import Testing

@Suite("Counting a corrected lot anew")
struct RecountTests {
  private let folder: TemporaryFolder
  private var journal: JournalBuilder
  private let start: Instant
  private let layout: Int
  private let binding: Int

  /// Forty readings, one a second, the last ten of PCB-1.
  init() throws {
    folder = try TemporaryFolder()
    journal = try JournalBuilder()
    layout = try journal.layout("t", stations: ["s"], signals: [.init(name: "heat")])
    start = journal.time
    for value: Int64 in 0..<30 { try journal.read(value, layout) }
    binding = try journal.bind("s", "PCB-1", part: "board")
    for value: Int64 in 30..<40 { try journal.read(value, layout, bound: binding) }
  }

  private func hub() throws -> HubDatabase {
    try HubDatabase(path: folder.path("hub.sqlite"), recounting: 4)
  }

  private func visit(_ hub: HubDatabase) async throws -> StationVisit {
    let trace = try await hub.reader.trace(LotID("PCB-1"), at: journal.time)
    return try #require(trace?.lots.first?.visits.first)
  }

  private func good(_ visit: StationVisit) -> Int { visit.signals.map(\.good).reduce(0, +) }

  @Test(
    "While it is counted a trace says so and shows what was counted before, through a restart, too"
  )
  mutating func restarted() async throws {
    try journal.correct(.times(binding, from: start.advanced(by: .seconds(10)), to: nil))
    var hub = try hub()
    _ = try await hub.take(journal.batch)
    var visit = try await visit(hub)
    #expect(visit.recounting == true && good(visit) == 10)
    #expect(visit.from == start.advanced(by: .seconds(10)))
    #expect(visit.sentences.contains { $0.hasPrefix("being recounted") })
    #expect(try await hub.recount())
    try hub.close()
    hub = try self.hub()
    visit = try await self.visit(hub)
    #expect(visit.recounting == true && good(visit) == 10)
    var slices = 0
    while try await hub.recount() { slices += 1 }
    #expect(slices > 5)
    visit = try await self.visit(hub)
    #expect(visit.recounting == nil && good(visit) == 30)
    #expect(visit.signals.first?.minimum == 10)
  }

  @Test("What comes meanwhile counts, and so does another correction")
  mutating func meanwhile() async throws {
    try journal.correct(.times(binding, from: start, to: nil))
    let hub = try hub()
    _ = try await hub.take(journal.batch)
    while try await hub.recount() {}
    #expect(good(try await visit(hub)) == 40)
    let held = journal.records.count
    try journal.correct(.times(binding, from: start.advanced(by: .seconds(5)), to: nil))
    try journal.read(40, layout, bound: binding)
    _ = try await hub.take(journal.batch((held + 1)...journal.records.count))
    #expect(try await hub.recount())
    // What the correction before said is shown until this one is counted.
    var visit = try await visit(hub)
    #expect(visit.recounting == true && good(visit) == 40)
    let later = journal.records.count
    try journal.read(41, layout, bound: binding)
    try journal.end("s", "PCB-1", binding: binding)
    try journal.read(99, layout)
    _ = try await hub.take(journal.batch((later + 1)...journal.records.count))
    while try await hub.recount() {}
    visit = try await self.visit(hub)
    #expect(visit.recounting == nil && good(visit) == 37)
    #expect(visit.signals.first?.maximum == 41)
  }

  @Test("A batch that leaves something to be counted tells the hub, and so does opening")
  mutating func told() async throws {
    try journal.correct(.times(binding, from: start, to: nil))
    let hub = try hub()
    var signals = hub.recounts.makeAsyncIterator()
    #expect(await signals.next() != nil)
    _ = try await hub.take(journal.batch)
    #expect(await signals.next() != nil)
    try hub.close()
    #expect(await signals.next() == nil)
  }
}
