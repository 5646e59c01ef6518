import LotBinding
import Telemetry
import TestSupport

/// One random sequence of events, carried out by ``Bindings`` and by the model.
struct ModelRun {
  private static let timeOut = 60
  private static let zero = Instant(microseconds: 1_795_521_600_000_000)

  private var random: SeededGenerator
  private var bindings: Bindings
  private var model: ReferencePlant
  private let plan: BindingPlan

  /// The journal, as bytes.
  private var journal: [[UInt8]] = []
  private var second = 0

  /// From when on the agent remembers what was in force.
  private var restarted = 0

  /// The events so far, for whoever looks for what went wrong.
  private(set) var events: [PlantEvent] = []

  init(seed: UInt64) {
    random = SeededGenerator(seed: seed)
    var verdicts: [BindingRule: BindingRules.Verdict] = [:]
    for rule in BindingRule.allCases where Bool.random(using: &random) {
      verdicts[rule] = BindingRules.Verdict.allCases.randomElement(using: &random)
    }
    plan = BindingPlan(
      stations: [Plant.oven: [Plant.front, Plant.rear], Plant.stand: []],
      rules: BindingRules(verdicts),
      crews: CrewRules(timeOut: .seconds(Self.timeOut))
    )
    bindings = Bindings(plan)
    model = ReferencePlant(rules: plan.rules, timeOut: Self.timeOut)
  }

  /// Carries out so many events.
  ///
  /// - Returns: Where the two differ; nil when they agree to the end.
  mutating func run(_ count: Int) throws -> String? {
    for _ in 0..<count {
      let event = PlantEvent.random(using: &random)
      events.append(event)
      if let difference = try carryOut(event) ?? signOffWhoIsLate() ?? compare() {
        return difference
      }
    }
    return nil
  }

  private var now: Instant { Self.zero.advanced(by: .seconds(second)) }

  private mutating func carryOut(_ event: PlantEvent) throws -> String? {
    switch event {
    case .wait(let seconds):
      second += seconds
      return nil
    case .restart:
      bindings = Bindings(plan)
      for bytes in journal { bindings.apply(try RecordCoding.decode(bytes)) }
      restarted = second
      return nil
    case .list(let states):
      model.put(lots: states)
      try record(.plantList(Self.part(.lots, Self.entries(of: states))))
      return nil
    case .operators(let stations):
      model.put(operators: stations)
      try record(.plantList(Self.part(.operators, Self.entries(of: stations))))
      return nil
    default: break
    }
    let expected = model.expectation(of: event)
    let outcome: ReferencePlant.Expectation
    do throws(BindingError) {
      let judgement = try judge(event)
      let happening = Self.happening(judgement.content)
      outcome = .recorded(happening, notes: Set(judgement.notes.map(\.code)))
      if outcome == expected {
        let seq = journal.count + 1
        model.add(happening, seq: seq, second: second)
        do { try record(judgement.content) } catch { return "\(error)" }
      }
    } catch {
      outcome = Self.expectation(error)
    }
    return outcome == expected
      ? nil : "\(event): \(outcome), where the model has \(String(describing: expected))"
  }

  private func judge(_ event: PlantEvent) throws(BindingError) -> Judgement {
    switch event {
    case .start(let order): try bindings.start(order, now: now)
    case .end(let place, let reason): try bindings.end(place, reason)
    case .unit(let serial, let event, let place):
      try bindings.pass(serial, event, at: place, source: .scan)
    case .signOn(let name, let station, let replacing):
      try bindings.signOn(name, at: station, replacing: replacing, now: now, local: NoZone())
    case .signOff(let name, let station): try bindings.signOff(name, from: station)
    case .list, .operators, .wait, .restart: preconditionFailure("nothing is to be judged")
    }
  }

  /// Writes a record, and has it applied as it is read back.
  private mutating func record(_ content: Record.Content) throws {
    let bytes = try RecordCoding.encode(Record(seq: journal.count + 1, at: now, content: content))
    journal.append(bytes)
    bindings.apply(try RecordCoding.decode(bytes), uptime: .seconds(second))
  }

  private mutating func signOffWhoIsLate() throws -> String? {
    while let late = model.timedOut(second: second) {
      let moment = Moment(wall: now, uptime: .seconds(second))
      guard let content = bindings.timeOut(at: moment) else { return "\(late) is not timed out" }
      let names = model.crew(at: late.station).names.filter { $0 != late.name }
      let expected = ReferencePlant.Happening.crew(names, late.station, came: nil)
      guard Self.happening(content) == expected else { return "\(content), not \(expected)" }
      model.add(expected, seq: journal.count + 1, second: second)
      try record(content)
    }
    let more = bindings.timeOut(at: Moment(wall: now, uptime: .seconds(second)))
    return more.map { "\($0) is timed out too early" }
  }
}

