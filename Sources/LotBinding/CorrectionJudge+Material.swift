internal import Telemetry

extension CorrectionJudge {
  // MARK: Material

  func materialLate() throws(CorrectionError) -> Correction.Change {
    let from = try needed(order.from, "from")
    guard let to = order.to, order.record == nil else {
      let (entry, stay) = try material { $0.to.map { time(from) < $0 } ?? true }
      if stay.to == nil, order.to != nil { throw stillThere(stay) }
      try check(entry, stay, from: time(from), to: order.to.map(time))
      return .times(entry, from: from, to: order.to)
    }
    let station = try needed(order.station, "station")
    let lot = try needed(order.lot, "lot")
    let last = materials.lastLoad(of: lot)
    let material = try needed(order.material ?? last?.material, "material")
    let stated = stated(lot, material, at: station)
    let load = stated.load(at: from, after: last, lists)
    do throws(BindingError) { try plan.check(load.station) } catch { throw .binding(error) }
    try checkFree(Stay(load, from: time(from), to: time(to)), except: nil)
    return .insertMaterial(load, from: from, to: to)
  }

  func wrongMaterial() throws(CorrectionError) -> Correction.Change {
    let really = try needed(order.really, "really")
    let (entry, stay) = try material { _ in true }
    let old = stay.content
    let last = materials.lastLoad(of: really)
    var stated = stated(really, order.material ?? last?.material ?? old.material, at: old.station)
    stated.operatorName = stated.operatorName ?? old.operatorName
    (stated.quantity, stated.unit) = (old.quantity, old.unit)
    if stated.material == old.material {
      stated.kind = stated.kind ?? last?.kind ?? old.kind
      stated.part = stated.part ?? last?.part ?? old.part
    }
    let replacement = stated.load(at: stay.from.at, after: last, lists)
    if replacement == old.withoutCircumstances {
      throw .noChange("record \(entry) says that it was \(really)")
    }
    try checkFree(Stay(replacement, from: stay.from, to: stay.to), except: entry)
    return .replaceMaterial(entry, replacement)
  }

  func notUnloaded() throws(CorrectionError) -> Correction.Change {
    let to = try needed(order.to, "to")
    let (entry, stay) = try material { $0.from < time(to) }
    if stay.to == nil { throw stillThere(stay) }
    try check(entry, stay, from: nil, to: time(to))
    return .times(entry, from: nil, to: to)
  }

  private func stillThere(_ stay: Stay<MaterialLoad>) -> CorrectionError {
    .stillThere(stay.content.lot, at: StationLane(stay.content.station), isMaterial: true)
  }

  private func check(
    _ entry: Int,
    _ stay: Stay<MaterialLoad>,
    from: JournalTime?,
    to: JournalTime?
  ) throws(CorrectionError) {
    let moved = Stay(stay.content, from: from ?? stay.from, to: to ?? stay.to)
    if moved == stay { throw .noChange("record \(entry) says so") }
    if let to = moved.to { try checkSpan(moved.from, to) }
    try checkFree(moved, except: entry)
  }

  /// One material lot stands at a station once; several lots may stand there together.
  func checkFree(_ stay: Stay<MaterialLoad>, except entry: Int?) throws(CorrectionError) {
    for (other, there) in corrections.materials.corrected
    where other != entry && there.content.station == stay.content.station
      && there.content.lot == stay.content.lot && stay.overlaps(there)
    {
      throw .overlap(
        there.content.lot,
        at: StationLane(there.content.station),
        record: other,
        from: there.from.at,
        to: there.to?.at
      )
    }
  }

  /// The material's stay that is meant.
  func material(
    where fits: (Stay<MaterialLoad>) -> Bool
  ) throws(CorrectionError) -> (entry: Int, stay: Stay<MaterialLoad>) {
    if let entry = order.record {
      let stays = corrections.material(entry)
      return (entry, try standing(stays, entry, noun: "material was loaded"))
    }
    let station = try needed(order.station, "station")
    let lot = try needed(order.lot, "lot")
    let found = corrections.materials.corrected.filter { entry in
      let there = entry.stay.content
      return there.station == station && there.lot == lot && fits(entry.stay)
    }
    return try only(found, lot, StationLane(station), noun: "material lot")
  }

