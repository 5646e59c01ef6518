import Fieldbus
import Foundation
import JournalStore
import LotBinding
import StationAPI
import Telemetry
import TestSupport
import Testing

@testable import Agent
@testable import Settings

@Suite("Lists in force at an agent")
struct RecorderListsTests {
  private let bench: WriterBench
  private let station: StationID

  init() throws {
    bench = try WriterBench()
    station = try #require(bench.plan.value.settings.stations.first?.id)
  }

  private func part(
    _ entries: [PlantListEntry],
    revision: Int,
    base: Int? = nil,
    part: Int = 1,
    hasMore: Bool = false
  ) throws -> PlantListPart {
    let list = try #require(entries.first?.list)
    return PlantListPart(
      head: PlantListHead(
        list: list,
        revision: revision,
        sha256: .sha256([]),
        count: entries.count,
        by: try Label("qa.meier"),
        at: bench.time.now()
      ),
      uplink: "hub",
      base: base,
      part: part,
      hasMore: hasMore,
      entries: entries
    )
  }

  private func lot(_ name: String, _ state: ListedLot.State, _ reason: String? = nil) throws
    -> PlantListEntry
  {
    .lot(ListedLot(lot: try LotID(name), state: state, reason: try reason.map { try Label($0) }))
  }

  private func start(_ recorder: Recorder, _ lot: String, program: String? = nil) async throws {
    _ = try await recorder.start(
      LotOrder(
        station: station,
        lot: LotID(lot),
        part: Label("4711"),
        workOrder: Label("WO-88"),
        operatorName: Label("mara"),
        program: program.map { try Label($0) }
      )
    )
  }

  private func events() throws -> [Event] {
    try bench.records().compactMap { record in
      guard case .event(let event) = record.content else { return nil }
      return event.lot == nil && event.kind != .listRefused ? nil : event
    }
  }

  @Test(
    "A hold on a lot in work is an event with station and lot, shown in the status, and stops it"
  )
  func held() async throws {
    let recorder = try await bench.start()
    try await recorder.take(part([lot("PCB-1", .released)], revision: 1))
    try await start(recorder, "PCB-1")
    #expect(try await recorder.interlock(nil, at: station, nil).verdict == .run)
    try await recorder.take(part([lot("PCB-1", .hold, "solder voids")], revision: 2, base: 1))
    let event = try #require(try events().last)
    #expect(event.kind == .lotHeld && event.station == station && event.lot?.text == "PCB-1")
    #expect(event.notes == ["lot_on_hold"] && event.detail.contains("solder voids"))
    let shown = await recorder.snapshot(of: bench.plan.value.settings.stations).stations.first
    #expect(shown?.lots.first?.doubts?.map(\.code) == ["lot_on_hold"])
    let answer = try await recorder.interlock(nil, at: station, nil)
    #expect(answer.verdict == .stop && answer.reasons.map(\.code) == ["lot_on_hold"])
  }

  @Test("The same hold in a later revision is told once, and its end once")
  func once() async throws {
    let recorder = try await bench.start()
    try await start(recorder, "PCB-1")
    try await recorder.take(part([lot("PCB-1", .hold)], revision: 1))
    try await recorder.take(part([lot("PCB-1", .hold, "voids")], revision: 2, base: 1))
    try await recorder.take(part([lot("PCB-1", .released)], revision: 3, base: 2))
    try await recorder.take(part([lot("PCB-1", .scrapped)], revision: 4, base: 3))
    #expect(try events().map(\.kind) == [.lotHeld, .lotCleared, .lotHeld])
  }

  @Test("A program that is withdrawn while it runs is told, and that it is released again")
  func program() async throws {
    let recorder = try await bench.start()
    try await start(recorder, "PCB-1", program: "SAC305-A")
    let name = try Label("SAC305-A")
    for (revision, state) in [ListedProgram.State.released, .withdrawn, .released].enumerated() {
      try await recorder.take(
        part([.program(ListedProgram(program: name, state: state))], revision: revision + 1)
      )
    }
    #expect(try events().map(\.kind) == [.programWithdrawn, .programReleased])
  }

  @Test("After a restart without a hub a held lot is still held, and is refused")
  func restart() async throws {
    do {
      let recorder = try await bench.start()
      try await recorder.take(part([lot("PCB-1", .hold), lot("PCB-2", .released)], revision: 9))
      await recorder.stop()
    }
    let recorder = try await bench.start()
    #expect(await recorder.listStatuses().map(\.revision) == [9])
    await #expect(throws: BindingError.self) { try await start(recorder, "PCB-1") }
    try await start(recorder, "PCB-2")
    #expect(try await recorder.interlock(try LotID("PCB-1"), at: station, nil).verdict == .stop)
  }

  @Test("A list of which the agent ended before the last part is not in force")
  func halfway() async throws {
    do {
      let recorder = try await bench.start()
      try await recorder.take(part([lot("PCB-1", .hold)], revision: 1))
      try await recorder.take(
        part([lot("PCB-1", .released)], revision: 2, part: 1, hasMore: true)
      )
      await recorder.stop()
    }
    let recorder = try await bench.start()
    #expect(await recorder.listStatuses().map(\.revision) == [1])
    await #expect(throws: BindingError.self) { try await start(recorder, "PCB-1") }
  }

  @Test("A list that was refused is an event with its place")
  func refused() async throws {
    let recorder = try await bench.start()
    await recorder.refuse(.lots, "the list lots, revision 3, is refused: entries[0].state: no")
    let event = try #require(try events().last)
    #expect(event.kind == .listRefused && event.detail.contains("entries[0].state"))
  }

  @Test("Without a lot a station must not run unless the configuration says so")
  func withoutLot() async throws {
    let recorder = try await bench.start()
    #expect(try await recorder.interlock(nil, at: station, nil).reasons.map(\.code) == ["no_lot"])
    let settings = InterlockSettings(
      station: station,
      stopsWithoutLot: false,
      stopsWhenSilent: true,
      file: nil,
      command: nil
    )
    #expect(try await recorder.interlock(nil, at: station, settings).verdict == .run)
  }

  @Test("A silent device stops the station, and an unknown station is an error")
  func silent() async throws {
    let recorder = try await bench.start()
    try await start(recorder, "PCB-1")
    await bench.scan(recorder, silence: BusFailure(.timeout, "no answer within 1 s"))
    let answer = try await recorder.interlock(nil, at: station, nil)
    #expect(answer.reasons.map(\.code) == ["device_silent"])
    #expect(answer.reasons.first?.sentence.contains("no answer within 1 s") == true)
    await #expect(throws: BindingError.self) {
      try await recorder.interlock(nil, at: try StationID("nowhere"), nil)
    }
  }
}