// MARK: Comparing

extension ModelRun {
  /// All that can be seen of both, and a reading at a random moment.
  private mutating func compare() -> String? {
    for station in [Plant.oven, Plant.stand] {
      let crew = bindings.crews.crew(at: station)
      let names = (crew?.members ?? []).map(\.name)
      let expected = model.crew(at: station)
      if names != expected.names || crew?.seq != expected.seq {
        return "\(names) at \(station), where the model has \(expected)"
      }
      for lane in plan.stations[station].map({ $0.isEmpty ? [nil] : $0.map(Optional.init) }) ?? [] {
        if let difference = compare(StationLane(station, lane)) { return difference }
      }
      if let difference = reading(at: station) { return difference }
    }
    return nil
  }

  private func compare(_ place: StationLane) -> String? {
    let active = bindings.lots.active(at: place)
    let expected = model.lot(at: place)
    if active?.binding.lot != expected?.lot || active?.seq != expected?.seq {
      return "\(String(describing: active)) at \(place), model: \(String(describing: expected))"
    }
    let inside = bindings.units.inside(place).map(\.serial)
    if inside.count != Set(inside).count || Set(inside) != model.inside(place) {
      return "\(inside) inside \(place), where the model has \(model.inside(place))"
    }
    return nil
  }

  /// A reading of a moment that the agent still remembers is bound as it was then.
  private mutating func reading(at station: StationID) -> String? {
    let moment = Int.random(in: remembered(at: station)...second, using: &random)
    let lanes: [LaneID?] = station == Plant.oven ? [Plant.front, Plant.rear] : [nil]
    let expected = lanes.compactMap { model.lot(at: StationLane(station, $0), second: moment)?.seq }
    let bound = bindings.inForce(at: station, uptime: .seconds(moment))
    if bound != Bound(expected) {
      return "a reading of \(moment) s at \(station) is bound to \(bound), model: \(expected)"
    }
    let crew = bindings.crewInForce(at: station, uptime: .seconds(moment))
    let there = model.crew(at: station, second: moment).seq
    return crew == there
      ? nil : "crew \(String(describing: crew)), model: \(String(describing: there))"
  }

  /// The earliest second from which on the last seven changes at every place are later.
  private func remembered(at station: StationID) -> Int {
    let changes = model.facts.suffix(7).map(\.second)
    return max(restarted, changes.first ?? 0)
  }

  private static func expectation(_ error: BindingError) -> ReferencePlant.Expectation {
    switch error {
    case .refused(let notes): .refused(Set(notes.map(\.code)))
    case .laneNeeded, .unknownLane: .impossible("lane")
    case .busy: .impossible("busy")
    case .idle: .impossible("idle")
    case .operatorNeeded: .impossible("operator")
    case .unitInside: .impossible("inside")
    case .unitNotInside: .impossible("outside")
    case .unitScrapped: .impossible("scrapped")
    case .notSignedOn: .impossible("not there")
    default: .impossible("\(error)")
    }
  }

  private static func happening(_ content: Record.Content) -> ReferencePlant.Happening {
    switch content {
    case .binding(let binding):
      .started(binding.lot, StationLane(binding.station, binding.lane))
    case .bindingEnd(let end): .ended(end.lot, StationLane(end.station, end.lane), end.reason)
    case .unit(let unit):
      .unit(unit.serial, unit.event, StationLane(unit.station, unit.lane), binding: unit.binding)
    case .crew(let crew):
      .crew(
        crew.operators,
        crew.station,
        came: [.on, .replaced].contains(crew.change) ? crew.operatorName : nil
      )
    default: preconditionFailure("\(content) is no happening of the model")
    }
  }

  private static func part(
    _ list: PlantListName,
    _ entries: [PlantListEntry]
  ) -> PlantListPart {
    PlantListPart(
      head: PlantListHead(
        list: list,
        revision: 1,
        sha256: .sha256([]),
        count: entries.count,
        by: Label(checked: "qa"),
        at: zero
      ),
      uplink: "hub",
      base: nil,
      part: 1,
      hasMore: false,
      entries: entries,
      removed: []
    )
  }

  private static func entries(of states: [LotID: ListedLot.State]) -> [PlantListEntry] {
    states.map { .lot(ListedLot(lot: $0.key, state: $0.value)) }
  }

  private static func entries(of stations: [Label: [StationID]]) -> [PlantListEntry] {
    stations.map { name, stations in
      .person(
        ListedOperator(
          name: name,
          qualifications: stations.map { ListedOperator.Qualification(station: $0) }
        )
      )
    }
  }
}

/// Clocks on the wall that show UTC.
private struct NoZone: LocalTime {
  func offsetSeconds(at instant: Instant) -> Int { 0 }
}
