import LotBinding
package import Telemetry
package import TestSupport

/// One random sequence of events, carried out by ``Bindings`` and by the model.
package struct ModelRun {
  private static let timeOut = 60

  private var source: EventSource
  private(set) var bindings: Bindings
  package private(set) var model: ReferencePlant
  private let plan: BindingPlan

  /// The journal, as bytes.
  package private(set) var journal: JournalBuilder

  /// The layout of this run's frames.
  private var layout = 0

  /// The events so far, for whoever looks for what went wrong.
  package private(set) var events: [PlantEvent] = []

  package init(seed: UInt64) throws {
    source = EventSource(SeededGenerator(seed: seed))
    plan = BindingPlan(
      stations: [
        ReferencePlant.oven: [ReferencePlant.front, ReferencePlant.rear],
        ReferencePlant.stand: [],
      ],
      rules: BindingRules(source.verdicts()),
      crews: CrewRules(timeOut: .seconds(Self.timeOut))
    )
    bindings = Bindings(plan)
    model = ReferencePlant(rules: plan.rules, timeOut: Self.timeOut)
    journal = try JournalBuilder(start: PlantClock.zero)
    for bytes in journal.records { bindings.apply(try RecordCoding.decode(bytes)) }
    model.second = 1
    try describeFrames()
  }

  /// Carries out so many events.
  ///
  /// - Returns: Where the two differ; nil when they agree to the end.
  package mutating func run(_ count: Int) throws -> String? {
    for _ in 0..<count {
      let event = source.next(at: model)
      events.append(event)
      if let difference = try carryOut(event) ?? announce() ?? signOffWhoIsLate() ?? compare() {
        return "\(event): \(difference)"
      }
    }
    return nil
  }

  package var now: Instant { model.clock.instant(at: model.second) }

  private var uptime: Duration { .seconds(model.second) }

  private mutating func carryOut(_ event: PlantEvent) throws -> String? {
    switch event {
    case .wait(let seconds): model.second += seconds
    case .scan(let ago): return try scan(ago)
    case .setClock(let step): try setClock(by: step)
    case .restart(let pause, let setBack): try restart(after: pause, setBack: setBack)
    case .list(let states):
      model.put(lots: states)
      try record(.plantList(Self.part(.lots, Self.entries(of: states))))
    case .operators(let stations):
      model.put(operators: stations)
      try record(.plantList(Self.part(.operators, Self.entries(of: stations))))
    default: return try attempt(event)
    }
    return nil
  }

  /// Has an event judged by both, and recorded where both let it.
  private mutating func attempt(_ event: PlantEvent) throws -> String? {
    guard let expected = model.expectation(of: event) else {
      return "the model knows no such event"
    }
    let judged: Result<Judgement, ReferencePlant.Refusal> = judge(event)
    switch (judged, expected) {
    case (.failure(.rules(let codes)), .refused(let expected)) where codes == expected: return nil
    case (.failure(.impossible(let reason)), .impossible(let reasons)):
      return reasons.contains(reason) ? nil : "\(reason), where the model has \(reasons)"
    case (.success(let judgement), .recorded(let happening, let notes)):
      let codes = Set(judgement.notes.map(\.code))
      guard let made = ReferencePlant.Happening(judgement.content), made == happening,
        codes == notes
      else { return "\(judgement.content) with \(codes), where the model has \(expected)" }
      model.add(happening, seq: journal.records.count + 1)
      try record(judgement.content)
      return nil
    default: return "\(judged), where the model has \(expected)"
    }
  }

  private func judge(_ event: PlantEvent) -> Result<Judgement, ReferencePlant.Refusal> {
    do throws(BindingError) {
      if case .correct(let order) = event {
        do throws(CorrectionError) { return .success(try bindings.correct(order, now: now)) } catch
        {
          return .failure(ReferencePlant.Refusal(error))
        }
      }
      return .success(try judgement(event))
    } catch {
      return .failure(ReferencePlant.Refusal(error))
    }
  }

  private func judgement(_ event: PlantEvent) throws(BindingError) -> Judgement {
    switch event {
    case .start(let order): try bindings.start(order, now: now)
    case .end(let place, let reason): try bindings.end(place, reason)
    case .unit(let serial, let event, let place):
      try bindings.pass(serial, event, at: place, source: .scan)
    case .signOn(let name, let station, let replacing):
      try bindings.signOn(name, at: station, replacing: replacing, now: now, local: NoZone())
    case .signOff(let name, let station): try bindings.signOff(name, from: station)
    case .load(let order): try bindings.load(order, at: now)
    case .unload(let order): try bindings.unload(order)
    case .use(let order): try bindings.consume(order, at: now)
    case .correct, .list, .operators, .scan, .wait, .setClock, .restart:
      preconditionFailure("nothing is to be judged by the rules of a command")
    }
  }

  /// Writes a record, and has it applied as it is read back; then a second passes.
  private mutating func record(_ content: Record.Content) throws {
    journal.time = now
    try journal.add(content)
    guard let bytes = journal.records.last else { return }
    bindings.apply(try RecordCoding.decode(bytes), uptime: uptime)
    model.second += 1
  }
}

