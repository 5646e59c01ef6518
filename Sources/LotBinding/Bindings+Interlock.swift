package import Telemetry

/// Whether lots may run at a station now, by the rules that hold for a start.
package struct RunJudgement: Sendable, Hashable {
  /// The lots that it is about.
  package let lots: [LotID]

  /// What would refuse a start, and what a start would be warned of.
  package private(set) var reasons: [BindingNote] = []
  package private(set) var warnings: [BindingNote] = []

  init(lots: [LotID]) { self.lots = lots }

  /// Takes what was found of one lot; two lots can have the same to say of the station.
  fileprivate mutating func take(_ check: RuleCheck) {
    reasons += check.refused.filter { !reasons.contains($0) }
    warnings += check.warned.filter { !warnings.contains($0) }
  }
}

extension Bindings {
  /// Judges whether a lot may run at a station now, or all that are in work there.
  ///
  /// - Parameters:
  ///   - lot: The lot; nil for those in work.
  ///   - station: Where.
  ///   - lane: The lane; nil for all of them.
  ///   - now: When.
  /// - Returns: What stops it, and what is doubtful.
  /// - Throws: ``BindingError`` for an unknown station or lane.
  package func mayRun(
    _ lot: LotID?,
    at station: StationID,
    lane: LaneID?,
    now: Instant
  ) throws(BindingError) -> RunJudgement {
    if let lane { try plan.check(StationLane(station, lane)) } else { try plan.check(station) }
    let active = lots.active(at: station).filter { lane == nil || $0.binding.lane == lane }
    guard let lot else { return judge(active, now) }
    let running = active.filter { $0.binding.lot == lot }
    if !running.isEmpty { return judge(running, now) }
    var judgement = RunJudgement(lots: [lot])
    let order = LotOrder(station: station, lane: lane, lot: lot)
    judgement.take(check(order.lot, at: order.place, program: order.programToRun(lists), now))
    return judgement
  }

  private func judge(_ active: [Lots.Active], _ now: Instant) -> RunJudgement {
    var judgement = RunJudgement(lots: active.map(\.binding.lot))
    for active in active {
      let binding = active.binding
      judgement.take(
        check(
          binding.lot,
          at: active.place,
          program: binding.program,
          by: binding.operatorName,
          now
        )
      )
    }
    return judgement
  }

  /// Finds what the rules say of one lot; where nobody is signed on, of who started it.
  private func check(
    _ lot: LotID,
    at place: StationLane,
    program: Label?,
    by starter: Label? = nil,
    _ now: Instant
  ) -> RuleCheck {
    var check = RuleCheck(plan.rules)
    lots.judge(lot, lists, besides: place, &check)
    check.findProgram(program, at: place.station, lists)
    let crew = crews.names(at: place.station)
    if crew.isEmpty {
      if let starter {
        check.findOperator(starter, at: [place.station], program: program, lists, now: now)
      }
      check.find(.nobodySignedOn, "nobody is signed on at \(place.station)")
    }
    check.findQualified(among: crew, at: place.station, program: program, lists, now: now)
    checkSurroundings(of: place.station, at: now, in: &check)
    return check
  }
}

extension RuleCheck {
  /// Finds that nobody of a crew is qualified; one who is, is enough.
  fileprivate mutating func findQualified(
    among crew: [Label],
    at station: StationID,
    program: Label?,
    _ lists: PlantLists,
    now: Instant
  ) {
    let checks = crew.map { who in
      var check = RuleCheck(.warningOfAll)
      check.findOperator(who, at: [station], program: program, lists, now: now)
      return check
    }
    guard let first = crew.first, checks.allSatisfy({ !$0.found.isEmpty }) else { return }
    findOperator(first, at: [station], program: program, lists, now: now)
  }
}
