import LotBinding
import Telemetry
import TestSupport

/// Thinks up what happens next at a plant: things that can be done as a rule, and some that cannot.
struct EventSource {
  private var random: SeededGenerator

  /// Whether more is put right than is done.
  private var isCorrecting = false

  /// Whether most of it happens at the conveyor, which is scanned again and again.
  private var isOnBelt = false

  init(_ random: SeededGenerator) {
    self.random = random
    isCorrecting = once(in: 2)
    isOnBelt = once(in: 3)
  }

  mutating func number(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &random) }

  private mutating func pick<Item>(_ items: [Item]) -> Item { items[number(0...items.count - 1)] }

  /// True once in so many times.
  private mutating func once(in times: Int) -> Bool { number(1...times) == 1 }

  mutating func verdicts() -> [BindingRule: BindingRules.Verdict] {
    var verdicts: [BindingRule: BindingRules.Verdict] = [:]
    for rule in BindingRule.allCases where once(in: 2) {
      verdicts[rule] = pick(BindingRules.Verdict.allCases)
    }
    return verdicts
  }

  mutating func next(at plant: ReferencePlant) -> PlantEvent {
    if isCorrecting, plant.facts.count > 5, !once(in: 3) {
      return .correct(correction(plant))
    }
    // What the belt, its speed signal and instruments do lies apart from what people do.
    if once(in: 10) { return quietly(plant) }
    if isOnBelt, once(in: 4) { return .wait(seconds: pick([2, 5, 10, 15])) }
    return switch number(0...99) {
    case ..<16: .start(order())
    case ..<25: .end(place(), pick([nil, .finished, .scrapped, .removed, .handedOver]))
    case ..<35: .unit(pick(PlantEvent.serials), pick(UnitPassage.Event.allCases), place())
    case ..<42: .signOn(pick(PlantEvent.names), station(), replacing: once(in: 4))
    case ..<46: .signOff(pick(PlantEvent.names), station())
    case ..<52: .load(load(plant))
    case ..<56: .unload(UnloadOrder(station: station(), lot: pick(PlantEvent.materials)))
    case ..<61: .use(use())
    case ..<82: .correct(correction(plant))
    case ..<84: .list(list())
    case ..<85: .operators(operators())
    case ..<86: .certificates(certificates())
    case ..<93: .scan(ago: number(0...4))
    case ..<97: .wait(seconds: pick([1, 2, 5, 5, 15, 40, 60]))
    case ..<98: .setClock(by: pick([-100, -20, -7, 9, 30]))
    default: .restart(after: number(0...20), setBack: pick([0, 0, 0, 6, 40]))
    }
  }

  private mutating func quietly(_ plant: ReferencePlant) -> PlantEvent {
    switch number(0...9) {
    case ..<4: .belt(speed: pick([0, 5, 10, 20, PlantBelt.fastest]))
    case ..<6: .speedSignal(isGood: !plant.belt.isRead)
    default: .calibrate(calibration(plant))
    }
  }

  private mutating func station() -> StationID { pick(ReferencePlant.stations) }

  private mutating func place() -> StationLane {
    if isOnBelt, !once(in: 4) { return StationLane(ReferencePlant.wave) }
    return switch number(0...19) {
    case ..<7: ReferencePlant.places[0]
    case ..<10: ReferencePlant.places[1]
    case ..<13: ReferencePlant.places[2]
    case ..<18: ReferencePlant.places[3]
    case 18: StationLane(ReferencePlant.oven)
    default: StationLane(ReferencePlant.stand, ReferencePlant.front)
    }
  }

  private mutating func order() -> LotOrder {
    let place = place()
    return LotOrder(
      station: place.station,
      lane: place.lane,
      lot: pick(PlantEvent.lots),
      part: Label(checked: "4711"),
      workOrder: Label(checked: "WO-1"),
      operatorName: once(in: 4) ? nil : pick(PlantEvent.names)
    )
  }

  // MARK: Material

  private mutating func load(_ plant: ReferencePlant) -> MaterialOrder {
    var order = MaterialOrder(
      station: station(),
      lot: pick(PlantEvent.materials),
      material: Label(checked: "paste")
    )
    let now = plant.clock.wall(at: plant.second)
    if once(in: 3) { order.operatorName = pick(PlantEvent.names) }
    if once(in: 3) { order.certificate = Label(checked: "C1") }
    if once(in: 4) { order.expires = PlantClock.instant(now + number(-3...60)) }
    if once(in: 4) { order.floorLife = .seconds(number(1...60)) }
    if once(in: 6) { order.opened = PlantClock.instant(now - number(0...5)) }
    return order
  }

  private mutating func use() -> ConsumptionOrder {
    let all = PlantEvent.lots + PlantEvent.materials
    var order = ConsumptionOrder(
      output: once(in: 2) ? pick(all) : nil,
      input: once(in: 4) ? nil : pick(all)
    )
    if once(in: 2) { order.station = station() }
    if once(in: 3) { order.inputSerial = Label(checked: pick(PlantEvent.serials).text) }
    if once(in: 3) { order.outputSerial = Label(checked: pick(PlantEvent.serials).text) }
    if once(in: 5) {
      order.outputUDI = PlantEvent.identifier(pick(PlantEvent.lots), pick(PlantEvent.serials))
    }
    return order
  }

  // MARK: Corrections

  private mutating func correction(_ plant: ReferencePlant) -> CorrectionOrder {
    var order = CorrectionOrder(
      pick(CorrectionOrder.What.allCases),
      by: Label(checked: "qa"),
      reason: Label(checked: "seen")
    )
    order.part = Label(checked: "4711")
    order.workOrder = Label(checked: "WO-1")
    order.material = Label(checked: "paste")
    if !once(in: 4) { order.operatorName = pick(PlantEvent.names) }
    if once(in: 3) { order.certificate = Label(checked: "C2") }
    let isMaterial = [.materialLate, .wrongMaterial, .notUnloaded, .neverLoaded]
      .contains(order.what)
    let lots = isMaterial ? PlantEvent.materials : PlantEvent.lots
    order.really = pick(lots)
    sayWhich(&order, isMaterial ? .material : .lot, lots, plant)
    sayWhen(&order, plant)
    return order
  }

  private mutating func sayWhich(
    _ order: inout CorrectionOrder,
    _ kind: PlantStay.Kind,
    _ lots: [LotID],
    _ plant: ReferencePlant
  ) {
    let place = place()
    (order.station, order.lane, order.lot) = (place.station, place.lane, pick(lots))
    order.wasThere = once(in: 2)
    if order.what == .notConsumed {
      let uses = plant.facts.filter { $0.happening.isUse }.map(\.seq)
      order.record = once(in: 8) ? number(1...40) : uses.randomElement(using: &random)
      return
    }
    if order.what == .withdraw {
      let corrections = plant.facts.filter { $0.happening.isCorrection }.map(\.seq)
      order.record = once(in: 8) ? number(1...40) : corrections.randomElement(using: &random)
      return
    }
    let stays = plant.corrected(kind).sorted { $0.key < $1.key }
    if let stay = stays.randomElement(using: &random)?.value, !once(in: 4) {
      (order.station, order.lane, order.lot) = (stay.place.station, stay.place.lane, stay.lot)
    }
    if order.what != .presence, once(in: 2) {
      order.record =
        once(in: 8) ? number(1...40) : plant.entries(kind).randomElement(using: &random)
      if order.record != nil { (order.station, order.lane, order.lot) = (nil, nil, nil) }
    }
  }

  private mutating func sayWhen(_ order: inout CorrectionOrder, _ plant: ReferencePlant) {
    var times = [time(plant), time(plant)]
    if !once(in: 10) { times.sort() }
    if !once(in: 12) { order.from = PlantClock.instant(times[0]) }
    if [.notEnded, .notUnloaded].contains(order.what) ? !once(in: 12) : once(in: 2) {
      order.to = PlantClock.instant(times[1])
    }
  }

  /// A time near something that happened, or any other; seldom one that is to come, or that was long
  /// before everything.
  private mutating func time(_ plant: ReferencePlant) -> Int {
    let now = plant.clock.wall(at: plant.second)
    if once(in: 40) { return pick([now + 5, -200]) }
    if once(in: 3) || plant.facts.isEmpty { return number(min(0, now)...now) }
    return plant.clock.wall(at: pick(plant.facts).second) + number(-1...1)
  }

  /// Of the instrument, or of one that nobody knows; often of some time ago, or of a day.
  private mutating func calibration(_ plant: ReferencePlant) -> Calibration {
    let now = plant.clock.wall(at: plant.second)
    let performed = now - pick([0, 1, 10, 60, 200]) + (once(in: 20) ? 5 : 0)
    let isDay = once(in: 3)
    return Calibration(
      instrument: once(in: 8) ? Label(checked: "TC-9") : ReferencePlant.instrument,
      performed: PlantClock.instant(performed),
      performedUntil: isDay ? PlantClock.instant(performed + number(0...20)) : nil,
      due: PlantClock.instant(performed + pick([-1, 5, 30, 100, 1_000])),
      asFound: pick(Calibration.Finding.allCases),
      asLeft: pick([nil, .within, .within, .outside, .unknown]),
      by: Label(checked: "qa")
    )
  }

  // MARK: Lists

  private mutating func list() -> [LotID: ListedLot.State] {
    var states: [LotID: ListedLot.State] = [:]
    for lot in PlantEvent.lots + PlantEvent.materials where !once(in: 4) {
      states[lot] = pick([.released, .released, .hold, .scrapped, .finished])
    }
    return states
  }

  private mutating func certificates() -> [Label: ListedCertificate] {
    var listed: [Label: ListedCertificate] = [:]
    for id in PlantEvent.certificates where !once(in: 4) {
      listed[id] = ListedCertificate(
        id: id,
        type: Label(checked: "CoC"),
        status: pick([.accepted, .accepted] + ListedCertificate.Status.allCases),
        lots: PlantEvent.materials.filter { _ in once(in: 2) }
      )
    }
    return listed
  }

  private mutating func operators() -> [Label: [StationID]] {
    var stations: [Label: [StationID]] = [:]
    for name in PlantEvent.names where !once(in: 4) {
      stations[name] = pick([[], [ReferencePlant.oven], ReferencePlant.stations])
    }
    return stations
  }
}

extension ReferencePlant.Happening {
  fileprivate var isUse: Bool { if case .used = self { true } else { false } }

  fileprivate var isCorrection: Bool { if case .corrected = self { true } else { false } }
}