// MARK: Clocks, runs and frames

extension ModelRun {
  private mutating func describeFrames() throws {
    layout = journal.records.count + 1
    try record(
      .layout(
        FrameLayout(
          device: DeviceID(checked: "room"),
          group: "air",
          profile: "room",
          profileHash: .sha256([]),
          periodMilliseconds: 1_000,
          stations: ReferencePlant.stations,
          signals: [SignalDescription(name: "humidity")]
        )
      )
    )
  }

  /// The clock shows another time from the next second on.
  private mutating func setClock(by step: Int) throws {
    let expected = PlantClock.instant(model.clock.wall(at: model.second))
    let wall = model.clock.wall(at: model.second) + step
    model.clock.set(to: wall, at: model.second, lastSeen: model.second)
    try recordStep(from: expected, step: step)
  }

  private mutating func recordStep(from: Instant, step: Int?) throws {
    try record(
      .clockStep(
        ClockStep(
          epoch: model.clock.steps,
          stepMicroseconds: step.map { $0 * 1_000_000 },
          from: from,
          to: now
        )
      )
    )
  }

  private mutating func restart(after pause: Int, setBack: Int) throws {
    bindings = Bindings(plan)
    for bytes in journal.records { bindings.apply(try RecordCoding.decode(bytes)) }
    // The last record is of a second ago.
    let last = model.second - 1
    let shown = model.clock.wall(at: last)
    model.second += pause
    model.started = model.second
    if setBack > 0 {
      model.clock.set(to: shown - setBack, at: model.second, lastSeen: last)
      try recordStep(from: PlantClock.instant(shown), step: nil)
    }
    try describeFrames()
  }

  private mutating func scan(_ ago: Int) throws -> String? {
    let second = max(model.second - ago, model.started, model.clock.lastSet)
    let bound = ReferencePlant.stations.map { bindings.inForce(at: $0, uptime: .seconds(second)) }
    let expected = ReferencePlant.stations.map { Bound(model.lots(at: $0, second: second)) }
    guard bound == expected else { return "a scan is bound to \(bound), model: \(expected)" }
    let seq = journal.records.count + 1
    model.add(
      ReferencePlant.Scan(seq: seq, second: second, bound: Set(bound.flatMap(\.bindings)))
    )
    try record(
      .frame(
        Frame(
          at: model.clock.instant(at: second),
          spanMicroseconds: 1_840,
          layout: layout,
          bindings: bound,
          crews: ReferencePlant.stations.map {
            bindings.crewInForce(at: $0, uptime: .seconds(second))
          },
          readings: [Reading(.integer(Int64(seq)))]
        )
      )
    )
    return nil
  }

  /// Records what the calendar says of material.
  private mutating func announce() throws -> String? {
    let events = bindings.calendarEvents(at: now)
    let told = events.compactMap { event in
      event.load.map { ReferencePlant.Happening.told($0, event.kind) }
    }
    let expected = model.calendar()
    guard told == expected, events.count == told.count else {
      return "\(events.map(\.kind)) are told, where the model has \(expected)"
    }
    for (event, happening) in zip(events, told) {
      model.add(happening, seq: journal.records.count + 1)
      try record(.event(event))
    }
    return nil
  }

  private mutating func signOffWhoIsLate() throws -> String? {
    while let late = model.timedOut() {
      let moment = Moment(wall: now, uptime: uptime)
      guard let content = bindings.timeOut(at: moment) else { return "\(late) is not timed out" }
      let names = model.crew(at: late.station).names.filter { $0 != late.name }
      let expected = ReferencePlant.Happening.crew(names, late.station, came: nil)
      guard ReferencePlant.Happening(content) == expected else {
        return "\(content), not \(expected)"
      }
      model.add(expected, seq: journal.records.count + 1)
      try record(content)
    }
    let more = bindings.timeOut(at: Moment(wall: now, uptime: uptime))
    return more.map { "\($0) is timed out too early" }
  }

  /// A moment that the agent still remembers.
  mutating func randomMoment() -> Int {
    // Of each place, the agent remembers the last seven changes.
    let changes = model.facts.suffix(7).map(\.second)
    return source.number(max(model.started, changes.first ?? 0)...model.second)
  }
}
