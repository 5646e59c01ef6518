import LotBinding
import Telemetry

/// What should be bound, told from nothing but the list of what happened: the plain model that
/// ``Bindings`` is compared with.
///
/// It keeps no state but that list, and goes through it for every answer.
struct ReferencePlant {
  enum Happening: Hashable {
    case started(LotID, StationLane)
    case ended(LotID, StationLane, BindingEnd.Reason?)
    case unit(SerialNumber, UnitPassage.Event, StationLane, binding: Int)
    case crew([Label], StationID, came: Label?)
  }

  struct Fact: Hashable {
    let seq: Int
    let second: Int
    let happening: Happening
  }

  /// What should come of an event.
  enum Expectation: Hashable {
    /// It cannot be done, for a reason of this name.
    case impossible(String)
    case refused(Set<String>)
    case recorded(Happening, notes: Set<String>)
  }

  let rules: BindingRules
  let timeOut: Int
  private(set) var facts: [Fact] = []
  private var lots: [LotID: ListedLot.State]?
  private var operators: [Label: [StationID]]?

  init(rules: BindingRules, timeOut: Int) {
    self.rules = rules
    self.timeOut = timeOut
  }

  mutating func add(_ happening: Happening, seq: Int, second: Int) {
    facts.append(Fact(seq: seq, second: second, happening: happening))
  }

  mutating func put(lots: [LotID: ListedLot.State]) { self.lots = lots }

  mutating func put(operators: [Label: [StationID]]) { self.operators = operators }

  // MARK: What is in force

  /// The lot at a place at the end of a second, and its record.
  func lot(at place: StationLane, second: Int = .max) -> (lot: LotID, seq: Int)? {
    for fact in facts.reversed() where fact.second <= second {
      if case .started(let lot, place) = fact.happening { return (lot, fact.seq) }
      if case .ended(_, place, _) = fact.happening { return nil }
    }
    return nil
  }

  /// Who is at a station, and the record that says so.
  func crew(at station: StationID, second: Int = .max) -> (names: [Label], seq: Int?) {
    for fact in facts.reversed() where fact.second <= second {
      guard case .crew(let names, station, _) = fact.happening else { continue }
      return (names, names.isEmpty ? nil : fact.seq)
    }
    return ([], nil)
  }

  /// The last event of a unit at a place, and the binding that it belonged to.
  func unit(_ serial: SerialNumber, at place: StationLane) -> (
    event: UnitPassage.Event, binding: Int
  )? {
    for fact in facts.reversed() {
      if case .unit(serial, let event, place, let binding) = fact.happening {
        return (event, binding)
      }
    }
    return nil
  }

  /// Units that are at a place.
  func inside(_ place: StationLane) -> Set<SerialNumber> {
    let all = facts.compactMap { fact -> SerialNumber? in
      if case .unit(let serial, _, place, _) = fact.happening { serial } else { nil }
    }
    return Set(all).filter { unit($0, at: place)?.event == .entered }
  }

  /// The next one whose time is over.
  func timedOut(second: Int) -> (name: Label, station: StationID)? {
    for station in [Plant.oven, Plant.stand] {
      for name in crew(at: station).names {
        let came = facts.last { fact in
          if case .crew(_, station, name) = fact.happening { true } else { false }
        }
        if let came, second - came.second >= timeOut { return (name, station) }
      }
    }
    return nil
  }

  // MARK: What should come of an event

  func expectation(of event: PlantEvent) -> Expectation? {
    switch event {
    case .start(let order): start(order)
    case .end(let place, let reason): end(place, reason)
    case .unit(let serial, let event, let place): pass(serial, event, place)
    case .signOn(let name, let station, let replacing): signOn(name, station, replacing)
    case .signOff(let name, let station): signOff(name, station)
    case .list, .operators, .wait, .restart: nil
    }
  }

  private func exists(_ place: StationLane) -> Bool {
    place.station == Plant.oven ? place.lane != nil : place.lane == nil
  }

