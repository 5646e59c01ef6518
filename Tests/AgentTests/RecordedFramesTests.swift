import DeviceSimulator
import Genealogy
import Telemetry
import TestSupport
import Testing

@testable import Agent

@Suite("What is recorded of a device's frames")
struct RecordedFramesTests {
  private static func oven(_ rules: String, deadband: Double = 0.5, top: String = "") -> String {
    """
    profile: oven
    title: Oven
    kind: other
    source: generic
    modbus: {order: ABCD}
    \(top)
    groups:
      - name: zones
        period: 1s
        \(rules)
        signals:
          - {name: t, table: holding, address: 0, type: float32, range: [0, 300], deadband: \(deadband)}
          - {name: state, table: holding, address: 2, type: uint16, values: {1: running}}
          - {name: run_time, table: holding, address: 3, type: uint32, unit: s, deadband: 1000000}
    """
  }

  private static func frames(_ records: [Record]) -> [(seq: Int, frame: Frame)] {
    records.compactMap { record in
      if case .frame(let frame) = record.content { (record.seq, frame) } else { nil }
    }
  }

  private static func events(_ records: [Record], _ kind: Event.Kind) -> [(at: Int, event: Event)] {
    records.compactMap { record in
      if case .event(let event) = record.content, event.kind == kind {
        (record.seq, event)
      } else {
        nil
      }
    }
  }

  @Test("A steady oven costs a frame a minute, and every scan is counted")
  func steady() async throws {
    // All that the simulated oven does lies within the deadband.
    let plant = try await SimulatedPlant(Self.oven("heartbeat: 60s", deadband: 300))
    try await plant.scan(300)
    let records = try await plant.stop()
    let frames = Self.frames(records).map(\.frame)
    #expect(frames.map(\.skipped).reduce(frames.count, +) == 300)
    #expect(frames.map(\.skipped) == [0, 59, 59, 59, 59, 58])
    let layout = records.compactMap { record -> FrameLayout? in
      if case .layout(let layout) = record.content { layout } else { nil }
    }
    #expect(layout.map(\.heartbeatMilliseconds) == [60_000])
    #expect(layout.first?.signals.map(\.deadband) == [300, nil, 1_000_000])
    // The last one was taken in the last scan, and is in the journal before the agent's last word.
    let end = try #require(frames.last)
    #expect(plant.time.now().duration(since: end.at) < .seconds(1))
    #expect(Self.events(records, .agentStopped).count == 1)
    guard case .event = records.last?.content else {
      Issue.record("the journal does not end with the agent's last word")
      return
    }
  }

  @Test(
    "A lot has a frame of its own at once, and its trace counts every scan",
    arguments: [1, 7, 500]
  )
  func lot(batches: Int) async throws {
    let plant = try await SimulatedPlant(Self.oven("heartbeat: 60s", deadband: 300))
    try await plant.scan(90)
    try await plant.start("PCB-7")
    try await plant.scan(130)
    try await plant.endLot()
    try await plant.start("PCB-8")
    try await plant.scan(15)
    let records = try await plant.stop()
    let frames = Self.frames(records)
    #expect(frames.count == 7)
    #expect(frames.map(\.frame.skipped).reduce(frames.count, +) == 235)
    let bindings = records.filter { if case .binding = $0.content { true } else { false } }
    for binding in bindings {
      let next = try #require(frames.first { $0.seq > binding.seq })
      #expect(next.frame.bindings == [.one(binding.seq)])
      #expect(next.frame.at.duration(since: binding.at) < .seconds(1))
    }
    for (lot, scans) in [("PCB-7", 130), ("PCB-8", 15)] {
      let visit = try #require(await plant.trace(lot, batches: batches)?.lots.first?.visits.first)
      #expect(visit.signals.map(\.good) == [scans, scans, scans])
      #expect(visit.signals.map(\.bad) == [0, 0, 0])
    }
  }

  @Test("Without a heartbeat every scan is recorded")
  func off() async throws {
    let plant = try await SimulatedPlant(Self.oven("", deadband: 300))
    try await plant.scan(100)
    let frames = Self.frames(try await plant.stop()).map(\.frame)
    #expect(frames.count == 100 && frames.allSatisfy { $0.skipped == 0 })
  }

