import LotBinding
import Telemetry
import Testing

/// A plant whose clocks on the wall are ahead of UTC by so many seconds.
private struct FixedTime: LocalTime {
  var seconds = 3_600

  func offsetSeconds(at instant: Instant) -> Int { seconds }
}

@Suite("Crews")
struct CrewTests {
  private var plant = Plant()

  /// 12:00:00 UTC, which is 13:00 on the wall.
  private let noon = Plant.start

  @discardableResult
  private mutating func signOn(
    _ name: String,
    replacing: Bool = false,
    at: Instant = Plant.start,
    uptime: Duration? = nil
  ) throws -> Judgement {
    plant.record(
      try plant.bindings.signOn(
        Label(checked: name),
        at: Plant.stand,
        replacing: replacing,
        now: at,
        local: FixedTime()
      ),
      at: at,
      uptime: uptime
    )
  }

  private var names: [String] {
    (plant.bindings.crews.crew(at: Plant.stand)?.members ?? []).map(\.name.text)
  }

  private func change(_ content: Record.Content?) -> CrewChange? {
    if case .crew(let change) = content { change } else { nil }
  }

  @Test("Several can be signed on, and each record says who all are there")
  mutating func several() throws {
    try signOn("mara")
    let both = try signOn("jon")
    #expect(change(both.content)?.operators.map(\.text) == ["mara", "jon"])
    plant.record(try plant.bindings.signOff(Label(checked: "mara"), from: Plant.stand))
    #expect(names == ["jon"])
    plant.record(try plant.bindings.signOff(Label(checked: "jon"), from: Plant.stand))
    #expect(plant.bindings.crews.crew(at: Plant.stand) == nil)
  }

  @Test("At a hand-over all others are signed off in the same record, in the middle of a lot")
  mutating func handOver() throws {
    try signOn("mara", uptime: .seconds(1))
    try signOn("ana", uptime: .seconds(2))
    try plant.start("A", uptime: .seconds(3))
    let change = change(try signOn("jon", replacing: true, uptime: .seconds(60)).content)
    #expect(change?.change == .replaced && change?.operators.map(\.text) == ["jon"])
    #expect(plant.bindings.crewInForce(at: Plant.stand, uptime: .seconds(59)) == 2)
    #expect(plant.bindings.crewInForce(at: Plant.stand, uptime: .seconds(60)) == 4)
    #expect(plant.bindings.inForce(at: Plant.stand, uptime: .seconds(60)) == .one(3))
  }

  @Test("A scan names the crew that was there at its middle")
  mutating func inForce() throws {
    try signOn("mara", uptime: .seconds(10))
    plant.record(
      try plant.bindings.signOff(Label(checked: "mara"), from: Plant.stand),
      uptime: .seconds(20)
    )
    let at = { [plant] seconds in
      plant.bindings.crewInForce(at: Plant.stand, uptime: .seconds(seconds))
    }
    #expect([at(9), at(10), at(19), at(20)] == [nil, 1, 1, nil])
    #expect(plant.bindings.crewInForce(at: Plant.oven, uptime: .seconds(10)) == nil)
  }

  @Test("Who is not signed on cannot be signed off, and the answer says who is")
  mutating func notThere() throws {
    try signOn("mara")
    let jon = Label(checked: "jon")
    let error = BindingError.notSignedOn(jon, at: Plant.stand, crew: [Label(checked: "mara")])
    #expect(throws: error) { try plant.bindings.signOff(jon, from: Plant.stand) }
    #expect(error.description.hasSuffix("signed on there: mara"))
  }

  // MARK: Time-out

