import JournalStore
import LotBinding
import StationAPI
import Telemetry
import TestSupport
import Testing

@testable import Agent

@Suite("The recorder, material and instruments")
struct RecorderMaterialTests {
  private let time = ManualTime(start: Instant(microseconds: 1_795_554_000_000_000))
  private let station = StationID(checked: "s1")

  private func files(_ more: String? = nil) throws -> PlantFiles {
    var bus = PlantFiles.Bus.tcp("b")
    bus.more = more
    let files = try PlantFiles([bus])
    try files.write()
    return files
  }

  private func paste(expiring seconds: Int) -> MaterialOrder {
    var order = MaterialOrder(
      station: station,
      lot: LotID(checked: "PASTE-9"),
      material: Label(checked: "SAC305")
    )
    order.certificate = Label(checked: "5521")
    order.expires = time.now().advanced(by: .seconds(seconds))
    return order
  }

  private func events(_ files: PlantFiles) throws -> [Event] {
    try JournalReader(path: files.journal).replay(into: [Event]()) { events, record in
      if case .event(let event) = record.content { events.append(event) }
    }
  }

  @Test("Material that expires while it is loaded is one event, shown in the status, whatever runs")
  func expires() async throws {
    let files = try files()
    let first = try await files.plan().recorder(at: files.journal, time: time)
    let load = try await first.load(paste(expiring: 60)).seq
    await first.lookAtCalendar()
    #expect(await first.materials(at: station).first?.doubts == nil)
    time.advance(by: .seconds(60))
    await first.lookAtCalendar()
    await first.lookAtCalendar()
    #expect(
      await first.materials(at: station).first?.doubts?.map(\.code) == ["material_expired"]
    )
    await first.stop()
    let second = try await files.plan().recorder(at: files.journal, time: time)
    await second.lookAtCalendar()
    await second.stop()
    let expired = try events(files).filter { $0.kind == .materialExpired }
    #expect(expired.map(\.load) == [load])
    #expect(expired.first?.detail.contains("at s1: SAC305, lot PASTE-9 expired") == true)
  }

  @Test("An expired lot is refused, and nothing is recorded")
  func refused() async throws {
    let files = try files()
    let recorder = try await files.plan().recorder(at: files.journal, time: time)
    let order = paste(expiring: 0)
    await #expect(throws: BindingError.self) { try await recorder.load(order) }
    #expect(await recorder.materials(at: station).isEmpty)
    await recorder.stop()
  }

  @Test("A signal's instrument is that of agent.yaml, and its layout names it")
  func layout() async throws {
    let named = "instruments: [{signal: r1, instrument: TC-2}]"
    let plan = try files(named).plan()
    let signals = plan.devices.flatMap(\.layouts).flatMap(\.signals)
    #expect(signals.map(\.calibration) == [nil, "TC-2"])
    #expect(plan.instrumentUse == [Label(checked: "TC-2"): [station]])
    let typo = try files("instruments: [{signal: r9, instrument: TC-2}]")
    let error = #expect(throws: (any Error).self) { try typo.plan() }
    #expect("\(error.map { "\($0)" } ?? "")".contains("has no signal \"r9\""))
  }

  @Test("An instrument without a calibration is an event until it has one, and readings stay good")
  func never() async throws {
    let files = try files("instruments: [{signal: r0, instrument: TC-1}]")
    let recorder = try await files.plan().recorder(at: files.journal, time: time)
    await recorder.lookAtCalendar()
    let before = try #require(await recorder.instruments().first)
    #expect(before.state == "never" && before.doubt != nil && before.signals == ["dev-b/r0"])
    let calibration = Calibration(
      instrument: Label(checked: "TC-1"),
      performed: time.now().advanced(by: .seconds(-60)),
      due: time.now().advanced(by: .seconds(60)),
      asFound: .within,
      by: Label(checked: "ines")
    )
    _ = try await recorder.calibrate(calibration)
    #expect(await recorder.instruments().first?.state == "calibrated")
    time.advance(by: .seconds(60))
    await recorder.lookAtCalendar()
    await recorder.lookAtCalendar()
    #expect(await recorder.instruments().first?.state == "overdue")
    await recorder.stop()
    #expect(try events(files).filter { $0.kind == .calibrationOverdue }.count == 2)
  }

  @Test("A reload that only names another instrument leaves the bus alone and changes the layout")
  func reload() throws {
    var files = try files("instruments: [{signal: r0, instrument: TC-1}]")
    let old = try files.plan()
    files.buses[0].more = "instruments: [{signal: r0, instrument: TC-2}]"
    try files.write()
    let new = try files.plan()
    let changes = PlantChanges(from: old, to: new)
    #expect(changes.devices.changed == ["dev-b"] && changes.undisturbed == ["b"])
    #expect(!new.devices[0].hasLayouts(of: old.devices[0]))
  }
}
