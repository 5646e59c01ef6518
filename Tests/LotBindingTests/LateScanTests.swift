import Telemetry
import Testing

@testable import LotBinding

@Suite("Late scans of a conveyor")
struct LateScanTests {
  private let station = StationID(checked: "reflow-1")

  @Test("A scan that is recorded late is bound to the lot that has left meanwhile")
  func left() {
    let belt = Conveyor.Belt(
      fixedSpeed: 0.01,
      fastest: 0.01,
      accuracy: 0,
      hold: .seconds(5),
      period: .seconds(1)
    )
    var transit = Transit(Conveyor(station: station, length: 3, belts: [belt]), at: .zero)
    let binding = Binding(
      station: station,
      lot: LotID(checked: "A"),
      part: Label(checked: "p"),
      workOrder: Label(checked: "w"),
      operatorName: Label(checked: "o"),
      belt: transit.entryMark(in: nil, at: .zero)
    )
    let zero = Instant(microseconds: 0)
    transit.apply(Record(seq: 1, at: zero, content: .binding(binding)), uptime: .zero)
    let end = BindingEnd(
      station: station,
      lot: binding.lot,
      binding: 1,
      belt: transit.tailMark(in: nil, at: .seconds(10))
    )
    transit.apply(Record(seq: 2, at: zero, content: .bindingEnd(end)), uptime: .seconds(10))
    // At 310 s its tail is at the end of the belt; at 300 s it was at the last sensor still.
    #expect(transit.look(at: .seconds(320)).isEmpty)
    let late = transit.moment(scannedEvery: .seconds(1), at: .seconds(300))
    let found = transit.bound(at: 2.95, in: late)
    #expect(found.bound == .one(1) && found.isSure)
    let now = transit.moment(scannedEvery: .seconds(1), at: .seconds(320))
    #expect(transit.bound(at: 2.95, in: now).bound == .nothing)
  }
}
