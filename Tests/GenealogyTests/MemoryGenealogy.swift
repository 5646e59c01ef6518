import Genealogy
import Telemetry

/// Facts in arrays, as a store would answer them.
struct MemoryGenealogy: GenealogyStore {
  var visits: [StationVisit] = []
  var stays: [MaterialStay] = []
  var consumptions: [RecordedConsumption] = []
  var clockSteps: [RecordedClockStep] = []
  var writes: [RecordedWrite] = []
  var crews: [RecordedCrew] = []
  var units: [Int: [UnitStay]] = [:]
  var corrections: [RecordedCorrection] = []
  var calibrations: [RecordedCalibration] = []

  func calibrations(of instrument: Label) -> [RecordedCalibration] {
    calibrations.filter { $0.calibration.instrument == instrument }
  }

  func visits(of lot: LotID) -> [StationVisit] {
    visits.filter { $0.binding.lot == lot }.map { $0.with(signals: [], clockSteps: [], writes: []) }
  }

  func clockSteps(during span: RecordSpan) -> [RecordedClockStep] {
    clockSteps.filter { recorded in
      recorded.record.agent == span.start.agent && span.start.seq < recorded.record.seq
        && recorded.record.seq < span.end ?? .max
    }
  }

  func writes(during visit: StationVisit) -> [RecordedWrite] {
    writes.filter { write in
      write.order.stations.contains(visit.binding.station)
        && write.record.agent == visit.span.start.agent
        && visit.span.start.seq < write.record.seq && write.record.seq < visit.span.end ?? .max
    }
  }

  func crews(during visit: StationVisit) -> [RecordedCrew] {
    crews.filter { crew in
      crew.crew.station == visit.binding.station && crew.record.agent == visit.span.start.agent
        && visit.span.start.seq < crew.record.seq && crew.record.seq < visit.span.end ?? .max
    }
  }

  func units(of visit: StationVisit) -> [UnitStay] { units[visit.span.start.seq] ?? [] }

  func figures(of unit: UnitStay, during visit: StationVisit) -> UnitFigures? { unit.figures }

  func signals(during visit: StationVisit) -> [SignalSummary] {
    visits.first { $0.span == visit.span }?.signals ?? []
  }

  func stays(of lot: LotID) -> [MaterialStay] { stays.filter { $0.load.lot == lot } }

  func stays(during visit: StationVisit) -> [MaterialStay] {
    stays.filter { $0.load.station == visit.binding.station && $0.span.overlaps(visit.span) }
  }

  func visits(during stay: MaterialStay) -> [StationVisit] {
    visits.filter { $0.binding.station == stay.load.station && $0.span.overlaps(stay.span) }
      .map { $0.with(signals: [], clockSteps: [], writes: []) }
  }

  func consumptions(into lot: LotID) -> [RecordedConsumption] {
    consumptions.filter { $0.consumption.output == lot }
  }

  func consumptions(of lot: LotID) -> [RecordedConsumption] {
    consumptions.filter { $0.consumption.input == lot }
  }
}

extension MemoryGenealogy {
  static let journal = "4f2a90c1d3e5b7a9886655443322110f"

  static func reference(_ seq: Int, agent: String = "line-a") throws -> RecordReference {
    RecordReference(agent: try AgentID(agent), journal: journal, seq: seq)
  }

  /// 2026-11-24T12:00:00Z and `seq` minutes.
  static func time(_ seq: Int) -> Instant {
    Instant(microseconds: 1_795_521_600_000_000 + Int64(seq) * 60_000_000)
  }

  mutating func visit(
    _ lot: String,
    at station: String,
    part: String = "part",
    _ seq: Int,
    to end: Int? = nil,
    operatorName: String = "A. Meier",
    program: String? = nil,
    agent: String = "line-a",
    signals: [SignalSummary] = []
  ) throws {
    visits.append(
      StationVisit(
        span: RecordSpan(start: try Self.reference(seq, agent: agent), end: end),
        site: try Label("Zug"),
        binding: Binding(
          station: try StationID(station),
          lot: try LotID(lot),
          part: try Label(part),
          workOrder: try Label("WO-7001"),
          operatorName: try Label(operatorName),
          program: try program.map { try Label($0) }
        ),
        from: Self.time(seq),
        to: end.map(Self.time),
        signals: signals
      )
    )
  }

  mutating func stay(
    _ lot: String,
    at station: String,
    material: String = "material",
    _ seq: Int,
    to end: Int? = nil,
    agent: String = "line-a"
  ) throws {
    stays.append(
      MaterialStay(
        span: RecordSpan(start: try Self.reference(seq, agent: agent), end: end),
        load: MaterialLoad(
          station: try StationID(station),
          lot: try LotID(lot),
          material: try Label(material),
          operatorName: try Label("A. Meier"),
          certificate: try Label("C-\(lot)")
        ),
        from: Self.time(seq),
        to: end.map(Self.time)
      )
    )
  }

  /// A step by so many seconds, nil while the agent did not run, away from where the clock showed
  /// the time of `seq`.
  mutating func setClock(
    _ seq: Int,
    seconds: Int?,
    to: Instant? = nil,
    agent: String = "line-a"
  ) throws {
    let from = Self.time(seq)
    clockSteps.append(
      RecordedClockStep(
        record: try Self.reference(seq, agent: agent),
        step: ClockStep(
          epoch: clockSteps.count + 1,
          stepMicroseconds: seconds.map { $0 * 1_000_000 },
          from: from,
          to: to ?? from.advanced(by: .seconds(seconds ?? 0))
        )
      )
    )
  }

  mutating func consume(_ input: String, into output: String, _ seq: Int, _ quantity: Double? = nil)
    throws
  {
    consumptions.append(
      RecordedConsumption(
        record: try Self.reference(seq),
        at: Self.time(seq),
        consumption: Consumption(
          output: try LotID(output),
          input: try LotID(input),
          quantity: quantity,
          operatorName: try Label("P. Rossi")
        )
      )
    )
  }

  func corrections(of lot: LotID) throws -> [RecordedCorrection] {
    corrections.filter { $0.recordedLot == lot }
  }

  func trace(_ lot: String, upwards: Bool = true, limits: TraceLimits = TraceLimits()) throws
    -> LotTrace?
  {
    try LotTracer(self, limits: limits)
      .trace(LotID(lot), at: Self.time(500), upwards: upwards)
  }
}
