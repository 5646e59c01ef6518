import LotBinding
import Telemetry
import TestSupport

/// Something that somebody does, or tries to do, at the plant of a model.
///
/// Whatever more the agent binds (material, corrections) is a further case here, in
/// ``ReferencePlant/expectation(of:)`` and in ``ModelRun/judge(_:)``.
enum PlantEvent: Sendable, Hashable {
  case start(LotOrder)
  case end(StationLane, BindingEnd.Reason?)
  case unit(SerialNumber, UnitPassage.Event, StationLane)
  case signOn(Label, StationID, replacing: Bool)
  case signOff(Label, StationID)
  case list([LotID: ListedLot.State])
  case operators([Label: [StationID]])
  case wait(seconds: Int)
  /// The agent ends, and starts again on its journal.
  case restart
}

extension PlantEvent {
  private static let lots = (1...3).map { LotID(checked: "L\($0)") }
  private static let serials = (1...3).map { SerialNumber(checked: "S\($0)") }
  static let names = ["mara", "jon", "ana"].map { Label(checked: $0) }

  /// One more or less likely event; some of them cannot be done.
  static func random(using random: inout SeededGenerator) -> PlantEvent {
    switch Int.random(in: 0..<100, using: &random) {
    case ..<25: .start(order(using: &random))
    case ..<42:
      .end(
        place(using: &random),
        [nil, .finished, .scrapped, .removed, .handedOver].randomElement(using: &random) ?? nil
      )
    case ..<62:
      .unit(
        pick(serials, &random),
        pick(UnitPassage.Event.allCases, &random),
        place(using: &random)
      )
    case ..<74:
      .signOn(
        pick(names, &random),
        pick([Plant.oven, Plant.stand], &random),
        replacing: Int.random(in: 0..<4, using: &random) == 0
      )
    case ..<82: .signOff(pick(names, &random), pick([Plant.oven, Plant.stand], &random))
    case ..<86: .list(list(using: &random))
    case ..<89: .operators(operators(using: &random))
    case ..<97: .wait(seconds: pick([1, 2, 5, 40, 60], &random))
    default: .restart
    }
  }

  private static func pick<Item>(_ items: [Item], _ random: inout SeededGenerator) -> Item {
    items[Int.random(in: items.indices, using: &random)]
  }

  private static func place(using random: inout SeededGenerator) -> StationLane {
    switch Int.random(in: 0..<20, using: &random) {
    case ..<7: StationLane(Plant.oven, Plant.front)
    case ..<12: StationLane(Plant.oven, Plant.rear)
    case ..<18: StationLane(Plant.stand)
    case 18: StationLane(Plant.oven)
    default: StationLane(Plant.stand, Plant.front)
    }
  }

  private static func order(using random: inout SeededGenerator) -> LotOrder {
    let place = place(using: &random)
    return LotOrder(
      station: place.station,
      lane: place.lane,
      lot: pick(lots, &random),
      part: Label(checked: "4711"),
      workOrder: Label(checked: "WO-1"),
      operatorName: Bool.random(using: &random) ? pick(names, &random) : nil
    )
  }

  private static func list(using random: inout SeededGenerator) -> [LotID: ListedLot.State] {
    var states: [LotID: ListedLot.State] = [:]
    for lot in lots where Int.random(in: 0..<4, using: &random) > 0 {
      states[lot] = pick([.released, .released, .hold, .scrapped, .finished], &random)
    }
    return states
  }

  private static func operators(using random: inout SeededGenerator) -> [Label: [StationID]] {
    var stations: [Label: [StationID]] = [:]
    for name in names where Int.random(in: 0..<4, using: &random) > 0 {
      stations[name] = pick([[], [Plant.oven], [Plant.oven, Plant.stand]], &random)
    }
    return stations
  }
}
