import JournalStore
import LotBinding
import Settings
import StationAPI
import Telemetry
import TestSupport
import Testing

@testable import Agent

/// What scans at stations do, on a real journal.
@Suite("Scans at stations")
struct ScanDeskTests {
  private static let codes = """
    scans:
      codes:
        - {kind: operator, pattern: 'BADGE-(?<operator>[a-z]+)'}
        - {kind: lot, pattern: '(?<lot>PCB-[0-9]{4})(/(?<work_order>WO-[0-9]+))?', part: 4711-C}
        - {kind: lot, pattern: 'GEAR-[0-9]{4}'}
        - {kind: work_order, pattern: 'WO-[0-9]+'}
        - {kind: part, pattern: 'P-(?<part>[0-9]+)'}
        - {kind: material, pattern: 'PASTE-[0-9]{4}', material: SAC305 paste T4}
        - {kind: unit, pattern: 'SN[0-9]{4}'}
        - {kind: station, pattern: STATION-2, station: s2}
        - {kind: command, pattern: LOT-END, command: end_lot}
        - {kind: command, pattern: SIGN-OFF, command: sign_off}
        - {kind: command, pattern: CANCEL, command: cancel}
      articles:
        - {identifier: "09506000134352", kind: material, material: servo motor}
    """

  private let time = ManualTime()
  private let files: PlantFiles
  private let recorder: Recorder
  private let desk: ScanDesk
  private let place: StationLane

  init() async throws {
    var files = try PlantFiles([.tcp("a")])
    files.rest = Self.codes
    try files.write()
    self.files = files
    let plan = try files.plan()
    let recorder = try await plan.recorder(at: files.journal, time: time)
    self.recorder = recorder
    desk = ScanDesk(recorder: recorder, time: time) {
      (codes: plan.settings.scans, stations: plan.settings.stations.map(\.id))
    }
    place = StationLane(try StationID("s1"))
  }

  @discardableResult
  private func scan(_ code: String, lot: LotID? = nil) async throws -> ScanReceipt {
    try await desk.scan(Array(code.utf8), lot: lot, at: place, from: "test")
  }

  private func refusal(_ code: String) async -> Problem? {
    do {
      _ = try await scan(code)
      return nil
    } catch {
      return error as? Problem
    }
  }

  private func records() async throws -> [Record.Content] {
    await recorder.commitObservations()
    return try JournalReader(path: files.journal)
      .records(after: 0, limit: 1_000, bytes: 1_000_000).map {
        try RecordCoding.decode($0.body).content
      }
  }

  private func refusals() async throws -> [String] {
    try await records().compactMap { content in
      guard case .event(let event) = content, event.kind == .scanRefused else { return nil }
      return event.detail
    }
  }

  @Test("A badge signs on, and a lot that says all the rest starts; the codes stand in the records")
  func start() async throws {
    #expect(try await scan("BADGE-mara").action == .signedOn)
    let receipt = try await scan("PCB-2411/WO-88")
    #expect(receipt.action == .lotStarted && receipt.summary == "s1 works on lot PCB-2411")
    #expect(receipt.undo?.contains("End PCB-2411") == true)
    let bindings = try await records().compactMap { content -> Binding? in
      if case .binding(let binding) = content { binding } else { nil }
    }
    let binding = try #require(bindings.first)
    #expect(binding.lot.text == "PCB-2411" && binding.part.text == "4711-C")
    #expect(binding.workOrder.text == "WO-88" && binding.operatorName.text == "mara")
    #expect(binding.scan == "PCB-2411/WO-88")
    let crews = try await records().compactMap { content -> String? in
      if case .crew(let crew) = content { crew.scan } else { nil }
    }
    #expect(crews == ["BADGE-mara"])
  }

  @Test("What is missing is told, and the code that says it starts the lot")
  func waiting() async throws {
    let first = try await scan("GEAR-0107")
    #expect(first.action == .waiting && first.receipt == nil)
    #expect(first.summary.contains("part number, work order, operator's badge"))
    #expect(try await scan("P-2200").action == .waiting)
    #expect(try await scan("WO-91").summary.contains("still needed: operator's badge"))
    let started = try await scan("BADGE-jon")
    #expect(started.action == .lotStarted && started.summary == "s1 works on lot GEAR-0107")
    let bindings = try await records().compactMap { content -> Binding? in
      if case .binding(let binding) = content { binding } else { nil }
    }
    #expect(bindings.map(\.scan) == ["GEAR-0107"])
    #expect(bindings.map(\.operatorName.text) == ["jon"])
  }

