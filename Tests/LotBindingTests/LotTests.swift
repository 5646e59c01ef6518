import LotBinding
import Telemetry
import Testing

@Suite("Lots and the plant's rules")
struct LotTests {
  private var plant = Plant()
  private let front = StationLane(Plant.oven, Plant.front)
  private let rear = StationLane(Plant.oven, Plant.rear)

  private func codes(_ judgement: Judgement) -> [String] { judgement.notes.map(\.code) }

  /// What the rules refuse a start for.
  private func refusal(_ order: LotOrder) -> [BindingNote] {
    do throws(BindingError) {
      _ = try plant.bindings.start(order, now: Plant.start)
    } catch {
      if case .refused(let notes) = error { return notes }
    }
    return []
  }

  // MARK: Lanes

  @Test("Each lane has a lot of its own, and a reading of the station belongs to both")
  mutating func lanes() throws {
    try plant.start("A", at: Plant.oven, lane: Plant.front, uptime: .seconds(10))
    try plant.start("B", at: Plant.oven, lane: Plant.rear, uptime: .seconds(20))
    #expect(plant.bindings.inForce(at: Plant.oven, uptime: .seconds(15)) == .one(1))
    #expect(plant.bindings.inForce(at: Plant.oven, uptime: .seconds(20)) == .several([1, 2]))
    plant.record(try plant.bindings.end(front), uptime: .seconds(30))
    #expect(plant.bindings.inForce(at: Plant.oven, uptime: .seconds(29)) == .several([1, 2]))
    #expect(plant.bindings.inForce(at: Plant.oven, uptime: .seconds(30)) == .one(2))
    #expect(plant.bindings.lots.active(at: Plant.oven).map(\.binding.lot.text) == ["B"])
  }