  @Test("Who forgets to sign off is signed off when the time is over, and the others stay")
  mutating func timeOut() throws {
    plant = Plant(crews: CrewRules(timeOut: .seconds(3_600)))
    try signOn("mara", at: noon, uptime: .seconds(100))
    try signOn("jon", at: noon.advanced(by: .seconds(60)), uptime: .seconds(160))
    let before = Moment(wall: noon.advanced(by: .seconds(3_599)), uptime: .seconds(3_699))
    #expect(plant.bindings.timeOut(at: before) == nil)
    let content = plant.bindings.timeOut(at: before.advanced(by: .seconds(1)))
    #expect(change(content)?.change == .timedOut)
    #expect(change(content)?.operatorName.text == "mara")
    plant.record(Judgement(try #require(content)))
    #expect(names == ["jon"])
    #expect(plant.bindings.timeOut(at: before.advanced(by: .seconds(1))) == nil)
  }

  @Test("A step of the clock signs nobody off, and after a restart the clock on the wall counts")
  mutating func clockStep() throws {
    try signOn("mara", at: noon, uptime: .seconds(100))
    let stepped = Moment(wall: noon.advanced(by: .seconds(90_000)), uptime: .seconds(200))
    #expect(plant.bindings.timeOut(at: stepped) == nil)
    plant = Plant()
    try signOn("mara", at: noon)
    #expect(change(plant.bindings.timeOut(at: stepped))?.operatorName.text == "mara")
  }

  @Test("Who signs on once more begins the time anew")
  mutating func anew() throws {
    plant = Plant(crews: CrewRules(timeOut: .seconds(3_600)))
    try signOn("mara", at: noon, uptime: .zero)
    try signOn("mara", at: noon.advanced(by: .seconds(3_000)), uptime: .seconds(3_000))
    #expect(names == ["mara"])
    let late = Moment(wall: noon.advanced(by: .seconds(6_599)), uptime: .seconds(6_599))
    #expect(plant.bindings.timeOut(at: late) == nil)
    #expect(plant.bindings.timeOut(at: late.advanced(by: .seconds(1))) != nil)
  }

  // MARK: Shifts

  private static let shifts = [
    CrewRules.Shift(name: Label(checked: "early"), from: 6 * 60, to: 14 * 60),
    CrewRules.Shift(name: Label(checked: "late"), from: 14 * 60, to: 22 * 60),
    CrewRules.Shift(name: Label(checked: "night"), from: 22 * 60, to: 6 * 60),
  ]

  @Test(
    "Who signs on is of the shift on the wall, and is signed off when it ends",
    arguments: [
      // Minutes from noon UTC, which is 13:00; the shift, and when it ends, from noon UTC.
      (0, "early", 60), (29, "early", 60), (30, "late", 540), (60, "late", 540),
      (509, "late", 540), (510, "night", 1_020), (540, "night", 1_020), (700, "night", 1_020),
      (-450, "early", 60), (-451, "night", -420),
    ]
  )
  mutating func shift(minute: Int, name: String, end: Int) throws {
    plant = Plant(crews: CrewRules(shifts: Self.shifts))
    let judgement = try signOn("mara", at: noon.advanced(by: .seconds(minute * 60)))
    #expect(change(judgement.content)?.shift?.text == name)
    #expect(change(judgement.content)?.until == noon.advanced(by: .seconds(end * 60)))
  }

  @Test("Without an end of shift in the configuration the time alone counts")
  mutating func noShiftEnd() throws {
    plant = Plant(
      crews: CrewRules(timeOut: .seconds(7_200), shifts: Self.shifts, endsWithShift: false)
    )
    let judgement = try signOn("mara", at: noon)
    #expect(change(judgement.content)?.shift?.text == "early")
    #expect(change(judgement.content)?.until == noon.advanced(by: .seconds(7_200)))
  }

  // MARK: Who does it

  @Test("The one who is signed on starts the lot without a name")
  mutating func nameless() throws {
    let order = Plant.order("A", operatorName: nil)
    #expect(throws: BindingError.operatorNeeded(Plant.stand, crew: [])) {
      try plant.bindings.start(order, now: noon)
    }
    try signOn("mara")
    guard case .binding(let binding) = try plant.bindings.start(order, now: noon).content else {
      return
    }
    #expect(binding.operatorName.text == "mara")
    try signOn("jon")
    let crew = [Label(checked: "mara"), Label(checked: "jon")]
    #expect(throws: BindingError.operatorNeeded(Plant.stand, crew: crew)) {
      try plant.bindings.start(order, now: noon)
    }
  }

  private mutating func putOperators() {
    plant.put(
      .operators,
      [
        .person(ListedOperator(name: Label(checked: "mara"), badge: Label(checked: "0815"))),
        .person(
          ListedOperator(
            name: Label(checked: "jon"),
            qualifications: [
              ListedOperator.Qualification(station: Plant.oven),
              ListedOperator.Qualification(
                station: Plant.stand,
                until: noon.advanced(by: .seconds(60))
              ),
            ]
          )
        ),
      ]
    )
  }

  @Test("A badge is recorded as the name that the plant's list has for it")
  mutating func badge() throws {
    putOperators()
    #expect(change(try signOn("0815").content)?.operatorName.text == "mara")
    plant.record(try plant.bindings.signOff(Label(checked: "0815"), from: Plant.stand))
    #expect(names.isEmpty)
  }

  @Test("Who is not in the list, or no longer trained, is doubtful wherever they do something")
  mutating func doubtful() throws {
    putOperators()
    let late = noon.advanced(by: .seconds(60))
    #expect(try signOn("jon").notes.isEmpty)
    #expect(try signOn("jon", at: late).notes.map(\.code) == ["operator_unqualified"])
    let stranger = try signOn("stranger")
    #expect(stranger.notes.map(\.code) == ["operator_unknown"])
    #expect(change(stranger.content)?.notes == ["operator_unknown"])
    let order = Plant.order("A", operatorName: "jon")
    #expect(
      try plant.bindings.start(order, now: late).notes.map(\.code) == ["operator_unqualified"]
    )
    let write = try plant.bindings.write(Self.write(by: "stranger"), now: noon)
    #expect(write.notes.map(\.code) == ["operator_unknown"])
    guard case .write(let recorded) = write.content else { return }
    #expect(recorded.notes == ["operator_unknown"])
  }

  @Test("A rule that refuses lets nobody sign on, start or write whom it refuses")
  mutating func refused() throws {
    plant = Plant(rules: [.operatorUnknown: .refuse])
    putOperators()
    #expect(throws: BindingError.self) { try signOn("stranger") }
    let order = Plant.order("A", operatorName: "stranger")
    #expect(throws: BindingError.self) { try plant.bindings.start(order, now: noon) }
    #expect(throws: BindingError.self) {
      try plant.bindings.write(Self.write(by: "stranger"), now: noon)
    }
    #expect(names.isEmpty)
  }

  private static func write(by name: String) -> WriteOrder {
    WriteOrder(
      device: DeviceID(checked: "drive-1"),
      signal: "speed",
      stations: [Plant.stand],
      value: .integer(7),
      unit: nil,
      table: .holding,
      address: 1,
      raw: [7],
      operatorName: Label(checked: name),
      reason: Label(checked: "trial")
    )
  }
}
