import LotBinding
import Telemetry
import Testing

@Suite("Corrections")
struct CorrectionTests {
  private var plant = Plant()
  private let stand = StationLane(Plant.stand)

  init() {
    record(
      .opening(
        JournalOpening(
          agent: AgentID(checked: "edge-1"),
          site: Label(checked: "Zug"),
          journal: "4f2a90c1d3e5b7a9886655443322110f",
          software: "0.1.0"
        )
      ),
      at: 0
    )
  }

  // MARK: Times are minutes since the plant began

  private func time(_ minutes: Int) -> Instant {
    Plant.start.advanced(by: .seconds(minutes * 60))
  }

  private mutating func record(_ content: Record.Content, at minutes: Int) {
    plant.record(Judgement(content), at: time(minutes))
  }

  /// A lot was started and ended; gives the number of its record.
  @discardableResult
  private mutating func lot(
    _ lot: String,
    _ from: Int,
    _ to: Int?,
    at station: StationID = Plant.stand,
    lane: LaneID? = nil
  ) throws -> Int {
    let judgement = try plant.bindings.start(
      Plant.order(lot, at: station, lane: lane),
      now: time(from)
    )
    plant.record(judgement, at: time(from))
    let seq = plant.seq
    if let to {
      plant.record(try plant.bindings.end(StationLane(station, lane)), at: time(to))
    }
    return seq
  }

  private func order(
    _ what: CorrectionOrder.What,
    lot: String? = nil,
    really: String? = nil,
    record: Int? = nil,
    from: Int? = nil,
    to: Int? = nil
  ) -> CorrectionOrder {
    var order = CorrectionOrder(what, by: Label(checked: "qa"), reason: Label(checked: "seen"))
    order.station = record == nil ? Plant.stand : nil
    order.lot = lot.map { LotID(checked: $0) }
    order.really = really.map { LotID(checked: $0) }
    order.record = record
    order.from = from.map(time)
    order.to = to.map(time)
    order.part = Label(checked: "4711")
    order.workOrder = Label(checked: "WO-1")
    order.operatorName = Label(checked: "mara")
    return order
  }

  /// Judges and records a correction.
  @discardableResult
  private mutating func correct(_ order: CorrectionOrder, at minutes: Int = 100) throws -> Int {
    plant.record(try plant.bindings.correct(order, now: time(minutes)), at: time(minutes))
    return plant.seq
  }

  private func error(_ order: CorrectionOrder, at minutes: Int = 100) -> CorrectionError? {
    do throws(CorrectionError) {
      _ = try plant.bindings.correct(order, now: time(minutes))
      return nil
    } catch {
      return error
    }
  }

  /// The lot that a record is said to be, and from when to when; in minutes.
  private func standing(_ seq: Int) -> String? {
    plant.bindings.corrections.lot(seq)?.corrected.map { stay in
      let minutes = [stay.from, stay.to].map { time in
        time.map { "\($0.at.duration(since: Plant.start).components.seconds / 60)" } ?? "now"
      }
      return "\(stay.content.lot) \(minutes[0])-\(minutes[1])"
    }
  }

  // MARK: What can be corrected

  @Test("A lot that runs came earlier than it was scanned")
  mutating func late() throws {
    let seq = try lot("A", 20, nil)
    try correct(order(.lotLate, lot: "A", from: 10))
    #expect(standing(seq) == "A 10-now")
    // What was recorded stays.
    #expect(plant.bindings.corrections.lot(seq)?.recorded?.from.at == time(20))
    plant.record(try plant.bindings.end(stand), at: time(110))
    #expect(standing(seq) == "A 10-110")
  }

  @Test("A lot that nobody scanned is there by its correction")
  mutating func never() throws {
    let seq = try correct(order(.lotLate, lot: "A", from: 10, to: 20))
    #expect(standing(seq) == "A 10-20")
    #expect(plant.bindings.corrections.lot(seq)?.recorded == nil)
    try correct(order(.wrongLot, really: "B", record: seq))
    #expect(standing(seq) == "B 10-20")
  }

