import LotBinding
import Telemetry
import Testing

@Suite("Units")
struct UnitTests {
  private var plant = Plant()
  private let stand = StationLane(Plant.stand)

  @discardableResult
  private mutating func pass(
    _ serial: String,
    _ event: UnitPassage.Event,
    at: Instant = Plant.start
  ) throws -> Int? {
    let judgement = try plant.bindings.pass(
      SerialNumber(checked: serial),
      event,
      at: stand,
      source: .api
    )
    plant.record(judgement, at: at)
    guard case .unit(let passage) = judgement.content else { return nil }
    return passage.binding
  }

  private var inside: [String] { plant.bindings.units.inside(stand).map(\.serial.text) }

  @Test("A unit belongs to the lot that is active when it comes, and is counted")
  mutating func comes() throws {
    try plant.start("A")
    #expect(try pass("SN-1", .entered) == 1)
    try pass("SN-2", .entered)
    try pass("SN-1", .left)
    try pass("SN-2", .scrapped)
    try pass("SN-3", .entered)
    let count = plant.bindings.units.count(at: stand)
    #expect([count.inside, count.left, count.removed, count.scrapped] == [1, 1, 0, 1])
    #expect(inside == ["SN-3"])
  }

  @Test("Of many units inside, the last that came are told, the latest at the end")
  mutating func last() throws {
    try plant.start("A")
    for number in 1...9 {
      try pass("SN-\(number)", .entered, at: Plant.start.advanced(by: .seconds(number)))
    }
    try pass("SN-8", .left)
    plant.record(try plant.bindings.end(stand))
    try plant.start("B")
    try pass("SN-0", .entered, at: Plant.start.advanced(by: .seconds(10)))
    let units = plant.bindings.units
    #expect(units.insideCount(stand) == 9)
    #expect(units.inside(stand, last: 3).map(\.serial.text) == ["SN-7", "SN-9", "SN-0"])
    #expect(units.inside(stand, last: 0).isEmpty)
    #expect(units.inside(stand, last: 9) == units.inside(stand))
  }

  @Test("A unit comes only where a lot is active, and goes only when it has come")
  mutating func order() throws {
    #expect(throws: BindingError.idle(stand)) { try pass("SN-1", .entered) }
    try plant.start("A")
    for event in [UnitPassage.Event.left, .removed, .scrapped] {
      let serial = SerialNumber(checked: "SN-1")
      #expect(throws: BindingError.unitNotInside(serial, at: stand, inside: 0)) {
        try pass("SN-1", event)
      }
    }
    try pass("SN-1", .entered)
    #expect(throws: BindingError.self) { try pass("SN-1", .entered) }
  }

  @Test("A unit that was taken out can come again, and a scrapped one cannot")
  mutating func again() throws {
    try plant.start("A")
    try pass("SN-1", .entered)
    try pass("SN-1", .removed)
    try pass("SN-1", .entered)
    try pass("SN-1", .scrapped)
    let serial = SerialNumber(checked: "SN-1")
    #expect(throws: BindingError.unitScrapped(serial, at: stand, since: Plant.start)) {
      try pass("SN-1", .entered)
    }
    plant.record(try plant.bindings.end(stand))
    try plant.start("A")
    #expect(throws: BindingError.self) { try pass("SN-1", .entered) }
    plant.record(try plant.bindings.end(stand))
    try plant.start("B")
    try pass("SN-1", .entered)
  }

  @Test("A unit that is inside when its lot ends still is, and goes as one of its own lot")
  mutating func lingers() throws {
    try plant.start("A")
    try pass("SN-1", .entered)
    plant.record(try plant.bindings.end(stand))
    try plant.start("B")
    #expect(inside == ["SN-1"])
    #expect(plant.bindings.units.count(at: stand).inside == 0)
    #expect(try pass("SN-1", .left) == 1)
    #expect(inside.isEmpty)
  }

  @Test("Units are followed for each lane by itself")
  mutating func lanes() throws {
    try plant.start("A", at: Plant.oven, lane: Plant.front)
    let front = StationLane(Plant.oven, Plant.front)
    let rear = StationLane(Plant.oven, Plant.rear)
    let serial = SerialNumber(checked: "SN-1")
    plant.record(try plant.bindings.pass(serial, .entered, at: front, source: .scan))
    #expect(throws: BindingError.unitNotInside(serial, at: rear, inside: 0)) {
      try plant.bindings.pass(serial, .left, at: rear, source: .scan)
    }
  }
}
