import Telemetry
import Testing

@testable import LotBinding

/// What random sequences have found: each of these was recorded otherwise than it was.
@Suite("Corrections where the clock was set, and of what runs")
struct CorrectionClockTests {
  private var plant = Plant()
  private let mara = Label(checked: "mara")

  private func time(_ minutes: Int) -> Instant {
    Plant.start.advanced(by: .seconds(minutes * 60))
  }

  private mutating func record(_ content: Record.Content, at minutes: Int) {
    plant.record(Judgement(content), at: time(minutes))
  }

  private mutating func open(at minutes: Int) {
    record(
      .opening(
        JournalOpening(
          agent: AgentID(checked: "edge-1"),
          site: Label(checked: "Zug"),
          journal: "4f2a90c1d3e5b7a9886655443322110f",
          software: "0.1.0"
        )
      ),
      at: minutes
    )
  }

  private mutating func step(_ epoch: Int, from: Int, to: Int) {
    record(
      .clockStep(ClockStep(epoch: epoch, stepMicroseconds: nil, from: time(from), to: time(to))),
      at: to
    )
  }

  private func order(
    _ what: CorrectionOrder.What,
    record: Int? = nil,
    from: Int? = nil,
    to: Int? = nil
  ) -> CorrectionOrder {
    var order = CorrectionOrder(what, by: Label(checked: "qa"), reason: Label(checked: "seen"))
    (order.station, order.record, order.operatorName) = (Plant.stand, record, mara)
    (order.from, order.to) = (from.map(time), to.map(time))
    (order.part, order.workOrder) = (Label(checked: "4711"), Label(checked: "WO-1"))
    (order.lot, order.material) = (LotID(checked: "A"), Label(checked: "paste"))
    return order
  }

  @discardableResult
  private mutating func correct(_ order: CorrectionOrder, at minutes: Int) throws -> Int {
    plant.record(try plant.bindings.correct(order, now: time(minutes)), at: time(minutes))
    return plant.seq
  }

  private func error(_ order: CorrectionOrder, at minutes: Int) -> CorrectionError? {
    do throws(CorrectionError) {
      _ = try plant.bindings.correct(order, now: time(minutes))
      return nil
    } catch {
      return error
    }
  }

  private mutating func signOn(at minutes: Int) {
    record(
      .crew(
        CrewChange(station: Plant.stand, operators: [mara], change: .on, operatorName: mara)
      ),
      at: minutes
    )
  }

  // MARK: What runs

  @Test("A lot or material that is there still has no other end, also where its record is named")
  mutating func stillThere() throws {
    open(at: 0)
    plant.record(try plant.bindings.start(Plant.order("A"), now: time(10)), at: time(10))
    #expect(
      error(order(.lotLate, record: plant.seq, from: 5, to: 20), at: 30)
        == .stillThere(LotID(checked: "A"), at: StationLane(Plant.stand), isMaterial: false)
    )
    let jar = MaterialOrder(
      station: Plant.stand,
      lot: LotID(checked: "A"),
      material: Label(checked: "paste")
    )
    plant.record(try plant.bindings.load(jar, at: time(12)), at: time(12))
    #expect(
      error(order(.materialLate, record: plant.seq, from: 5, to: 20), at: 30)
        == .stillThere(LotID(checked: "A"), at: StationLane(Plant.stand), isMaterial: true)
    )
  }

  @Test("A correction is not withdrawn where what is left would end before it begins")
  mutating func emptied() throws {
    open(at: 0)
    plant.record(try plant.bindings.start(Plant.order("A"), now: time(10)), at: time(10))
    plant.record(try plant.bindings.end(StationLane(Plant.stand)), at: time(20))
    let earlier = try correct(order(.lotLate, from: 5), at: 30)
    try correct(order(.notEnded, to: 8), at: 31)
    #expect(
      error(order(.withdraw, record: earlier), at: 32)
        == .emptySpan(from: time(10), to: time(8))
    )
  }

  // MARK: Clocks

  @Test("A time that an earlier epoch showed is not taken for one that the clock was set past")
  func shownLast() {
    // It showed 12:00 to 13:00, then 9:00 to 9:30, then 12:30 on.
    let epochs = Epochs(
      began: time(180),
      steps: [
        Epochs.Step(from: time(240), to: time(0)), Epochs.Step(from: time(30), to: time(210)),
      ]
    )
    #expect(epochs.time(time(200)) == JournalTime(epoch: 0, at: time(200)))
    #expect(epochs.time(time(220)) == JournalTime(epoch: 2, at: time(220)))
    #expect(epochs.time(time(20)) == JournalTime(epoch: 1, at: time(20)))
    // That was never shown: it was set past it.
    #expect(epochs.time(time(100)) == JournalTime(epoch: 1, at: time(100)))
  }

  @Test(
    "A journal that began while the clock was ahead can be corrected from when it was set right"
  )
  mutating func beganAhead() throws {
    open(at: 600)
    step(1, from: 601, to: 0)
    let seq = try correct(order(.lotLate, from: 5, to: 10), at: 20)
    #expect(plant.bindings.corrections.lot(seq)?.corrected?.from.at == time(5))
    #expect(
      error(order(.lotLate, from: -5, to: 3), at: 20)
        == .beforeJournal(time(-5), began: time(600))
    )
  }

  @Test("Until when somebody was there is asked for where the clock showed that time once more")
  mutating func endShownAgain() throws {
    open(at: 0)
    signOn(at: 20)
    step(1, from: 25, to: 10)
    var presence = order(.presence, from: 5)
    presence.wasThere = true
    #expect(error(presence, at: 30) == .endShownAgain(time(20)))
    presence.to = time(9)
    #expect(error(presence, at: 30) == nil)
  }

  // MARK: Pieces

  @Test("That something went in after all does not say anew of which lot its output is")
  mutating func serialStays() throws {
    let serial = Label(checked: "S1")
    for (output, input) in [("L1", "M1"), ("L2", "M2")] {
      var order = ConsumptionOrder(output: LotID(checked: output), input: LotID(checked: input))
      order.outputSerial = serial
      plant.record(try plant.bindings.consume(order, at: time(1)), at: time(1))
    }
    open(at: 2)
    let correction = try correct(order(.notConsumed, record: 1), at: 3)
    try correct(order(.withdraw, record: correction), at: 4)
    #expect(plant.bindings.assembly.lot(of: serial) == LotID(checked: "L2"))
  }
}
