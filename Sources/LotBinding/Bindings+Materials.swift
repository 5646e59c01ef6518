package import Telemetry

extension Bindings {
  /// Loads a material lot.
  ///
  /// - Returns: What to record.
  /// - Throws: ``BindingError`` for an unknown station, material that is loaded there already, or what
  ///   a rule refuses.
  package func load(_ order: MaterialOrder, at now: Instant) throws(BindingError) -> Judgement {
    try plan.check(order.station)
    return try materials.load(
      order,
      amid: loaded(at: order.station),
      at: now,
      rules: plan.rules,
      lists: lists
    )
  }

  /// Takes a material lot away.
  ///
  /// - Returns: What to record.
  /// - Throws: ``BindingError`` for an unknown station or material that is not loaded there.
  package func unload(_ order: UnloadOrder) throws(BindingError) -> Judgement {
    try plan.check(order.station)
    return try materials.unload(order, amid: loaded(at: order.station))
  }

  /// Records that an instrument was calibrated.
  ///
  /// - Returns: What to record.
  /// - Throws: ``BindingError`` for dates that cannot be, or what a rule refuses.
  package func calibrate(
    _ calibration: Calibration,
    at now: Instant
  ) throws(BindingError) -> Judgement {
    let calibration = calibration.done(by: now)
    try Instruments.check(calibration, at: now)
    var check = RuleCheck(plan.rules)
    if plan.instruments[calibration.instrument] == nil {
      let known = plan.instruments.keys.sorted().map(\.text).joined(separator: ", ")
      check.find(
        .instrumentUnknown,
        "no signal here is of instrument \(calibration.instrument); "
          + (known.isEmpty ? "none names an instrument" : "those that are named: \(known)")
      )
    }
    let notes = try check.notes()
    return Judgement(.calibration(calibration), notes: notes)
  }

  /// What is wrong with loaded material at a moment, whatever the rules say.
  package func doubts(about loaded: Materials.Loaded, at now: Instant) -> [BindingNote] {
    var check = RuleCheck(.warningOfAll)
    MaterialDoubts(loaded.load, at: now, lists, knownContent: nil).findWhatMayChange(in: &check)
    return (try? check.notes()) ?? []
  }

  /// Says of a lot that is to start at a station what is wrong with the material that stands there,
  /// and with the instruments that it is measured by.
  func checkSurroundings(of station: StationID, at now: Instant, in check: inout RuleCheck) {
    for there in loaded(at: station) {
      MaterialDoubts(there.load, at: now, lists, knownContent: nil).findWhatMayChange(in: &check)
    }
    for instrument in plan.instruments.keys.sorted()
    where plan.instruments[instrument]?.contains(station) == true {
      let standing = instruments.standing(of: instrument, at: now)
      if let doubt = standing.doubt { check.find(.calibrationOverdue, doubt) }
    }
  }

  /// What has happened by the calendar alone and is not recorded yet: material that has expired,
  /// instruments that are due.
  package func calendarEvents(at now: Instant) -> [Event] {
    materials.events(at: now, lists, corrections)
      + instruments.events(of: plan.instruments.keys.sorted(), at: now)
  }
}
