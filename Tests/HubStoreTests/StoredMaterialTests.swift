import GRDB
import Genealogy
import HubStore
import Telemetry
import TestSupport
import Testing

@Suite("Material, pieces and instruments in the database")
struct StoredMaterialTests {
  private let folder: TemporaryFolder
  private let database: HubDatabase

  init() throws {
    folder = try TemporaryFolder()
    database = try HubDatabase(path: folder.path("hub.sqlite"))
  }

  private static let certificate = CertificateReference(
    id: Label(checked: "5521"),
    type: .inspectedByManufacturer,
    revision: Label(checked: "B"),
    sha256: .sha256([1]),
    issuer: Label(checked: "Stannol")
  )

  /// Paste under a certificate, a board lot, a board in a device with a UDI.
  private func device() throws -> JournalBuilder {
    var journal = try JournalBuilder()
    let load = try journal.add(
      .materialLoad(
        MaterialLoad(
          station: StationID("s"),
          lot: LotID("PASTE"),
          material: Label("SAC305"),
          certificateReference: Self.certificate,
          expires: journal.time.advanced(by: .seconds(3_600))
        )
      )
    )
    let binding = try journal.bind("s", "PCB", part: "p")
    try journal.end("s", "PCB", binding: binding)
    try journal.add(
      .materialUnload(
        MaterialUnload(
          station: StationID("s"),
          lot: LotID("PASTE"),
          load: load,
          reason: Label("empty"),
          remaining: 0
        )
      )
    )
    try journal.add(
      .consumption(
        Consumption(
          output: LotID("PM"),
          outputSerial: Label("S-1"),
          outputUDI: Label("(01)04012345678901(21)S-1"),
          input: LotID("PCB"),
          inputSerial: Label("B-1")
        )
      )
    )
    return journal
  }

