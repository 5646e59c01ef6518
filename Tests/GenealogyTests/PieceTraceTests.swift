import Foundation
import Genealogy
import Telemetry
import Testing

@Suite("Trace of pieces")
struct PieceTraceTests {
  /// Two devices of one lot, each of a drive unit, each of a board, from two lots of boards.
  private func devices() throws -> MemoryGenealogy {
    var store = MemoryGenealogy()
    try store.visit("PCB-1", at: "reflow-1", 1, to: 2)
    try store.visit("PCB-2", at: "reflow-1", 3, to: 4)
    try store.assemble("PCB-1", "B-1", into: "DU-7", "DU-1", 5)
    try store.assemble("PCB-2", "B-2", into: "DU-7", "DU-2", 6)
    try store.assemble("DU-7", "DU-1", into: "PM-500", "S-1", 7)
    try store.assemble("DU-7", "DU-2", into: "PM-500", "S-2", 8)
    try store.consume("SCREWS", into: "PM-500", 9, 100)
    return store
  }

  private func edges(_ edges: [TraceEdge]?) -> [String] {
    edges?.map { "\($0.input)>\($0.output)" } ?? []
  }

  @Test("A device leads to its own board, and to what went into the lot as a whole")
  func down() throws {
    let trace = try #require(try devices().trace("PM-500", serial: "S-1"))
    #expect(edges(trace.inputs) == ["DU-7>PM-500", "SCREWS>PM-500", "PCB-1>DU-7"])
    let unit = try #require(trace.lots.first { $0.lot.text == "DU-7" })
    #expect(unit.serials?.map(\.text) == ["DU-1"])
    #expect(trace.lots.first { $0.lot.text == "SCREWS" }?.serials == nil)
    #expect(TraceReport(trace).text.hasPrefix("Serial S-1 of lot PM-500"))
    #expect(TraceReport(trace).text.contains("of it: serial DU-1"))
  }

  @Test("A board leads up to its own device")
  func up() throws {
    let trace = try #require(try devices().trace("PCB-2", serial: "B-2"))
    #expect(edges(trace.outputs) == ["PCB-2>DU-7", "DU-7>PM-500"])
    #expect(trace.lots.last?.serials?.map(\.text) == ["S-2"])
    #expect(try devices().trace("PCB-2", serial: "B-9")?.outputs == [])
  }

