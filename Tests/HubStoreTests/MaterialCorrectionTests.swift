import GRDB
import Genealogy
import HubStore
import Telemetry
import TestSupport
import Testing

@Suite("Corrections of material and of what went into what, at the hub")
struct MaterialCorrectionTests {
  private let board = Consumption(
    output: LotID(checked: "PM"),
    outputSerial: Label(checked: "S-1"),
    outputUDI: Label(checked: "(01)04012345678901(21)S-1"),
    input: LotID(checked: "PCB-1"),
    inputSerial: Label(checked: "B-1")
  )

  /// A board that was scanned wrong, and the right one.
  private func journal() throws -> (JournalBuilder, wrong: Int) {
    var journal = try JournalBuilder()
    let wrong = try journal.add(.consumption(board))
    try journal.add(
      .consumption(
        Consumption(
          output: board.output,
          outputSerial: board.outputSerial,
          outputUDI: board.outputUDI,
          input: LotID("PCB-2"),
          inputSerial: Label("B-2")
        )
      )
    )
    return (journal, wrong)
  }

  private func lots(_ hub: CorrectedHub, as basis: TraceBasis = .corrected) async throws -> [String]
  {
    try #require(try await hub.trace("PM", as: basis)).lots.map(\.lot.text)
  }

  @Test("A board that was scanned wrong is in no device as corrected, and in it as recorded")
  func wrongBoard() async throws {
    var (journal, wrong) = try journal()
    try journal.correct(.notConsumed(wrong, board), reason: "wrong label")
    let hub = try await CorrectedHub(journal)
    #expect(try await lots(hub) == ["PM", "PCB-2"])
    #expect(try await lots(hub, as: .recorded) == ["PM", "PCB-1", "PCB-2"])
    let trace = try #require(try await hub.trace("PM"))
    let told = try #require(trace.lots.first?.corrections?.first)
    #expect(
      Words.correction(told).hasPrefix(
        "corrected: serial B-1 of lot PCB-1 did not go into serial S-1 of lot PM, as record "
          + "\(wrong) says; by Q. Auditor "
      )
    )
    #expect(try await hub.trace("PCB-1")?.outputs?.isEmpty == true)
  }

  @Test("A withdrawn correction takes nothing out")
  func withdrawn() async throws {
    var (journal, wrong) = try journal()
    let correction = try journal.correct(.notConsumed(wrong, board))
    try journal.correct(.withdraw(correction))
    #expect(try await lots(CorrectedHub(journal)) == ["PM", "PCB-1", "PCB-2"])
  }

  @Test("A correction of what its journal does not say is refused")
  func unknown() async throws {
    var (journal, wrong) = try journal()
    try journal.correct(.notConsumed(wrong + 1, board))
    let folder = try TemporaryFolder()
    let database = try HubDatabase(path: folder.path("hub.sqlite"))
    await #expect(throws: IntakeRefusal.self) { try await database.take(journal.batch) }
  }

  @Test("A piece is not found by a serial number that was scanned wrong")
  func pieces() async throws {
    var (journal, wrong) = try journal()
    let folder = try TemporaryFolder()
    let database = try HubDatabase(path: folder.path("hub.sqlite"))
    _ = try await database.take(journal.batch)
    #expect(try await database.reader.pieces(named: "B-1").map(\.lot.text) == ["PCB-1"])
    let seq = try journal.correct(.notConsumed(wrong, board))
    _ = try await database.take(journal.batch(seq...seq))
    #expect(try await database.reader.pieces(named: "B-1").isEmpty)
    #expect(try await database.reader.pieces(named: "S-1").map(\.lot.text) == ["PM"])
  }

  @Test("A file whose program counted corrected lots otherwise is taken over, and counts on")
  func earlier() async throws {
    let (journal, _) = try journal()
    let folder = try TemporaryFolder()
    let path = folder.path("hub.sqlite")
    try HubDatabase(path: path).close()
    try await DatabaseQueue(path: path).write { db in
      try db.execute(
        sql: """
          ALTER TABLE corrected DROP COLUMN recounting; ALTER TABLE corrected DROP COLUMN frames;
          """
      )
    }
    let database = try HubDatabase(path: path)
    _ = try await database.take(journal.batch)
    #expect(try await !database.recount())
  }

  @Test("Material of another lot was taken away for the same reason")
  func unloaded() async throws {
    var journal = try JournalBuilder()
    let jar = MaterialLoad(
      station: try StationID("s"),
      lot: try LotID("P-1"),
      material: try Label("paste")
    )
    let load = try journal.add(.materialLoad(jar))
    let binding = try journal.bind("s", "PCB-1", part: "board")
    try journal.end("s", "PCB-1", binding: binding)
    try journal.add(
      .materialUnload(
        MaterialUnload(station: jar.station, lot: jar.lot, load: load, reason: Label("empty"))
      )
    )
    let expires = journal.time.advanced(by: .seconds(60))
    try journal.correct(
      .replaceMaterial(
        load,
        MaterialLoad(
          station: jar.station,
          lot: LotID("P-2"),
          material: jar.material,
          expires: expires
        )
      )
    )
    let trace = try #require(try await CorrectedHub(journal).trace("PCB-1"))
    let reason = try #require(trace.inputs.first?.reasons.first)
    guard case .loaded(let stay, _) = reason else {
      Issue.record("the paste was loaded")
      return
    }
    #expect(stay.load.lot.text == "P-2" && stay.load.expires == expires)
    #expect(stay.unload?.reason?.text == "empty")
  }

  @Test(
    "Material that was gone before a lot came is none of its inputs, though no record lies between"
  )
  func gone() async throws {
    var journal = try JournalBuilder()
    let start = journal.time
    let load = try journal.load("s", "PASTE", "paste")
    try journal.unload("s", "PASTE", load: load)
    let binding = try journal.bind("s", "PCB", part: "4711")
    try journal.end("s", "PCB", binding: binding)
    func at(_ milliseconds: Int) -> Instant { start.advanced(by: .milliseconds(milliseconds)) }
    // Both were there between the same two records, one after the other.
    try journal.correct(.times(load, from: at(1_100), to: at(1_200)))
    let moved = try journal.correct(.times(binding, from: at(1_300), to: at(1_400)))
    let apart = try await CorrectedHub(journal)
    #expect(try await apart.trace("PCB")?.inputs.isEmpty == true)
    #expect(try await apart.trace("PASTE")?.outputs?.isEmpty == true)
    try journal.correct(.withdraw(moved))
    try journal.correct(.times(binding, from: at(1_150), to: nil))
    let together = try await CorrectedHub(journal)
    #expect(try await together.trace("PCB")?.inputs.map(\.input.text) == ["PASTE"])
  }
}
