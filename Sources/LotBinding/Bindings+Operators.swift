package import Telemetry

extension Bindings {
  /// Signs an operator on, or once more.
  ///
  /// - Parameters:
  ///   - who: Name or badge.
  ///   - station: Where.
  ///   - replacing: Whether all who are there are signed off.
  ///   - now: When.
  ///   - local: What the clock on the wall shows, by which shifts go.
  /// - Returns: What to record.
  /// - Throws: ``BindingError`` for an unknown station, and what the rules refuse.
  package func signOn(
    _ who: Label,
    at station: StationID,
    replacing: Bool = false,
    now: Instant,
    local: any LocalTime
  ) throws(BindingError) -> Judgement {
    try plan.check(station)
    var check = RuleCheck(plan.rules)
    let programs = lots.active(at: station).compactMap(\.binding.program)
    check.findOperator(who, at: [station], program: programs.first, lists, now: now)
    return try crews.signOn(
      lists.name(of: who),
      at: station,
      replacing: replacing,
      term: plan.crews.term(at: now, local: local),
      notes: try check.notes()
    )
  }

  /// Signs an operator off.
  ///
  /// - Returns: What to record.
  /// - Throws: ``BindingError`` for an unknown station, and somebody who is not signed on there.
  package func signOff(_ who: Label, from station: StationID) throws(BindingError) -> Judgement {
    let name = lists.name(of: who)
    if crews.crew(at: station) == nil { try plan.check(station) }
    return try crews.signOff(name, from: station)
  }

  /// What to record of the next operator whose time or shift is over; nil when there is none.
  package func timeOut(at now: Moment) -> Record.Content? { crews.timeOut(at: now) }

  /// Judges who has something written to a device.
  ///
  /// - Returns: What to record, with the name that the plant knows, and what is doubtful.
  /// - Throws: ``BindingError/refused(_:)``.
  package func write(_ order: WriteOrder, now: Instant) throws(BindingError) -> Judgement {
    var check = RuleCheck(plan.rules)
    check.findOperator(order.operatorName, at: order.stations, program: nil, lists, now: now)
    let notes = try check.notes()
    let name = lists.name(of: order.operatorName)
    return Judgement(.write(order.with(operatorName: name, notes: notes.codes)), notes: notes)
  }
}