  @Test("The lot leads to all of them, also where a second way leads to more of a lot")
  func whole() throws {
    var store = try devices()
    try store.assemble("DU-7", "DU-1", into: "KIT", "K-1", 10)
    try store.consume("KIT", into: "PM-500", 11)
    let trace = try #require(try store.trace("PM-500"))
    #expect(
      edges(trace.inputs).contains("PCB-1>DU-7") && edges(trace.inputs).contains("PCB-2>DU-7")
    )
    let single = try #require(try store.trace("PM-500", serial: "S-2"))
    #expect(single.lots.first { $0.lot.text == "DU-7" }?.serials?.count == 2)
    #expect(edges(single.inputs).contains("PCB-1>DU-7"))
  }

  @Test("A piece in two things is a finding of either's trace, with both records")
  func twoParents() throws {
    var store = try devices()
    try store.assemble("DU-7", "DU-1", into: "PM-600", "S-9", 10)
    for (lot, serial) in [("PM-500", "S-1"), ("PM-600", "S-9")] {
      let finding = try #require(try store.trace(lot, serial: serial)?.findings.first)
      #expect(finding.code == "serial_in_two_parents")
      #expect(finding.detail.contains("PM-500, serial S-1 (record 7"))
      #expect(finding.detail.contains("PM-600, serial S-9 (record 10"))
    }
    #expect(try devices().trace("PM-500")?.findings == [])
  }

  @Test("What is known of material is told: certificate, expiry, notes, what was left")
  func material() throws {
    var store = MemoryGenealogy()
    try store.visit("PCB-1", at: "reflow-1", 3, to: 9)
    store.stays.append(
      MaterialStay(
        span: RecordSpan(start: try MemoryGenealogy.reference(2), end: 8),
        load: MaterialLoad(
          station: try StationID("reflow-1"),
          lot: try LotID("PASTE-9"),
          material: try Label("SAC305"),
          certificateReference: CertificateReference(
            id: try Label("5521"),
            type: .inspectedByManufacturer,
            revision: try Label("B"),
            sha256: .sha256([1])
          ),
          quantity: 500,
          unit: "g",
          expires: MemoryGenealogy.time(1),
          notes: ["material_expired"]
        ),
        from: MemoryGenealogy.time(2),
        to: MemoryGenealogy.time(8),
        unload: MaterialUnload(
          station: try StationID("reflow-1"),
          lot: try LotID("PASTE-9"),
          load: 2,
          reason: try Label("empty"),
          remaining: 20
        )
      )
    )
    let trace = try #require(try store.trace("PCB-1"))
    let text = TraceReport(trace, style: .init(width: 400)).text
    let certificate =
      "certificate 3.1 no. 5521 rev B, SHA-256 \(Digest.sha256([1]).description.prefix(8))…"
    for words in [
      certificate, "500 g", "expires 2026-11-24 12:01:00 UTC", "in spite of material_expired",
      "taken away: empty, 20 g left",
    ] {
      #expect(text.contains(words), "\(words) in \(text)")
    }
    let bytes = try JSONEncoder().encode(trace)
    #expect(try JSONDecoder().decode(LotTrace.self, from: bytes) == trace)
  }

  @Test("Readings of an instrument that could not be relied on are told, their values stay")
  func instrument() throws {
    var store = MemoryGenealogy()
    let signal = SignalSummary(
      device: try DeviceID("oxygen-1"),
      signal: "oxygen",
      quantity: "oxygen",
      unit: "[ppm]",
      minimum: 1,
      mean: 2,
      maximum: 3,
      good: 10,
      bad: 0,
      calibration: SignalCalibration(instrument: "O2-17")
    )
    try store.visit("PCB-1", at: "reflow-1", 10, to: 40, signals: [signal])
    try store.calibrate("O2-17", performed: 0, due: 20, .within, 1)
    func doubts() throws -> [CalibrationDoubt]? {
      try store.trace("PCB-1")?.lots.first?.visits.first?.signals.first?.calibration?.doubts
    }
    #expect(
      try doubts()
        == [
          CalibrationDoubt(
            state: .overdue,
            from: MemoryGenealogy.time(20),
            to: MemoryGenealogy.time(40)
          )
        ]
    )
    let text = TraceReport(try #require(try store.trace("PCB-1")), style: .init(width: 400)).text
    #expect(text.contains("instrument O2-17 could not be relied on 2026-11-24 12:20:00"))
    #expect(text.contains("All 10 readings are good. Not all instruments could be relied on"))
    // What is recorded late counts, and a failure speaks of the time before.
    try store.calibrate("O2-17", performed: 15, due: 60, .within, 50)
    #expect(try doubts() == [])
    try store.calibrate("O2-17", performed: 30, due: 60, .outside, 51)
    #expect(try doubts()?.map(\.state) == [.foundOut, .failed])
  }
}

extension MemoryGenealogy {
  mutating func assemble(
    _ input: String,
    _ inputSerial: String,
    into output: String,
    _ outputSerial: String,
    _ seq: Int
  ) throws {
    consumptions.append(
      RecordedConsumption(
        record: try Self.reference(seq),
        at: Self.time(seq),
        consumption: Consumption(
          output: try LotID(output),
          outputSerial: try Label(outputSerial),
          input: try LotID(input),
          inputSerial: try Label(inputSerial)
        )
      )
    )
  }

  /// Times are in minutes after 12:00, as those of records.
  mutating func calibrate(
    _ instrument: String,
    performed: Int,
    due: Int,
    _ found: Calibration.Finding,
    _ seq: Int
  ) throws {
    calibrations.append(
      RecordedCalibration(
        record: try Self.reference(seq),
        at: Self.time(seq),
        calibration: Calibration(
          instrument: try Label(instrument),
          performed: Self.time(performed),
          due: Self.time(due),
          asFound: found,
          by: try Label("ines")
        )
      )
    )
  }

  func trace(_ lot: String, serial: String) throws -> LotTrace? {
    try LotTracer(self).trace(LotID(lot), serial: Label(serial), at: Self.time(500))
  }
}
