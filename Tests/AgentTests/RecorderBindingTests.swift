import Acquisition
import Fieldbus
import JournalStore
import LotBinding
import Settings
import StationAPI
import Telemetry
import TestSupport
import Testing

@testable import Agent

/// Lots, units and crews through the recorder, its journal and a new start.
@Suite("Recorder, lots and crews")
struct RecorderBindingTests {
  private let time = ManualTime()
  private let files: PlantFiles
  private let plan: PlantPlan
  private let group: ScanGroup
  private let station = StationID(checked: "s1")

  init() throws {
    var files = try PlantFiles([.tcp("a")])
    files.stations = ["{id: s1, lanes: [front, rear]}", "{id: s2}"]
    files.rest = "operators: {time_out: 1h}\nrules: {lot_elsewhere: refuse}"
    try files.writeProfile("p", registers: 1, period: "1s")
    try files.write()
    self.files = files
    plan = try files.plan()
    group = try #require(plan.buses.first?.groups.first)
  }

  private func start() async throws -> Recorder {
    try await plan.recorder(at: files.journal, time: time)
  }

  private func order(_ lot: String, lane: String) -> LotOrder {
    LotOrder(
      station: station,
      lane: LaneID(checked: lane),
      lot: LotID(checked: lot),
      part: Label(checked: "p"),
      workOrder: Label(checked: "w")
    )
  }

  /// Takes one scan, and gives the frame that is recorded of it.
  private func scan(_ recorder: Recorder) async throws -> Frame {
    let outcome = BusOutcome(
      result: .success(.registers([7])),
      sent: time.moment(),
      elapsed: .zero
    )
    await recorder.take(.scan(group.scan(from: [outcome])))
    await recorder.commitObservations()
    let reader = try JournalReader(path: files.journal)
    defer { try? reader.close() }
    let records = try reader.records(after: 0, limit: 10_000, bytes: .max)
    let last = try #require(records.last)
    guard case .frame(let frame) = try RecordCoding.decode(last.body).content else {
      Issue.record("no frame is last")
      throw CancellationError()
    }
    return frame
  }

  @Test("A frame names the lots of all lanes and the crew, also after a new start")
  func frames() async throws {
    let recorder = try await start()
    let free = try await scan(recorder)
    #expect(free.bindings == [.nothing] && free.crews.isEmpty)
    let crew = try await recorder.signOn(Label("mara"), at: station, replacing: false)
    let front = try await recorder.start(order("A", lane: "front"))
    time.advance(by: .seconds(1))
    let rear = try await recorder.start(order("B", lane: "rear"))
    let frame = try await scan(recorder)
    #expect(frame.bindings == [.several([front.seq, rear.seq])])
    #expect(frame.crews == [crew.seq])
    await recorder.stop()
    let again = try await start()
    let later = try await scan(again)
    #expect(later.bindings == frame.bindings && later.crews == frame.crews)
    await again.stop()
  }

  @Test("Who forgets to sign off is signed off, and one whose time ended meanwhile at the start")
  func timeOut() async throws {
    let recorder = try await start()
    _ = try await recorder.signOn(Label("mara"), at: station, replacing: false)
    time.advance(by: .seconds(3_599))
    await recorder.timeOutCrews()
    #expect(await recorder.bindings.crews.crew(at: station) != nil)
    time.advance(by: .seconds(1))
    await recorder.timeOutCrews()
    #expect(await recorder.bindings.crews.crew(at: station) == nil)
    _ = try await recorder.signOn(Label("jon"), at: station, replacing: false)
    await recorder.stop()
    time.advance(by: .seconds(7_200))
    let again = try await start()
    #expect(await again.bindings.crews.crew(at: station) == nil)
    #expect(try await scan(again).crews.isEmpty)
    await again.stop()
  }

  @Test("What a rule refuses is not recorded, and the problem has the rule and the mend")
  func refused() async throws {
    let recorder = try await start()
    _ = try await recorder.signOn(Label("mara"), at: station, replacing: false)
    _ = try await recorder.start(order("A", lane: "front"))
    let before = await recorder.snapshot(of: plan.settings.stations).journal.seq
    let error = await #expect(throws: BindingError.self) {
      try await recorder.start(order("A", lane: "rear"))
    }
    let problem = try #require(error).problem
    #expect(problem.type == "refused-by-rule" && problem.status == 409)
    #expect(problem.notes?.map(\.code) == ["lot_elsewhere"])
    #expect(problem.detail.contains("lotline lot end s1 --lane front"))
    #expect(await recorder.snapshot(of: plan.settings.stations).journal.seq == before)
    await recorder.stop()
  }

  @Test("The status has lanes, lots with their units, and the crew")
  func status() async throws {
    let recorder = try await start()
    _ = try await recorder.signOn(Label("mara"), at: station, replacing: false)
    _ = try await recorder.start(order("A", lane: "rear"))
    let rear = StationLane(station, LaneID(checked: "rear"))
    for serial in ["S1", "S2"] {
      _ = try await recorder.pass(
        SerialNumber(serial),
        .entered,
        at: rear,
        source: .scan,
        operatorName: nil
      )
    }
    let status = try #require(
      await recorder.snapshot(of: plan.settings.stations).stations.first
    )
    #expect(status.lanes.map(\.text) == ["front", "rear"] && status.binding == nil)
    #expect(status.lots.map(\.lane?.text) == ["rear"])
    #expect(status.lots.first?.units?.serials.map(\.text) == ["S1", "S2"])
    #expect(status.crew.map(\.name.text) == ["mara"])
    await recorder.stop()
  }
}