  @Test("A station with lanes asks which, and one without knows none")
  func whichLane() {
    let lanes = [Plant.front, Plant.rear]
    #expect(throws: BindingError.laneNeeded(Plant.oven, lanes: lanes)) {
      try plant.bindings.start(Plant.order("A", at: Plant.oven), now: Plant.start)
    }
    let other = LaneID(checked: "3")
    #expect(throws: BindingError.unknownLane(other, of: Plant.oven, lanes: lanes)) {
      try plant.bindings.start(Plant.order("A", at: Plant.oven, lane: other), now: Plant.start)
    }
    #expect(throws: BindingError.unknownLane(other, of: Plant.stand, lanes: [])) {
      try plant.bindings.start(Plant.order("A", lane: other), now: Plant.start)
    }
  }

  @Test("A lane that works on a lot takes no other, and the answer has the command that ends it")
  mutating func busy() throws {
    try plant.start("A", at: Plant.oven, lane: Plant.rear)
    let error = BindingError.busy(rear, lot: LotID(checked: "A"), since: Plant.start)
    #expect(throws: error) {
      try plant.bindings.start(
        Plant.order("B", at: Plant.oven, lane: Plant.rear),
        now: Plant.start
      )
    }
    #expect(error.description.hasSuffix("lotline lot end reflow-1 --lane rear"))
  }

  @Test("A configuration that takes a lane away is refused while a lot is there")
  mutating func lostLane() throws {
    try plant.start("A", at: Plant.oven, lane: Plant.rear)
    let without = BindingPlan(stations: [Plant.oven: [Plant.front], Plant.stand: []])
    let objections = plant.bindings.objections(to: without)
    #expect(objections.count == 1)
    #expect(objections.first?.hasSuffix("lotline lot end reflow-1 --lane rear") == true)
    // A new start of the agent asks nobody; the lot can be ended all the same.
    plant.bindings.adopt(without)
    plant.record(try plant.bindings.end(rear))
    #expect(plant.bindings.lots.active(at: Plant.oven).isEmpty)
  }

  // MARK: Doubtful lots

  @Test("A lot that is active elsewhere too is started with a note, which the record has")
  mutating func elsewhere() throws {
    try plant.start("A", at: Plant.oven, lane: Plant.rear)
    let judgement = try plant.start("A")
    #expect(codes(judgement) == ["lot_elsewhere"])
    #expect(judgement.notes.first?.sentence.contains("reflow-1 lane rear") == true)
    guard case .binding(let binding) = judgement.content else {
      Issue.record("\(judgement.content)")
      return
    }
    #expect(binding.notes == ["lot_elsewhere"])
  }

  @Test("A finished lot is started again with a note, and then is no longer finished")
  mutating func finished() throws {
    try plant.start("A")
    plant.record(try plant.bindings.end(StationLane(Plant.stand), .finished))
    let again = try plant.start("A")
    #expect(codes(again) == ["lot_finished"])
    plant.record(try plant.bindings.end(StationLane(Plant.stand)))
    #expect(codes(try plant.start("A")).isEmpty)
  }

  @Test("A scrapped lot is refused, and nothing is recorded")
  mutating func scrapped() throws {
    try plant.start("A")
    plant.record(try plant.bindings.end(StationLane(Plant.stand), .scrapped))
    #expect(refusal(Plant.order("A")).map(\.code) == ["lot_scrapped"])
    #expect(refusal(Plant.order("B")).isEmpty)
  }

  @Test("A lot that one lane has scrapped stays so when another lane finishes it")
  mutating func scrappedAndFinished() throws {
    try plant.start("A", at: Plant.oven, lane: Plant.front)
    try plant.start("A", at: Plant.oven, lane: Plant.rear)
    plant.record(try plant.bindings.end(front, .scrapped))
    plant.record(try plant.bindings.end(rear, .finished))
    #expect(refusal(Plant.order("A")).map(\.code) == ["lot_scrapped"])
  }

  @Test("Ten thousand finished lots are remembered, and memory does not grow with more")
  mutating func forgets() throws {
    for number in 1...25_000 {
      try plant.start("L\(number)")
      plant.record(try plant.bindings.end(StationLane(Plant.stand), .finished))
    }
    let first = try plant.bindings.start(Plant.order("L1"), now: Plant.start)
    let last = try plant.bindings.start(Plant.order("L15001"), now: Plant.start)
    #expect(codes(first).isEmpty && codes(last) == ["lot_finished"])
  }

  @Test(
    "What the plant's list says of a lot is judged by its rule",
    arguments: [
      (ListedLot.State.hold, "lot_on_hold"), (.scrapped, "lot_scrapped"),
    ]
  )
  mutating func listed(state: ListedLot.State, code: String) {
    let reason = Label(checked: "solder voids")
    plant.put(
      .lots,
      [.lot(ListedLot(lot: LotID(checked: "A"), state: state, reason: reason))]
    )
    let notes = refusal(Plant.order("A"))
    #expect(notes.map(\.code) == [code])
    #expect(notes.first?.sentence.contains("revision 3 (solder voids)") == true)
  }

  @Test("A released lot has no note, and one that the list does not name is as the rule says")
  mutating func unknown() throws {
    plant = Plant(rules: [.lotUnknown: .warn])
    #expect(codes(try plant.bindings.start(Plant.order("B"), now: Plant.start)).isEmpty)
    plant.put(.lots, [.lot(ListedLot(lot: LotID(checked: "A"), state: .released))])
    #expect(codes(try plant.bindings.start(Plant.order("A"), now: Plant.start)).isEmpty)
    let unknown = try plant.bindings.start(Plant.order("B"), now: Plant.start)
    #expect(codes(unknown) == ["lot_unknown"])
  }

  @Test("A lot that is finished here and by the list is doubtful once")
  mutating func finishedTwice() throws {
    try plant.start("A")
    plant.record(try plant.bindings.end(StationLane(Plant.stand), .finished))
    plant.put(.lots, [.lot(ListedLot(lot: LotID(checked: "A"), state: .finished))])
    let again = try plant.bindings.start(Plant.order("A"), now: Plant.start)
    #expect(codes(again) == ["lot_finished"])
  }

  @Test("A program that is unknown, withdrawn or not for the station is doubtful")
  mutating func programs() throws {
    plant.put(
      .programs,
      [
        .program(ListedProgram(program: Label(checked: "good"), state: .released)),
        .program(ListedProgram(program: Label(checked: "old"), state: .withdrawn)),
        .program(
          ListedProgram(
            program: Label(checked: "other"),
            state: .released,
            stations: [Plant.oven]
          )
        ),
      ]
    )
    for (program, expected) in [
      ("good", []), ("old", ["program_not_released"]), ("other", ["program_not_released"]),
      ("typo", ["program_not_released"]),
    ] {
      let order = Plant.order("A", program: program)
      #expect(codes(try plant.bindings.start(order, now: Plant.start)) == expected, "\(program)")
    }
    #expect(codes(try plant.bindings.start(Plant.order("A"), now: Plant.start)).isEmpty)
  }

  @Test("All that is refused is told at once")
  mutating func several() throws {
    plant = Plant(rules: [.lotElsewhere: .refuse, .nobodySignedOn: .refuse])
    plant.put(.lots, [.lot(ListedLot(lot: LotID(checked: "A"), state: .hold))])
    #expect(
      refusal(Plant.order("A")).map(\.code) == ["lot_on_hold", "nobody_signed_on"]
    )
  }

  // MARK: What need not be said

  @Test("What the lists say of a lot need not be said again, and what is said goes before it")
  mutating func completed() throws {
    plant.put(
      .lots,
      [
        .lot(
          ListedLot(
            lot: LotID(checked: "A"),
            state: .released,
            revision: Label(checked: "C"),
            workOrder: Label(checked: "WO-9"),
            quantity: 40
          )
        )
      ]
    )
    plant.put(
      .workOrders,
      [
        .workOrder(
          ListedWorkOrder(
            workOrder: Label(checked: "WO-9"),
            part: Label(checked: "4711"),
            quantity: 50,
            program: Label(checked: "SAC305-A")
          )
        )
      ]
    )
    let order = LotOrder(
      station: Plant.stand,
      lot: LotID(checked: "A"),
      operatorName: Label(checked: "mara"),
      program: Label(checked: "SAC305-B")
    )
    guard case .binding(let binding) = try plant.bindings.start(order, now: Plant.start).content
    else { return }
    #expect(binding.part.text == "4711" && binding.revision?.text == "C")
    #expect(binding.workOrder.text == "WO-9" && binding.quantity == 40)
    #expect(binding.program?.text == "SAC305-B")
  }

  @Test("What nobody says is asked for, with the option that says it")
  func incomplete() {
    let order = LotOrder(
      station: Plant.stand,
      lot: LotID(checked: "A"),
      part: Label(checked: "4711"),
      operatorName: Label(checked: "mara")
    )
    let error = BindingError.incomplete(LotID(checked: "A"), member: "work order")
    #expect(throws: error) { try plant.bindings.start(order, now: Plant.start) }
    #expect(error.description.hasSuffix("--work-order"))
  }
}