  private func expectDevice(_ reader: HubReader, at time: Instant) async throws {
    let trace = try #require(
      try await reader.trace(LotID("PM"), serial: Label("S-1"), at: time)
    )
    #expect(trace.lots.map(\.lot.text) == ["PM", "PCB", "PASTE"])
    let reason = try #require(trace.inputs.last?.reasons.first)
    guard case .loaded(let stay, _) = reason else {
      Issue.record("the paste was loaded")
      return
    }
    #expect(stay.load.certificateReference == Self.certificate && stay.load.expires != nil)
    #expect(stay.unload?.reason?.text == "empty" && stay.unload?.remaining == 0)
    for name in ["(01)04012345678901(21)S-1", "(21)S-1 (01)04012345678901", "S-1"] {
      #expect(
        try await reader.pieces(named: name) == [
          PieceListing(
            lot: LotID("PM"),
            serial: Label("S-1"),
            udi: "(01)04012345678901(21)S-1"
          )
        ]
      )
    }
    #expect(try await reader.pieces(named: "B-1").map(\.lot.text) == ["PCB"])
    #expect(try await reader.pieces(named: "B-2").isEmpty)
  }

  @Test("A device leads by its UDI to the paste and its certificate, also in a rebuilt file")
  func whole() async throws {
    let journal = try device()
    _ = try await database.take(journal.batch)
    try await expectDevice(database.reader, at: journal.time)
    try await database.rebuild()
    try await expectDevice(database.reader, at: journal.time)
  }

  @Test("A file of a program that knew of no certificates is read, and takes them once opened")
  func earlier() async throws {
    let path = folder.path("earlier.sqlite")
    let first = try HubDatabase(path: path)
    _ = try await first.take(JournalBuilder.device().batch)
    try first.close()
    try await DatabaseQueue(path: path).write { db in
      try db.execute(
        sql: """
          DROP TABLE piece; DROP TABLE calibration; ALTER TABLE load DROP COLUMN content;
          ALTER TABLE load DROP COLUMN end_content; ALTER TABLE consumption DROP COLUMN content;
          """
      )
    }
    let old = try HubReader(path: path)
    let trace = try await old.trace(LotID("DEV-0042"), at: .init(microseconds: 0))
    #expect(trace?.lots.count == 5)
    #expect(try await old.pieces(named: "S-1").isEmpty)
    #expect(try await old.instruments().isEmpty)
    let database = try HubDatabase(path: path)
    try await database.rebuild()
    let later = try await database.reader.trace(LotID("DEV-0042"), at: .init(microseconds: 0))
    #expect(later?.lots == trace?.lots)
  }

  /// Three lots: measured before the last good calibration, after it, and by another instrument.
  private func failure() throws -> JournalBuilder {
    var journal = try JournalBuilder()
    let start = journal.time
    func layout(_ instrument: String) throws -> Int {
      try journal.layout(
        "o2-\(instrument)",
        stations: ["s"],
        signals: [.init(name: "state"), .init(name: "oxygen", calibration: instrument)]
      )
    }
    let (mine, other) = (try layout("O2-17"), try layout("O2-18"))
    for (index, lot) in ["BEFORE", "DURING", "OTHER"].enumerated() {
      journal.time = start.advanced(by: .seconds(index * 1_000))
      let binding = try journal.bind("s", lot, part: "p")
      let readings = [Reading(.integer(1)), Reading(.integer(400))]
      try journal.frame(layout: index == 2 ? other : mine, bindings: [binding], readings)
      journal.time = journal.time.advanced(by: .seconds(100))
      try journal.end("s", lot, binding: binding)
    }
    for (performed, found) in [(500, Calibration.Finding.within), (5_000, .outside)] {
      try journal.add(
        .calibration(
          Calibration(
            instrument: Label("O2-17"),
            performed: start.advanced(by: .seconds(performed)),
            due: start.advanced(by: .seconds(100_000)),
            asFound: found,
            asLeft: .within,
            by: Label("ines")
          )
        )
      )
    }
    return journal
  }

  @Test("A failed calibration lists the lots that were measured since the last good one")
  func instrument() async throws {
    let journal = try failure()
    _ = try await database.take(journal.batch)
    let trace = try #require(try await database.reader.instrument(Label("O2-17")))
    #expect(trace.calibrations.count == 2)
    let failure = try #require(trace.failures.first)
    #expect(failure.lastGood?.calibration.asFound == .within)
    #expect(failure.visits.map(\.binding.lot.text) == ["DURING"])
    #expect(trace.text.contains("! Found out of tolerance"))
    #expect(try await database.reader.instruments() == ["O2-17", "O2-18"])
    #expect(try await database.reader.instrument(Label("O2-19")) == nil)
  }

  @Test("A failed calibration lists the lots that truly were there, whatever was scanned")
  func correctedFailure() async throws {
    var journal = try failure()
    let during = try #require(
      try journal.records.map(RecordCoding.decode)
        .first { record in
          if case .binding(let binding) = record.content {
            binding.lot.text == "DURING"
          } else {
            false
          }
        }
    )
    guard case .binding(let wrong) = during.content else { return }
    let right = Binding(
      station: wrong.station,
      lot: try LotID("RIGHT"),
      part: wrong.part,
      workOrder: wrong.workOrder,
      operatorName: wrong.operatorName
    )
    try journal.correct(.replaceLot(during.seq, right))
    // Nobody scanned this one, and it took the readings of the other.
    let late = Binding(
      station: wrong.station,
      lot: try LotID("LATE"),
      part: wrong.part,
      workOrder: wrong.workOrder,
      operatorName: wrong.operatorName
    )
    try journal.correct(
      .insertLot(
        late,
        from: during.at.advanced(by: .seconds(-30)),
        to: during.at.advanced(by: .seconds(50))
      )
    )
    _ = try await database.take(journal.batch)
    while try await database.recount() {}
    let trace = try await database.reader.instrument(Label("O2-17"))
    let lots = trace?.failures.first?.visits.map(\.binding.lot.text)
    #expect(lots == ["LATE", "RIGHT"])
  }

  @Test("A lot's trace tells which of its readings cannot be relied on")
  func doubts() async throws {
    let journal = try failure()
    _ = try await database.take(journal.batch)
    for (lot, state) in [
      ("BEFORE", CalibrationState.never), ("DURING", .foundOut), ("OTHER", .never),
    ] {
      let trace = try await database.reader.trace(LotID(lot), at: journal.time)
      let signals = try #require(trace?.lots.first?.visits.first?.signals)
      #expect(signals.map { $0.calibration?.doubts.map(\.state) } == [nil, [state]], "\(lot)")
    }
  }
}