  @Test(
    "Of frames left out when the clock is set, the last is recorded before the step, the next after",
    arguments: [-3_600, 3_600]
  )
  func clockStep(seconds: Int) async throws {
    let plant = try await SimulatedPlant(Self.oven("heartbeat: 60s", deadband: 300))
    let began = plant.time.now()
    try await plant.scan(30)
    plant.time.stepWall(by: .seconds(seconds))
    try await plant.scan(30)
    let records = try await plant.stop()
    let step = try #require(records.firstIndex { $0.content.type == "clock_step" })
    let before = Self.frames(Array(records[..<step])).map(\.frame)
    let after = Self.frames(Array(records[step...])).map(\.frame)
    // The first of all and the last, 29 s later; then the first of the epoch, and the last one.
    #expect(before.map(\.skipped) == [0, 28])
    #expect(after.map(\.skipped) == [0, 28])
    let times = before.map { $0.at.duration(since: began).components.seconds }
    #expect(times == [0, 29])
    let later = after.map {
      ($0.at.duration(since: began) - .seconds(seconds)).components.seconds
    }
    #expect(later == [30, 59])
  }

  @Test("A frozen oven is bad until it moves, with its value as evidence")
  func frozen() async throws {
    let window = FaultWindow(from: .seconds(30), to: .seconds(90))
    let plant = try await SimulatedPlant(
      Self.oven("moves_within: 20s"),
      faults: [Fault(.stuck(signals: ["*"], value: nil), window: window)]
    )
    try await plant.scan(120)
    let records = try await plant.stop()
    let frames = Self.frames(records)
    let bad = frames.indices.filter { index in
      frames[index].frame.readings.contains { !$0.quality.isGood }
    }
    // The fault shows first in the scan of second 31, which still equals none before.
    #expect(bad.first == 51 && bad.last == 89)
    #expect(bad.count == 39)
    for index in bad {
      #expect(frames[index].frame.readings.allSatisfy { $0.quality == .bad(.frozen) })
      #expect(frames[index].frame.readings[0].value == frames[30].frame.readings[0].value)
    }
    let begin = Self.events(records, .deviceFrozen)
    let end = Self.events(records, .deviceMoving)
    #expect(begin.map(\.event.device?.text) == ["oven-1"] && end.count == 1)
    #expect(begin.first.map { $0.at + 1 } == frames[51].seq)
    #expect(end.first.map { $0.at + 1 } == frames[90].seq)
  }

  @Test("A frozen oven with a heartbeat says so at once, and then once in a heartbeat")
  func frozenAndLeftOut() async throws {
    let window = FaultWindow(from: .seconds(30))
    let plant = try await SimulatedPlant(
      Self.oven("moves_within: 20s\n    heartbeat: 60s"),
      faults: [Fault(.stuck(signals: ["*"], value: nil), window: window)]
    )
    try await plant.scan(200)
    let frames = Self.frames(try await plant.stop()).map(\.frame)
    #expect(frames.map(\.skipped).reduce(frames.count, +) == 200)
    let first = try #require(frames.firstIndex { $0.readings[0].quality == .bad(.frozen) })
    #expect(frames[...first].map(\.skipped).reduce(first + 1, +) == 52)
    #expect(frames[(first + 1)...].map(\.skipped) == [59, 59, 27])
  }

  @Test("An oven that restarted is bad until it has settled")
  func restarted() async throws {
    let plant = try await SimulatedPlant(
      Self.oven("", top: "restart: {signal: run_time, settle: 10s}"),
      faults: [Fault(.restart, window: FaultWindow(from: .seconds(30)))]
    )
    try await plant.scan(60)
    let records = try await plant.stop()
    let frames = Self.frames(records).map(\.frame)
    let bad = frames.indices.filter { index in
      frames[index].readings.contains { $0.quality == .bad(.restarted) }
    }
    #expect(bad == Array(30..<40))
    #expect(frames[30].readings[2] == Reading(.restarted, evidence: .integer(0)))
    let events = Self.events(records, .deviceRestarted).map(\.event.detail)
    #expect(events == ["run_time fell from 129 to 0; readings are bad for 10 s"])
  }
}
