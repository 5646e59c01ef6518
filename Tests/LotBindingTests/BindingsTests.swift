import Telemetry
import TestSupport
import Testing

@testable import LotBinding

@Suite("Bindings")
struct BindingsTests {
  private let reflow = StationID(checked: "reflow-1")
  private let servo = StationID(checked: "servo-1")
  private let start = Instant(microseconds: 1_000_000)

  private func bindings() -> Bindings { Bindings(stations: [reflow, servo]) }

  private func binding(_ lot: String, at station: StationID? = nil) -> LotOrder {
    LotOrder(
      station: station ?? reflow,
      lot: LotID(checked: lot),
      part: Label(checked: "PCB-9"),
      workOrder: Label(checked: "WO-1"),
      operatorName: Label(checked: "mara")
    )
  }

  private func record(_ seq: Int, _ content: Record.Content) -> Record {
    Record(seq: seq, at: start, content: content)
  }

  private func record(_ seq: Int, _ judgement: Judgement) -> Record {
    record(seq, judgement.content)
  }

  @Test("A station without a lot binds to none")
  func idle() {
    #expect(bindings().lots.active(at: reflow).isEmpty)
    #expect(bindings().inForce(at: reflow, uptime: .seconds(5)) == nil)
  }

  @Test("A lot that starts is in force at its station and at no other")
  func starts() throws {
    var bindings = bindings()
    bindings.apply(record(7, try bindings.start(binding("A"), now: start)), uptime: .seconds(1))
    #expect(bindings.lots.active(at: StationLane(reflow))?.binding.lot == LotID(checked: "A"))
    #expect(bindings.lots.active(at: servo).isEmpty)
  }

  @Test("A scan is bound to the lot that was there at its middle, not at its recording")
  func middle() throws {
    var bindings = bindings()
    bindings.apply(record(7, try bindings.start(binding("A"), now: start)), uptime: .seconds(10))
    bindings.apply(record(9, try bindings.end(StationLane(reflow))), uptime: .seconds(20))
    bindings.apply(record(10, try bindings.start(binding("B"), now: start)), uptime: .seconds(21))
    #expect(bindings.inForce(at: reflow, uptime: .milliseconds(9_999)) == nil)
    #expect(bindings.inForce(at: reflow, uptime: .seconds(10)) == 7)
    #expect(bindings.inForce(at: reflow, uptime: .milliseconds(19_999)) == 7)
    #expect(bindings.inForce(at: reflow, uptime: .milliseconds(20_500)) == nil)
    #expect(bindings.inForce(at: reflow, uptime: .seconds(99)) == 10)
  }

  @Test("A lot of an earlier run stays in force after a restart")
  func replayed() throws {
    var bindings = bindings()
    bindings.apply(record(7, try bindings.start(binding("A"), now: start)))
    #expect(bindings.inForce(at: reflow, uptime: .zero) == 7)
    bindings.apply(record(9, try bindings.end(StationLane(reflow))), uptime: .seconds(3))
    #expect(bindings.inForce(at: reflow, uptime: .seconds(2)) == 7)
    #expect(bindings.inForce(at: reflow, uptime: .seconds(3)) == nil)
  }

  @Test("Many lot changes are forgotten but for the last ones")
  func bounded() throws {
    var bindings = bindings()
    for index in 0..<100 {
      bindings.apply(
        record(index * 2 + 1, try bindings.start(binding("L\(index)"), now: start)),
        uptime: .seconds(index)
      )
      bindings.apply(
        record(index * 2 + 2, try bindings.end(StationLane(reflow))),
        uptime: .seconds(index) + .milliseconds(500)
      )
    }
    #expect(bindings.inForce(at: reflow, uptime: .seconds(99)) == 199)
    #expect(bindings.inForce(at: reflow, uptime: .seconds(100)) == nil)
  }

  @Test("A second lot is refused while one is active, and the answer names the way out")
  func busy() throws {
    var bindings = bindings()
    bindings.apply(record(7, try bindings.start(binding("A"), now: start)))
    #expect(throws: BindingError.busy(StationLane(reflow), lot: LotID(checked: "A"), since: start))
    {
      try bindings.start(binding("B"), now: start)
    }
    let error = BindingError.busy(StationLane(reflow), lot: LotID(checked: "A"), since: start)
    #expect(error.description.contains("lotline lot end reflow-1"))
  }

  @Test("An unknown station is refused, and the answer names those there are")
  func unknown() {
    let other = StationID(checked: "reflow-9")
    #expect(throws: BindingError.unknownStation(other, known: [reflow, servo])) {
      try bindings().start(binding("A", at: other), now: start)
    }
  }

  @Test("Ending where nothing runs is refused")
  func nothingToEnd() {
    #expect(throws: BindingError.idle(StationLane(reflow))) {
      try bindings().end(StationLane(reflow))
    }
  }

  @Test("Material is loaded once, and unloaded by its lot")
  func material() throws {
    var bindings = bindings()
    let paste = LotID(checked: "PASTE-1")
    let load = MaterialOrder(station: reflow, lot: paste, material: Label(checked: "SAC305 paste"))
    bindings.apply(record(3, try bindings.load(load, at: start)))
    #expect(bindings.loaded(at: reflow).map(\.load.lot) == [paste])
    #expect(throws: BindingError.alreadyLoaded(reflow, lot: paste, since: start)) {
      try bindings.load(load, at: start)
    }
    let order = UnloadOrder(station: reflow, lot: paste)
    let unload = try bindings.unload(order)
    #expect(
      unload.content == .materialUnload(MaterialUnload(station: reflow, lot: paste, load: 3))
    )
    bindings.apply(record(4, unload))
    #expect(bindings.loaded(at: reflow).isEmpty)
    #expect(throws: BindingError.notLoaded(reflow, lot: paste, loaded: [])) {
      try bindings.unload(order)
    }
  }

  @Test("A lot cannot go into itself")
  func itself() {
    let lot = LotID(checked: "A")
    #expect(throws: BindingError.intoItself(lot)) {
      try bindings().consume(ConsumptionOrder(output: lot, input: lot), at: start)
    }
  }
}
