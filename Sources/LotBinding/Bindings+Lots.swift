package import Telemetry

extension Bindings {
  /// Starts a lot.
  ///
  /// - Returns: What to record.
  /// - Throws: ``BindingError`` for an unknown station, a lane that works on a lot already, and what
  ///   the rules refuse.
  package func start(_ order: LotOrder, now: Instant) throws(BindingError) -> Judgement {
    let place = order.place
    try plan.check(place)
    try lots.checkFree(place)
    let crew = crews.names(at: place.station)
    guard let said = order.operatorName ?? (crew.count == 1 ? crew.first : nil) else {
      throw .operatorNeeded(place.station, crew: crew)
    }
    let name = lists.name(of: said)
    let program = order.programToRun(lists)
    var check = RuleCheck(plan.rules)
    lots.judge(order.lot, lists, &check)
    check.findProgram(program, at: place.station, lists)
    check.findOperator(said, at: [place.station], program: program, lists, now: now)
    if crew.isEmpty {
      check.find(
        .nobodySignedOn,
        "nobody is signed on at \(place.station), so its readings will not say who was there; sign "
          + "on: lotline operator on \(place.station) \(name)"
      )
    }
    checkSurroundings(of: place.station, at: now, in: &check)
    let notes = try check.notes()
    let binding = try order.completed(by: lists, operatorName: name, notes: notes.codes)
    return Judgement(.binding(binding), notes: notes)
  }

  /// Ends the lot at a place.
  ///
  /// - Returns: What to record.
  /// - Throws: ``BindingError`` for an unknown station or lane, or one without a lot.
  package func end(
    _ place: StationLane,
    _ reason: BindingEnd.Reason? = nil
  ) throws(BindingError) -> Judgement {
    // A lot of an earlier configuration may be where there is no place for one any more.
    if lots.active(at: place) == nil { try plan.check(place) }
    return try lots.end(place, reason)
  }

  /// Records that a board or device came or went.
  ///
  /// - Returns: What to record.
  /// - Throws: ``BindingError`` for an unknown station or lane, a unit that comes where no lot is
  ///   active, and one that comes twice or goes without having come.
  package func pass(
    _ serial: SerialNumber,
    _ event: UnitPassage.Event,
    at place: StationLane,
    source: UnitPassage.Source,
    operatorName: Label? = nil
  ) throws(BindingError) -> Judgement {
    try plan.check(place)
    let binding = try units.binding(of: serial, event, at: place, lot: lots.active(at: place))
    return Judgement(
      .unit(
        UnitPassage(
          station: place.station,
          lane: place.lane,
          binding: binding,
          serial: serial,
          event: event,
          source: source,
          operatorName: operatorName.map(lists.name)
        )
      )
    )
  }
}
