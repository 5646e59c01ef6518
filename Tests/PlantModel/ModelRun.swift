import LotBinding
package import Telemetry
package import TestSupport

/// One random sequence of events, carried out by ``Bindings`` and by the model.
package struct ModelRun {
  private static let timeOut = 60

  var source: EventSource
  var bindings: Bindings
  package internal(set) var model: ReferencePlant
  let plan: BindingPlan

  /// The journal, as bytes.
  package private(set) var journal: JournalBuilder

  /// The layouts of this run's frames.
  var layout = 0
  var beltLayoutSeq = 0

  /// What is where on the conveyor, and until when the agent has followed it.
  var transit = Transit(ModelRun.conveyor, at: .zero)
  var followed = 0

  /// Readings of the conveyor, and those of which it was sure what they are bound to.
  package internal(set) var beltReadings = 0
  package internal(set) var sureReadings = 0

  /// The events so far, for whoever looks for what went wrong.
  package private(set) var events: [PlantEvent] = []

  package init(seed: UInt64) throws {
    source = EventSource(SeededGenerator(seed: seed))
    plan = BindingPlan(
      stations: [
        ReferencePlant.oven: [ReferencePlant.front, ReferencePlant.rear],
        ReferencePlant.stand: [], ReferencePlant.wave: [],
      ],
      rules: BindingRules(source.verdicts()),
      crews: CrewRules(timeOut: .seconds(Self.timeOut)),
      instruments: [ReferencePlant.instrument: ReferencePlant.measured]
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

  var uptime: Duration { .seconds(model.second) }

  private mutating func carryOut(_ event: PlantEvent) throws -> String? {
    followBelt()
    switch event {
    case .wait(let seconds): return try wait(seconds)
    case .scan(let ago): return try scan(ago)
    case .setClock(let step): try setClock(by: step)
    case .restart(let pause, let setBack): try restart(after: pause, setBack: setBack)
    case .list(let states):
      model.put(lots: states)
      try record(.plantList(Self.part(.lots, Self.entries(of: states))))
    case .operators(let stations):
      model.put(operators: stations)
      try record(.plantList(Self.part(.operators, Self.entries(of: stations))))
    case .certificates(let listed):
      model.put(certificates: listed)
      try record(.plantList(Self.part(.certificates, Self.entries(of: listed))))
    case .belt(let speed): setBelt(speed: speed)
    case .speedSignal(let isGood): setSpeedSignal(isGood: isGood)
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
    case .calibrate(let calibration): try bindings.calibrate(calibration, at: now)
    case .correct, .list, .operators, .certificates, .scan, .wait, .belt, .speedSignal, .setClock,
      .restart:
      preconditionFailure("nothing is to be judged by the rules of a command")
    }
  }

  /// Writes a record, and has it applied as it is read back; then a second passes.
  mutating func record(_ content: Record.Content) throws {
    followBelt()
    journal.time = now
    try journal.add(stamped(content))
    guard let bytes = journal.records.last else { return }
    let record = try RecordCoding.decode(bytes)
    bindings.apply(record, uptime: uptime)
    if Self.isOnBelt(record.content) { transit.apply(record, uptime: uptime) }
    model.second += 1
  }
}
