import LotBinding
import Settings
import StationAPI
import Telemetry
import TestSupport
import Testing

@testable import Agent

/// At 60 cm/min a lot is 1 cm further with every scan.
@Suite("Recorder and conveyors")
struct ConveyorRecorderTests {
  @Test("Frames have a place for the whole oven and each zone, and lots reach them one by one")
  func places() async throws {
    let plant = try await ConveyorPlant(ConveyorPlant.followed)
    await plant.run(100)
    let a = try await plant.start("A")
    await plant.run(150)
    let frames = try await plant.frames()
    #expect(frames[99].bindings == [.nothing, .nothing, .nothing])
    #expect(frames[180].bindings == [.one(a), .nothing, .nothing])
    #expect(frames[249].bindings == [.one(a), .one(a), .nothing])
    #expect(frames[249].unsure.isEmpty)
    let unsure = frames.indices.filter { !frames[$0].unsure.isEmpty }
    #expect(
      unsure.count < 20 && unsure.allSatisfy { (80...115).contains($0 - 100) || $0 - 100 < 10 }
    )
    let belt = try #require(frames.last?.belts.first)
    #expect(frames.last?.belts.count == 1 && abs(belt.low - 2.5) < 0.05 && belt.high >= belt.low)
    let layout = try await plant.records().compactMap { record -> FrameLayout? in
      if case .layout(let layout) = record.content { layout } else { nil }
    }.first
    #expect(layout?.places?.map(\.position) == [nil, 1, 2])
    #expect(layout?.conveyors?.map(\.length) == [3])
  }

  @Test("The next lot follows without a gap, and the one before is still in the zones ahead")
  func handOver() async throws {
    let plant = try await ConveyorPlant(ConveyorPlant.followed)
    await plant.run(80)
    let a = try await plant.start("A")
    await plant.run(250)
    let b = try await plant.start("B")
    await plant.run(150)
    let last = try #require(try await plant.frames().last)
    #expect(last.bindings == [.several([a, b]), .one(b), .one(a)])
    let ends = try await plant.records().compactMap { record -> BindingEnd? in
      if case .bindingEnd(let end) = record.content { end } else { nil }
    }
    #expect(ends.map(\.reason) == [.handedOver] && ends.map(\.binding) == [a])
    #expect(ends.first?.belt != nil)
  }

  @Test("Where the configuration says so, the lot before must be ended first")
  func waits() async throws {
    let plant = try await ConveyorPlant(
      "{length: 3, next_lot: waits, \(ConveyorPlant.speed)}"
    )
    _ = try await plant.start("A")
    await #expect(throws: BindingError.self) { _ = try await plant.start("B") }
    try await plant.end()
    _ = try await plant.start("B")
  }

  @Test("A lot that is started again while it runs is refused as ever, and goes on")
  func twice() async throws {
    let plant = try await ConveyorPlant(ConveyorPlant.followed)
    _ = try await plant.start("A")
    await #expect(throws: BindingError.self) { _ = try await plant.start("A") }
    let ends = try await plant.records().filter {
      if case .bindingEnd = $0.content { true } else { false }
    }
    #expect(ends.isEmpty)
  }

  @Test("A speed that goes bad is believed for its time, then the frames say that they are unsure")
  func badSpeed() async throws {
    let plant = try await ConveyorPlant(ConveyorPlant.followed)
    await plant.run(80)
    let a = try await plant.start("A")
    await plant.run(90)
    await plant.run(30, speed: nil)
    let frames = try await plant.frames()
    #expect(frames[174].unsure.isEmpty)
    let last = try #require(frames.last)
    #expect(last.unsure == [1] && last.bindings[1] == .one(a))
    let snapshot = await plant.recorder.snapshot(of: plant.plan.settings.stations)
    #expect(snapshot.stations.first?.conveyor?.isSpeedLost == true)
    await plant.run(1)
    let again = await plant.recorder.snapshot(of: plant.plan.settings.stations)
    #expect(again.stations.first?.conveyor?.isSpeedLost == false)
  }

  @Test("The status says where each lot and board is")
  func status() async throws {
    let plant = try await ConveyorPlant(ConveyorPlant.seen)
    await plant.run(100)
    let a = try await plant.start("A")
    await plant.run(5)
    await plant.run(20, entry: true)
    await plant.run(100)
    let snapshot = await plant.recorder.snapshot(of: plant.plan.settings.stations)
    let conveyor = try #require(snapshot.stations.first?.conveyor)
    #expect(conveyor.length == 3 && conveyor.exit == 2.9 && conveyor.speeds == [0.01])
    let lot = try #require(conveyor.lots.first)
    #expect(conveyor.lots.count == 1 && lot.seq == a && lot.lot?.text == "A")
    #expect(abs(lot.to - 1.2) < 0.03 && lot.from == 0)
    let board = try #require(conveyor.boards.first)
    #expect(conveyor.boards.count == 1 && board.seq == a)
    #expect(abs(board.from - 1) < 0.03 && abs(board.to - 1.2) < 0.03)
  }

  @Test("Photo-eyes tell of boards that enter and leave; one that does not come out is missed")
  func boards() async throws {
    let plant = try await ConveyorPlant(ConveyorPlant.seen)
    await plant.run(5)
    let a = try await plant.start("A")
    for _ in 0..<2 {
      await plant.run(20, entry: true)
      await plant.run(40)
    }
    await plant.run(170)
    await plant.run(20, exit: true)
    await plant.run(150)
    let passages = try await plant.records().compactMap { record -> BoardPassage? in
      if case .board(let passage) = record.content { passage } else { nil }
    }
    #expect(passages.map(\.event) == [.entered, .entered, .left, .removed])
    #expect(passages.allSatisfy { $0.binding == a })
    #expect(passages.map(\.remark) == [nil, nil, nil, .overdue])
    let entries = try await plant.records().filter { record in
      if case .board(let passage) = record.content { passage.event == .entered } else { false }
    }
    #expect(passages.map(\.entered) == [nil, nil, entries[0].seq, entries[1].seq])
    let problems = try #require(await plant.problems())
    #expect(problems.count == 1)
    #expect(problems[0].hasPrefix("reflow-1: a board did not come to the exit when it should have"))
    plant.time.advance(by: .seconds(8 * 3_600))
    #expect(await plant.problems() == nil, "it is of another shift")
  }

  @Test("A board that leaves before an earlier one is an event, and a problem until that one goes")
  func outOfOrder() async throws {
    var plant = try await ConveyorPlant(ConveyorPlant.followed)
    _ = try await plant.start("A")
    for serial in ["S1", "S2", "S3"] { _ = try await plant.pass(serial, .entered) }
    let done = try await plant.pass("S2", .left)
    #expect(done.notes.map(\.code) == ["board_out_of_order"])
    #expect(
      done.notes[0].sentence.hasPrefix("board S2 left reflow-1 before board S1, which entered")
    )
    let told =
      "board S1 entered before board S2 and has not left; look where it went, and say so: "
      + "lotline unit remove reflow-1 S1 for one that was taken out, or lotline unit leave"
    #expect(await plant.problems() == [told])
    try await plant.restart(after: 5)
    #expect(await plant.problems() == [told])
    // It is told once.
    #expect(try await plant.pass("S3", .left).notes.isEmpty)
    let events = try await plant.records().compactMap { record -> Event? in
      if case .event(let event) = record.content, event.kind == .boardOutOfOrder {
        event
      } else {
        nil
      }
    }
    #expect(events.map(\.serial?.text) == ["S2"] && events.map(\.lot?.text) == ["A"])
    #expect(events.map(\.detail) == [done.notes[0].sentence])
    _ = try await plant.pass("S1", .removed)
    #expect(await plant.problems() == nil)
  }

  @Test(
    "After a crash nothing is sure that may have moved on, and lots are followed from the journal"
  )
  func restart() async throws {
    var plant = try await ConveyorPlant(ConveyorPlant.followed)
    await plant.run(80)
    let a = try await plant.start("A")
    await plant.run(150)
    let before = try #require(try await plant.frames().last?.belts.first)
    try await plant.restart(after: 30)
    await plant.run(1)
    var last = try #require(try await plant.frames().last)
    #expect(last.bindings == [.one(a), .one(a), .one(a)])
    #expect(last.unsure == [2])
    let belt = try #require(last.belts.first)
    #expect(belt.low >= before.low && belt.high > before.high + 2.9)
    let b = try await plant.start("B")
    await plant.run(150)
    last = try #require(try await plant.frames().last)
    #expect(last.bindings[1] == .one(b) && last.bindings[2] == .one(a) && last.unsure.isEmpty)
  }

  @Test("A restart without a frame of the conveyor goes by what entered last")
  func restartWithoutFrames() async throws {
    var plant = try await ConveyorPlant(ConveyorPlant.followed)
    let a = try await plant.start("A")
    try await plant.restart(after: 5)
    await plant.run(150)
    let last = try #require(try await plant.frames().last)
    #expect(last.bindings[1] == .one(a) && last.unsure == [2])
  }

  @Test("After a restart, a lot that had entered and ended without a frame may have left")
  func restartAfterEndWithoutFrames() async throws {
    var plant = try await ConveyorPlant("{length: 3, fixed_speed: 60 cm/min}")
    let a = try await plant.start("A")
    // Nothing is read of the oven while 3.5 m of the belt pass with the lot.
    plant.time.advance(by: .seconds(350))
    try await plant.end()
    try await plant.restart(after: 400)
    await plant.run(125)
    let last = try #require(try await plant.frames().last)
    #expect(last.bindings[1] == .one(a) && last.unsure.contains(1), "\(last)")
  }

  @Test(
    "A conveyor that a reload changes goes on with the lots of the journal, unsure of how far they are"
  )
  func reload() async throws {
    var plant = try await ConveyorPlant("{length: 3, fixed_speed: 60 cm/min}")
    let a = try await plant.start("A")
    await plant.run(150)
    _ = try plant.folder.write(
      ConveyorPlant.configuration(conveyor: ConveyorPlant.followed),
      to: "agent.yaml"
    )
    let new = try PlantPlan.read(plant.folder.path("agent.yaml"))
    _ = try await plant.recorder.adopt(
      new,
      after: plant.plan,
      PlantChanges(from: plant.plan, to: new)
    )
    await plant.run(2)
    let last = try #require(try await plant.frames().last)
    #expect(last.bindings == [.one(a), .one(a), .one(a)] && last.unsure == [2])
    try await plant.restart(after: 1)
    #expect(try await plant.records().count > 100)
  }
}