  private func start(_ order: LotOrder) -> Expectation {
    guard exists(order.place) else { return .impossible("lane") }
    if lot(at: order.place) != nil { return .impossible("busy") }
    let crew = crew(at: order.place.station).names
    guard let name = order.operatorName ?? (crew.count == 1 ? crew[0] : nil) else {
      return .impossible("operator")
    }
    var doubts = doubts(of: order.lot) + doubts(of: name, at: order.place.station)
    let places = [
      StationLane(Plant.oven, Plant.front), StationLane(Plant.oven, Plant.rear),
      StationLane(Plant.stand),
    ]
    if places.contains(where: { $0 != order.place && lot(at: $0)?.lot == order.lot }) {
      doubts.append(.lotElsewhere)
    }
    if crew.isEmpty { doubts.append(.nobodySignedOn) }
    return judged(.started(order.lot, order.place), doubts)
  }

  private func doubts(of lot: LotID) -> [BindingRule] {
    var doubts: [BindingRule] = []
    let start = facts.lastIndex { fact in
      if case .started(lot, _) = fact.happening { true } else { false }
    }
    let since = facts[(start ?? 0)...].map(\.happening)
    func ended(_ reason: BindingEnd.Reason) -> Bool {
      since.contains { if case .ended(lot, _, reason) = $0 { true } else { false } }
    }
    if ended(.scrapped) {
      doubts.append(.lotScrapped)
    } else if ended(.finished) {
      doubts.append(.lotFinished)
    }
    guard let lots else { return doubts }
    switch lots[lot] {
    case nil: doubts.append(.lotUnknown)
    case .released: break
    case .hold: doubts.append(.lotOnHold)
    case .scrapped: doubts.append(.lotScrapped)
    case .finished: doubts.append(.lotFinished)
    }
    return doubts
  }

  private func doubts(of name: Label, at station: StationID) -> [BindingRule] {
    guard let operators else { return [] }
    guard let stations = operators[name] else { return [.operatorUnknown] }
    return stations.contains(station) ? [] : [.operatorUnqualified]
  }

  private func judged(_ happening: Happening, _ doubts: [BindingRule]) -> Expectation {
    let refused = doubts.filter { rules[$0] == .refuse }
    if !refused.isEmpty { return .refused(Set(refused.map(\.rawValue))) }
    let noted = doubts.filter { rules[$0] == .warn }
    return .recorded(happening, notes: Set(noted.map(\.rawValue)))
  }

  private func end(_ place: StationLane, _ reason: BindingEnd.Reason?) -> Expectation {
    guard exists(place) else { return .impossible("lane") }
    guard let lot = lot(at: place)?.lot else { return .impossible("idle") }
    return judged(.ended(lot, place, reason), [])
  }

  private func pass(
    _ serial: SerialNumber,
    _ event: UnitPassage.Event,
    _ place: StationLane
  ) -> Expectation {
    guard exists(place) else { return .impossible("lane") }
    let lot = lot(at: place)
    let known = unit(serial, at: place)
    // Of a lot that has ended only what is still inside is known.
    let isOfLot = known?.binding == lot?.seq && lot != nil
    let isScrapped = lot.map { wasScrapped(serial, of: $0.lot) } ?? false
    switch event {
    case .entered:
      guard let lot else { return .impossible("idle") }
      if isScrapped { return .impossible("scrapped") }
      if isOfLot, known?.event == .entered { return .impossible("inside") }
      return judged(.unit(serial, event, place, binding: lot.seq), [])
    case .left, .removed, .scrapped:
      let isThere =
        known?.event == .entered
        || event == .scrapped && isOfLot && [.left, .removed].contains(known?.event)
      guard let known, isThere else { return .impossible(isScrapped ? "scrapped" : "outside") }
      return judged(.unit(serial, event, place, binding: known.binding), [])
    }
  }

  /// Whether a unit of a lot was ever scrapped, wherever.
  private func wasScrapped(_ serial: SerialNumber, of lot: LotID) -> Bool {
    facts.contains { fact in
      guard case .unit(serial, .scrapped, _, let binding) = fact.happening else { return false }
      return facts.contains { start in
        if case .started(lot, _) = start.happening { start.seq == binding } else { false }
      }
    }
  }

  private func signOn(_ name: Label, _ station: StationID, _ replacing: Bool) -> Expectation {
    let others = replacing ? [] : crew(at: station).names.filter { $0 != name }
    return judged(.crew(others + [name], station, came: name), doubts(of: name, at: station))
  }

  private func signOff(_ name: Label, _ station: StationID) -> Expectation {
    let names = crew(at: station).names
    guard names.contains(name) else { return .impossible("not there") }
    return judged(.crew(names.filter { $0 != name }, station, came: nil), [])
  }
}
