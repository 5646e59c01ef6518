import LotBinding
package import Telemetry

/// What should be bound, told from nothing but the list of what happened: the plain model that
/// ``Bindings`` is compared with.
///
/// It keeps no state but that list, and goes through it for every answer; what is asked for most often
/// is worked out whenever the list grows.
package struct ReferencePlant {
  enum Happening: Hashable {
    case started(LotID, StationLane, Label)
    case ended(LotID, StationLane, BindingEnd.Reason?)
    case unit(SerialNumber, UnitPassage.Event, StationLane, binding: Int)
    case crew([Label], StationID, came: Label?)
    case loaded(Load)
    case unloaded(Int)
    /// It is said once that material is past its time, or blocked.
    case told(Int, Event.Kind)
    case used(Use)
    case calibrated(Calibration)
    /// It is said once that the instrument is due.
    case instrumentTold
    case corrected(Change)
  }

  struct Fact: Hashable {
    let seq: Int
    let second: Int

    /// What was known of the clock then.
    let clock: PlantClock
    let happening: Happening
  }

  /// A scan that became a frame.
  struct Scan {
    let seq: Int

    /// When it was taken.
    let second: Int

    /// The lots that it was bound to.
    let bound: Set<Int>
  }

  /// What should come of an event.
  enum Expectation: Hashable {
    /// It cannot be done, for any of the reasons of these names.
    case impossible(Set<String>)
    case refused(Set<String>)
    case recorded(Happening, notes: Set<String>)
  }

  /// Where it happens: an oven with two lanes, a stand, and a conveyor.
  package static let oven = StationID(checked: "reflow-1")
  package static let stand = StationID(checked: "servo-1")
  package static let wave = StationID(checked: "wave-1")
  static let front = LaneID(checked: "front")
  static let rear = LaneID(checked: "rear")
  package static let stations = [oven, stand, wave]
  static let places = [
    StationLane(oven, front), StationLane(oven, rear), StationLane(stand), StationLane(wave),
  ]

  let rules: BindingRules
  let timeOut: Int

  /// Seconds that have passed since the journal began.
  var second = 0
  package var clock = PlantClock()

  /// When the agent was started last.
  var started = 0
  private(set) var facts: [Fact] = []
  private(set) var holding: [(fact: Fact, change: Change)] = []
  private(set) var recordedLots: [Int: PlantStay] = [:]
  private(set) var recordedMaterials: [Int: PlantStay] = [:]
  private(set) var scans: [Scan] = []
  private(set) var beltScans: [BeltScan] = []
  var belt = PlantBelt()
  private(set) var lots: [LotID: ListedLot.State]?
  private(set) var certificates: [Label: ListedCertificate]?
  private var operators: [Label: [StationID]]?

  init(rules: BindingRules, timeOut: Int) {
    self.rules = rules
    self.timeOut = timeOut
  }

  mutating func add(_ happening: Happening, seq: Int) {
    facts.append(Fact(seq: seq, second: second, clock: clock, happening: happening))
    switch happening {
    case .started, .ended: recordedLots = stays(.lot)
    case .loaded, .unloaded: recordedMaterials = stays(.material)
    case .corrected: holding = withoutWithdrawn()
    default: break
    }
  }

  mutating func add(_ scan: Scan) { scans.append(scan) }

  mutating func add(_ scan: BeltScan) { beltScans.append(scan) }

  mutating func put(lots: [LotID: ListedLot.State]) { self.lots = lots }

  mutating func put(certificates: [Label: ListedCertificate]) { self.certificates = certificates }

  mutating func put(operators: [Label: [StationID]]) { self.operators = operators }

  // MARK: What is in force

  /// The lot at a place at the end of a second, and its record.
  func lot(at place: StationLane, second: Int = .max) -> (lot: LotID, seq: Int)? {
    for fact in facts.reversed() where fact.second <= second {
      if case .started(let lot, place, _) = fact.happening { return (lot, fact.seq) }
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
  func timedOut() -> (name: Label, station: StationID)? {
    for station in Self.stations {
      for name in crew(at: station).names {
        let came = facts.last { fact in
          if case .crew(_, station, name) = fact.happening { true } else { false }
        }
        guard let came else { continue }
        // Of who came before the agent was started, it knows what the clock on the wall showed.
        let passed =
          came.second >= started
          ? second - came.second : clock.wall(at: second) - clock.wall(at: came.second)
        if passed >= timeOut { return (name, station) }
      }
    }
    return nil
  }

  /// The records by which lots came to a station that were there at the end of a second.
  func lots(at station: StationID, second: Int) -> [Int] {
    Self.places.filter { $0.station == station }
      .compactMap { lot(at: $0, second: second)?.seq }
  }

  // MARK: What should come of an event

  func expectation(of event: PlantEvent) -> Expectation? {
    switch event {
    case .start(let order): start(order)
    case .end(let place, let reason): end(place, reason)
    case .unit(let serial, let event, let place): pass(serial, event, place)
    case .signOn(let name, let station, let replacing): signOn(name, station, replacing)
    case .signOff(let name, let station): signOff(name, station)
    case .load(let order): load(order)
    case .unload(let order): unload(order)
    case .use(let order): use(order)
    case .calibrate(let calibration): calibrate(calibration)
    case .correct(let order): correction(order)
    case .list, .operators, .certificates, .wait, .scan, .belt, .speedSignal, .setClock, .restart:
      nil
    }
  }

  func exists(_ place: StationLane) -> Bool {
    place.station == Self.oven ? place.lane != nil : place.lane == nil
  }

  private func start(_ order: LotOrder) -> Expectation {
    guard exists(order.place) else { return .impossible(["lane"]) }
    if lot(at: order.place) != nil { return .impossible(["busy"]) }
    let crew = crew(at: order.place.station).names
    guard let name = order.operatorName ?? (crew.count == 1 ? crew[0] : nil) else {
      return .impossible(["operator"])
    }
    var doubts = doubts(of: order.lot) + doubts(of: name, at: order.place.station)
    if Self.places.contains(where: { $0 != order.place && lot(at: $0)?.lot == order.lot }) {
      doubts.append(.lotElsewhere)
    }
    if crew.isEmpty { doubts.append(.nobodySignedOn) }
    for there in loaded(at: order.place.station) { doubts += self.doubts(of: there.load) }
    if Self.measured.contains(order.place.station), !isCalibrated(at: clock.instant(at: second)) {
      doubts.append(.calibrationOverdue)
    }
    return judged(.started(order.lot, order.place, name), doubts)
  }

  private func doubts(of lot: LotID) -> [BindingRule] {
    var doubts: [BindingRule] = []
    let start = facts.lastIndex { fact in
      if case .started(lot, _, _) = fact.happening { true } else { false }
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

  func judged(_ happening: Happening, _ doubts: [BindingRule]) -> Expectation {
    let refused = doubts.filter { rules[$0] == .refuse }
    if !refused.isEmpty { return .refused(Set(refused.map(\.rawValue))) }
    let noted = doubts.filter { rules[$0] == .warn }
    return .recorded(happening, notes: Set(noted.map(\.rawValue)))
  }

  private func end(_ place: StationLane, _ reason: BindingEnd.Reason?) -> Expectation {
    guard exists(place) else { return .impossible(["lane"]) }
    guard let lot = lot(at: place)?.lot else { return .impossible(["idle"]) }
    return judged(.ended(lot, place, reason), [])
  }

  private func pass(
    _ serial: SerialNumber,
    _ event: UnitPassage.Event,
    _ place: StationLane
  ) -> Expectation {
    guard exists(place) else { return .impossible(["lane"]) }
    let lot = lot(at: place)
    let known = unit(serial, at: place)
    // Of a lot that has ended only what is still inside is known.
    let isOfLot = known?.binding == lot?.seq && lot != nil
    let isScrapped = lot.map { wasScrapped(serial, of: $0.lot) } ?? false
    switch event {
    case .entered:
      guard let lot else { return .impossible(["idle"]) }
      if isScrapped { return .impossible(["scrapped"]) }
      if isOfLot, known?.event == .entered { return .impossible(["inside"]) }
      return judged(.unit(serial, event, place, binding: lot.seq), [])
    case .left, .removed, .scrapped:
      let isThere =
        known?.event == .entered
        || event == .scrapped && isOfLot && [.left, .removed].contains(known?.event)
      guard let known, isThere else { return .impossible([isScrapped ? "scrapped" : "outside"]) }
      return judged(.unit(serial, event, place, binding: known.binding), [])
    }
  }

  /// Whether a unit of a lot was ever scrapped, wherever.
  private func wasScrapped(_ serial: SerialNumber, of lot: LotID) -> Bool {
    facts.contains { fact in
      guard case .unit(serial, .scrapped, _, let binding) = fact.happening else { return false }
      return facts.contains { start in
        if case .started(lot, _, _) = start.happening { start.seq == binding } else { false }
      }
    }
  }

  private func signOn(_ name: Label, _ station: StationID, _ replacing: Bool) -> Expectation {
    let others = replacing ? [] : crew(at: station).names.filter { $0 != name }
    return judged(.crew(others + [name], station, came: name), doubts(of: name, at: station))
  }

  private func signOff(_ name: Label, _ station: StationID) -> Expectation {
    let names = crew(at: station).names
    guard names.contains(name) else { return .impossible(["not there"]) }
    return judged(.crew(names.filter { $0 != name }, station, came: nil), [])
  }
}