  /// What the order says of material; floor life and opening are known of a lot that was loaded
  /// before.
  private func stated(_ lot: LotID, _ material: Label, at station: StationID) -> MaterialOrder {
    var stated = MaterialOrder(station: station, lot: lot, material: material)
    stated.kind = order.kind
    stated.part = order.part
    stated.operatorName = order.operatorName.map(lists.name)
    stated.certificate = order.certificate
    stated.certificateReference = order.certificateReference
    stated.expires = order.expires
    return stated
  }

  /// What is doubtful about material that was there from a time on, where a rule would say so.
  func doubts(of change: Correction.Change) -> [BindingNote] {
    let (load, from): (MaterialLoad, Instant)
    switch change {
    case .insertMaterial(let inserted, let since, _): (load, from) = (inserted, since)
    case .replaceMaterial(let entry, let replacement):
      (load, from) = (replacement, corrections.material(entry)?.corrected?.from.at ?? now)
    default: return []
    }
    var check = RuleCheck(plan.rules)
    let known = load.certificateReference.flatMap(materials.content)
    MaterialDoubts(load, at: from, lists, knownContent: known).find(in: &check)
    return check.found
  }

  func notConsumed() throws(CorrectionError) -> Correction.Change {
    let entry = try needed(order.record, "record")
    guard let consumption = corrections.consumption(entry) else {
      throw .unknownRecord(entry, noun: "something went into something else")
    }
    if let by = corrections.correction(ofConsumption: entry) { throw .voided(entry, by: by) }
    return .notConsumed(entry, consumption)
  }

  // MARK: Operators

  func presence() throws(CorrectionError) -> Correction.Change {
    let station = try needed(order.station, "station")
    let name = lists.name(of: try needed(order.operatorName, "operator"))
    let wasThere = try needed(order.wasThere, "was_there")
    let from = try needed(order.from, "from")
    do throws(BindingError) { try plan.check(station) } catch { throw .binding(error) }
    let spans = corrections.crews.corrected(name, at: station)
    let start = time(from)
    let to: Instant
    if let said = order.to {
      to = said
    } else {
      to = try wasThere ? next(spans, name, start) : end(spans, name, start)
    }
    if start >= time(to) { throw .emptySpan(from: from, to: to) }
    let covered = spans.contains { $0.from <= start && $0.to.map { time(to) <= $0 } ?? true }
    let touched = spans.contains { $0.from < time(to) && $0.to.map { start < $0 } ?? true }
    if wasThere ? covered : !touched {
      let what = wasThere ? "was" : "was not"
      throw .noChange("what is recorded says that \(name) \(what) at \(station) then")
    }
    let presence = OperatorPresence(station: station, operatorName: name, wasThere: wasThere)
    return .presence(presence, from: from, to: to)
  }

  /// When somebody signed on who was there before.
  private func next(
    _ spans: [CrewStory.Span],
    _ name: Label,
    _ time: JournalTime
  ) throws(CorrectionError) -> Instant {
    guard let station = order.station else { throw .missing("station", for: order.what) }
    guard let span = spans.first(where: { $0.from > time }) else {
      throw .endNeeded(name, at: station)
    }
    return try nameable(span.from)
  }

  /// When somebody signed off who was gone before.
  private func end(
    _ spans: [CrewStory.Span],
    _ name: Label,
    _ time: JournalTime
  ) throws(CorrectionError) -> Instant {
    guard let station = order.station else { throw .missing("station", for: order.what) }
    guard let span = spans.first(where: { $0.from <= time && $0.to.map { time < $0 } ?? true })
    else { throw .operatorNotThere(name, at: station, time.at) }
    guard let to = span.to else { throw .operatorStillThere(name, at: station) }
    return try nameable(to)
  }

  /// A time as a record holds it, which means the last time that the clock showed it.
  private func nameable(_ time: JournalTime) throws(CorrectionError) -> Instant {
    if self.time(time.at) != time { throw .endShownAgain(time.at) }
    return time.at
  }
}