  @Test("Codes before the lot are kept for it, for a while, and can be cancelled")
  func kept() async throws {
    try await scan("BADGE-mara")
    #expect(try await scan("WO-88").action == .noted)
    #expect(try await scan("CANCEL").action == .cancelled)
    #expect(try await scan("PCB-2411").action == .waiting)
    #expect(try await scan("CANCEL").action == .cancelled)
    #expect(try await scan("WO-88").action == .noted)
    time.advance(by: ScanTable.patience + .seconds(1))
    #expect(try await scan("PCB-2411").action == .waiting)
    #expect(try await scan("WO-89").action == .lotStarted)
  }

  @Test("Material is loaded, once; a GS1 code by what the configuration says of its article")
  func material() async throws {
    #expect(try await scan("PASTE-0931").action == .materialLoaded)
    #expect(try await scan("PASTE-0931").action == .known)
    let motor = try await scan("]d2010950600013435210M-77\u{1D}")
    #expect(motor.action == .materialLoaded && motor.summary.contains("servo motor, lot M-77"))
    let loads = try await records().compactMap { content -> String? in
      if case .materialLoad(let load) = content { load.scan } else { nil }
    }
    #expect(loads == ["PASTE-0931", "]d2010950600013435210M-77{GS}"])
  }

  @Test("A unit belongs to the lot that is there, and to none without one")
  func unit() async throws {
    #expect(await refusal("SN0001")?.type == "scan-without-effect")
    try await scan("BADGE-mara")
    try await scan("PCB-2411/WO-88")
    #expect(try await scan("SN0001").action == .unitEntered)
  }

  @Test("The lot ends, the operator signs off, and the same code again does nothing")
  func end() async throws {
    try await scan("BADGE-mara")
    try await scan("PCB-2411/WO-88")
    #expect(try await scan("PCB-2411/WO-88").action == .known)
    #expect(try await scan("BADGE-mara").action == .known)
    #expect(await refusal("GEAR-0107") == nil, "it waits for what is missing")
    #expect(try await scan("LOT-END").action == .lotEnded)
    #expect(await refusal("LOT-END")?.type == "no-active-lot")
    #expect(try await scan("SIGN-OFF").action == .signedOff)
    #expect(await refusal("SIGN-OFF")?.detail.contains("nobody is signed on") == true)
  }

  @Test("The code of a station says where the next codes belong")
  func station() async throws {
    let receipt = try await scan("STATION-2")
    #expect(receipt.action == .station && receipt.station?.text == "s2")
  }

  @Test("An ambiguous code starts nothing, is recorded, and the lot on the label settles it")
  func ambiguous() async throws {
    let code = "010950600013435210LOT21SN"
    let problem = try #require(await refusal(code))
    #expect(problem.type == "scan-refused" && problem.scan?.reason == "ambiguous")
    #expect(problem.scan?.readings.count == 2)
    let told = try await refusals()
    #expect(told.count == 1 && told[0].contains("s1, test: \"\(code)\" is not taken"))
    let settled = try await scan(code, lot: LotID("LOT21SN"))
    #expect(settled.action == .materialLoaded)
    #expect(settled.notes.map(\.code).contains("settled"))
  }

  @Test("Codes without a meaning or a proof do nothing, and say why")
  func withoutEffect() async throws {
    #expect(await refusal("10LOT-42")?.scan?.reason == "unproven")
    time.advance(by: .seconds(2))
    let unknown = await refusal("]d2010950600013437610A{GS}")
    #expect(unknown?.scan?.reason == "meaningless")
    #expect(unknown?.detail.contains("scans.articles") == true)
    #expect(try await refusals().count == 2)
  }

  @Test("Garbage is recorded with its bytes, and a flood of it only counted")
  func garbage() async throws {
    for _ in 0..<50 {
      _ = try? await desk.scan([0xFF, 0x00, 0x41], at: place, from: "scanner s")
    }
    #expect(try await refusals().count == 1)
    #expect(try await refusals()[0].contains("\"{0xFF}{0x00}A\""))
    time.advance(by: .seconds(2))
    _ = try? await desk.scan([0xFE], at: place, from: "scanner s")
    #expect(try await refusals().last?.contains("49 more before it are not recorded") == true)
  }

  @Test("What the station's state forbids is told and recorded, since a scanner shows no answer")
  func forbidden() async throws {
    try await scan("BADGE-mara")
    try await scan("PCB-2411/WO-88")
    #expect(await refusal("PCB-2412/WO-88")?.type == "station-busy")
    #expect(
      try await refusals() == [
        "s1, test: \"PCB-2412/WO-88\" is not done: s1 works on lot PCB-2411 since "
          + "2026-11-24T12:00:00.000000Z; end it first: lotline lot end s1"
      ]
    )
  }

  @Test("A station that is not there is refused")
  func unknownStation() async throws {
    let other = StationLane(try StationID("s9"))
    await #expect {
      _ = try await desk.scan(Array("PCB-1".utf8), at: other, from: "test")
    } throws: {
      ($0 as? Problem)?.type == "unknown-station"
    }
  }
}