  @Test("The wrong lot becomes the right one, with what the plant's list says of it")
  mutating func wrong() throws {
    let seq = try lot("A", 10, 20)
    try correct(order(.wrongLot, lot: "A", really: "B"))
    #expect(standing(seq) == "B 10-20")
    #expect(
      error(order(.wrongLot, lot: "A", really: "B"))
        == .notFound(
          LotID(checked: "A"),
          at: stand,
          noun: "lot"
        )
    )
    var bare = order(.wrongLot, lot: "B", really: "C")
    bare.part = nil
    #expect(error(bare) == .binding(.incomplete(LotID(checked: "C"), member: "part")))
  }

  @Test("A lot was done before it was ended, or ended too early")
  mutating func ended() throws {
    let seq = try lot("A", 10, 40)
    try correct(order(.notEnded, lot: "A", to: 30))
    #expect(standing(seq) == "A 10-30")
    try correct(order(.notEnded, lot: "A", to: 50))
    #expect(standing(seq) == "A 10-50")
  }

  @Test("A lot that runs is ended before it is corrected when")
  mutating func stillRuns() throws {
    try lot("A", 10, nil)
    #expect(
      error(order(.notEnded, lot: "A", to: 30))
        == .stillThere(LotID(checked: "A"), at: stand, isMaterial: false)
    )
  }

  @Test("What never was can be corrected no more, until that is withdrawn")
  mutating func void() throws {
    let seq = try lot("A", 10, 20)
    let correction = try correct(order(.neverWas, lot: "A"))
    #expect(standing(seq) == nil)
    #expect(error(order(.wrongLot, really: "B", record: seq)) == .voided(seq, by: correction))
    #expect(error(order(.neverWas, record: seq)) == .voided(seq, by: correction))
    try correct(order(.withdraw, record: correction))
    #expect(standing(seq) == "A 10-20")
    #expect(
      error(order(.withdraw, record: correction))
        == .alreadyWithdrawn(correction, by: correction + 1)
    )
  }

  // MARK: What cannot be

  @Test("Two lots are never at one place at once, but for the lanes of a station")
  mutating func overlap() throws {
    let a = try lot("A", 10, 20)
    let b = try lot("B", 30, 40)
    let there = CorrectionError.overlap(
      LotID(checked: "A"),
      at: stand,
      record: a,
      from: time(10),
      to: time(20)
    )
    #expect(error(order(.lotLate, lot: "B", from: 15)) == there)
    #expect(error(order(.lotLate, lot: "C", from: 5, to: 12)) == there)
    // Once A is said to have been done earlier, there is room.
    try correct(order(.notEnded, lot: "A", to: 15))
    let moved = try correct(order(.lotLate, lot: "B", from: 15))
    #expect(standing(b) == "B 15-40")
    // And A's end cannot come back before B's beginning does.
    let ended = moved - 1
    #expect(
      error(order(.withdraw, record: ended))
        == .overlap(LotID(checked: "B"), at: stand, record: b, from: time(15), to: time(40))
    )
    try lot("D", 50, 60, at: Plant.oven, lane: Plant.front)
    var rear = order(.lotLate, lot: "E", from: 50, to: 60)
    (rear.station, rear.lane) = (Plant.oven, Plant.rear)
    #expect(error(rear) == nil)
  }

  @Test("A time is neither in the future nor before the journal began")
  mutating func times() throws {
    try lot("A", 10, 20)
    #expect(
      error(order(.lotLate, lot: "A", from: 101)) == .future(time(101), now: time(100))
    )
    #expect(
      error(order(.lotLate, lot: "A", from: -1)) == .beforeJournal(time(-1), began: time(0))
    )
    #expect(
      error(order(.lotLate, lot: "B", from: 30, to: 30))
        == .emptySpan(from: time(30), to: time(30))
    )
    #expect(error(order(.notEnded, lot: "A", to: 20)) == .noChange("record 2 says so"))
  }

  @Test("Which of several visits is meant must be said")
  mutating func ambiguous() throws {
    let first = try lot("A", 10, 20)
    let second = try lot("A", 30, 40)
    #expect(
      error(order(.neverWas, lot: "A"))
        == .ambiguous(LotID(checked: "A"), at: stand, records: [first, second])
    )
    try correct(order(.neverWas, record: second))
    #expect(standing(first) == "A 10-20" && standing(second) == nil)
  }

  @Test("A record that begins nothing cannot be corrected, and what is no correction not withdrawn")
  mutating func unknown() throws {
    let seq = try lot("A", 10, 20)
    #expect(
      error(order(.neverWas, record: seq + 1))
        == .unknownRecord(seq + 1, noun: "a lot was started")
    )
    #expect(error(order(.withdraw, record: seq)) == .notACorrection(seq))
    #expect(error(order(.neverWas)) == .missing("lot", for: .neverWas))
  }

  @Test("After the clock was set back, a time is that which it showed last")
  mutating func clock() throws {
    let seq = try lot("A", 10, 20)
    record(
      .clockStep(ClockStep(epoch: 1, stepMicroseconds: nil, from: time(30), to: time(0))),
      at: 0
    )
    // Before the step, A was there at 10; since then nobody was.
    let inserted = try correct(order(.lotLate, lot: "B", from: 10, to: 20), at: 40)
    #expect(standing(inserted) == "B 10-20")
    #expect(standing(seq) == "A 10-20")
  }

  // MARK: Material and operators

  private mutating func load(_ lot: String, at minutes: Int) throws -> Int {
    let load = MaterialLoad(
      station: Plant.stand,
      lot: LotID(checked: lot),
      material: Label(checked: "paste")
    )
    record(.materialLoad(load), at: minutes)
    return plant.seq
  }

  @Test("Material came earlier, went earlier, or was another lot")
  mutating func material() throws {
    let seq = try load("P-1", at: 20)
    try correct(order(.materialLate, lot: "P-1", from: 10))
    #expect(
      error(order(.notUnloaded, lot: "P-1", to: 30))
        == .stillThere(LotID(checked: "P-1"), at: stand, isMaterial: true)
    )
    record(
      .materialUnload(
        MaterialUnload(station: Plant.stand, lot: LotID(checked: "P-1"), load: seq)
      ),
      at: 50
    )
    try correct(order(.notUnloaded, lot: "P-1", to: 30))
    try correct(order(.wrongMaterial, lot: "P-1", really: "P-2"))
    let stay = try #require(plant.bindings.corrections.material(seq)?.corrected)
    #expect(stay.content.lot.text == "P-2" && stay.content.material.text == "paste")
    #expect(stay.from.at == time(10) && stay.to?.at == time(30))
  }

  private mutating func crew(_ names: [String], _ who: String, at minutes: Int) {
    record(
      .crew(
        CrewChange(
          station: Plant.stand,
          operators: names.map { Label(checked: $0) },
          change: names.contains(who) ? .on : .off,
          operatorName: Label(checked: who)
        )
      ),
      at: minutes
    )
  }

  private func presence(_ wasThere: Bool, from: Int, to: Int? = nil) -> CorrectionOrder {
    var order = order(.presence, from: from, to: to)
    order.wasThere = wasThere
    return order
  }

  @Test("An operator forgot to sign off: gone until the sign-off, if nothing else is said")
  mutating func gone() throws {
    crew(["mara"], "mara", at: 10)
    #expect(
      error(presence(false, from: 30))
        == .operatorStillThere(Label(checked: "mara"), at: Plant.stand)
    )
    crew([], "mara", at: 50)
    guard
      case .correction(let correction) = try plant.bindings
        .correct(presence(false, from: 30), now: time(100)).content,
      case .presence(_, let from, let to) = correction.change
    else {
      Issue.record("no correction of a presence")
      return
    }
    #expect(from == time(30) && to == time(50))
    #expect(
      error(presence(false, from: 5))
        == .operatorNotThere(Label(checked: "mara"), at: Plant.stand, time(5))
    )
  }

  @Test("An operator forgot to sign on: there until the sign-on, if nothing else is said")
  mutating func there() throws {
    crew(["mara"], "mara", at: 20)
    try correct(presence(true, from: 10))
    #expect(error(presence(true, from: 12, to: 18)) != nil)
    #expect(error(presence(true, from: 30, to: 40)) != nil)
    try correct(presence(false, from: 12, to: 15))
    #expect(error(presence(true, from: 12, to: 15)) == nil)
  }
}
