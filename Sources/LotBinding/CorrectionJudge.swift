internal import Telemetry

/// Judges one order to correct something: finds the record that it means, and whether it can be so.
struct CorrectionJudge {
  let corrections: Corrections
  let order: CorrectionOrder
  let plan: BindingPlan
  let materials: Materials
  let lists: PlantLists
  let now: Instant

  /// - Returns: What to record, and what is doubtful about material that was there.
  func judgement() throws(CorrectionError) -> Judgement {
    try checkTimes()
    let change = try change()
    let correction = Correction(change, by: lists.name(of: order.by), reason: order.reason)
    return Judgement(.correction(correction), notes: doubts(of: change))
  }

  private func change() throws(CorrectionError) -> Correction.Change {
    switch order.what {
    case .lotLate: try lotLate()
    case .wrongLot: try wrongLot()
    case .notEnded: try notEnded()
    case .neverWas: .void(try lot(where: { _ in true }).entry)
    case .presence: try presence()
    case .materialLate: try materialLate()
    case .wrongMaterial: try wrongMaterial()
    case .notUnloaded: try notUnloaded()
    case .neverLoaded: .void(try material(where: { _ in true }).entry)
    case .notConsumed: try notConsumed()
    case .withdraw: try withdraw()
    }
  }

  // MARK: Times

  private func checkTimes() throws(CorrectionError) {
    for time in [order.from, order.to].compactMap({ $0 }) {
      if time > now { throw .future(time, now: now) }
      let epochs = corrections.epochs
      if epochs.began == nil || epochs.isBeforeAll(time) {
        throw .beforeJournal(time, began: epochs.began)
      }
    }
    if let from = order.from, let to = order.to { try checkSpan(time(from), time(to)) }
  }

  func checkSpan(_ from: JournalTime, _ to: JournalTime) throws(CorrectionError) {
    if from >= to { throw .emptySpan(from: from.at, to: to.at) }
  }

  func time(_ instant: Instant) -> JournalTime { corrections.epochs.time(instant) }

  func needed<Value>(_ value: Value?, _ member: String) throws(CorrectionError) -> Value {
    guard let value else { throw .missing(member, for: order.what) }
    return value
  }

  // MARK: Lots

  func place() throws(CorrectionError) -> StationLane {
    StationLane(try needed(order.station, "station"), order.lane)
  }

  private func lotLate() throws(CorrectionError) -> Correction.Change {
    let from = try needed(order.from, "from")
    guard let to = order.to, order.record == nil else {
      let (entry, stay) = try lot { $0.to.map { time(from) < $0 } ?? true }
      if stay.to == nil, order.to != nil {
        throw .stillThere(stay.content.lot, at: stay.content.place, isMaterial: false)
      }
      try check(lot: entry, stay, from: time(from), to: order.to.map(time))
      return .times(entry, from: from, to: order.to)
    }
    let place = try place()
    let lot = try needed(order.lot, "lot")
    do throws(BindingError) { try plan.check(place) } catch { throw .binding(error) }
    let binding = try binding(of: lot, at: place, operatorName: order.operatorName)
    let stay = Stay(binding, from: time(from), to: time(to))
    try checkFree(stay, except: nil)
    return .insertLot(binding, from: from, to: to)
  }

  private func wrongLot() throws(CorrectionError) -> Correction.Change {
    let really = try needed(order.really, "really")
    let (entry, stay) = try lot { _ in true }
    let old = stay.content
    let replacement = try binding(
      of: really,
      at: old.place,
      operatorName: order.operatorName ?? old.operatorName,
      program: order.program ?? old.program
    )
    if replacement == old.withoutCircumstances {
      throw .noChange("record \(entry) says that it was lot \(really)")
    }
    return .replaceLot(entry, replacement)
  }

  private func notEnded() throws(CorrectionError) -> Correction.Change {
    let to = try needed(order.to, "to")
    let (entry, stay) = try lot { $0.from < time(to) }
    let place = stay.content.place
    if stay.to == nil { throw .stillThere(stay.content.lot, at: place, isMaterial: false) }
    try check(lot: entry, stay, from: nil, to: time(to))
    return .times(entry, from: nil, to: to)
  }

  /// Whether a lot could be there at other times.
  private func check(
    lot entry: Int,
    _ stay: Stay<Binding>,
    from: JournalTime?,
    to: JournalTime?
  ) throws(CorrectionError) {
    let moved = Stay(stay.content, from: from ?? stay.from, to: to ?? stay.to)
    if moved == stay { throw .noChange("record \(entry) says so") }
    if let to = moved.to { try checkSpan(moved.from, to) }
    try checkFree(moved, except: entry)
  }

  func checkFree(
    _ stay: Stay<Binding>,
    except entry: Int?
  ) throws(CorrectionError) {
    let place = stay.content.place
    for (other, there) in corrections.lots.corrected
    where other != entry && there.content.place == place {
      guard stay.overlaps(there) else { continue }
      throw .overlap(
        there.content.lot,
        at: place,
        record: other,
        from: there.from.at,
        to: there.to?.at
      )
    }
  }

  private func binding(
    of lot: LotID,
    at place: StationLane,
    operatorName: Label?,
    program: Label? = nil
  ) throws(CorrectionError) -> Binding {
    let said = try needed(operatorName, "operator")
    let complete = LotOrder(
      station: place.station,
      lane: place.lane,
      lot: lot,
      part: order.part,
      revision: order.revision,
      workOrder: order.workOrder,
      program: program ?? order.program,
      quantity: order.quantity
    )
    do throws(BindingError) {
      return try complete.completed(by: lists, operatorName: lists.name(of: said), notes: nil)
    } catch {
      throw .binding(error)
    }
  }

  /// The lot's stay that is meant.
  private func lot(
    where fits: (Stay<Binding>) -> Bool
  ) throws(CorrectionError) -> (entry: Int, stay: Stay<Binding>) {
    if let entry = order.record {
      let stays = corrections.lot(entry)
      return (entry, try standing(stays, entry, noun: "a lot was started"))
    }
    let (place, lot) = (try place(), try needed(order.lot, "lot"))
    let found = corrections.lots.corrected.filter { entry in
      let there = entry.stay.content
      return there.place == place && there.lot == lot && fits(entry.stay)
    }
    return try only(found, lot, place, noun: "lot")
  }

  func standing<Content>(
    _ stays: CorrectedStay<Content>?,
    _ entry: Int,
    noun: String
  ) throws(CorrectionError) -> Stay<Content> {
    if let stay = stays?.corrected { return stay }
    if let by = stays?.voidedBy { throw .voided(entry, by: by) }
    throw .unknownRecord(entry, noun: noun)
  }

  func only<Content>(
    _ found: [(entry: Int, stay: Stay<Content>)],
    _ lot: LotID,
    _ place: StationLane,
    noun: String
  ) throws(CorrectionError) -> (entry: Int, stay: Stay<Content>) {
    guard let first = found.first else { throw .notFound(lot, at: place, noun: noun) }
    if found.count > 1 { throw .ambiguous(lot, at: place, records: found.map(\.entry)) }
    return first
  }

  // MARK: Withdrawing

  private func withdraw() throws(CorrectionError) -> Correction.Change {
    let seq = try needed(order.record, "record")
    guard let recorded = corrections.correction(seq), let target = corrections.target(of: seq)
    else { throw .notACorrection(seq) }
    if let by = recorded.withdrawnBy { throw .alreadyWithdrawn(seq, by: by) }
    switch target {
    case .lot(let entry):
      guard var stays = corrections.lot(entry) else { throw .notACorrection(seq) }
      stays.withdraw(seq)
      if let stay = stays.corrected {
        if let to = stay.to { try checkSpan(stay.from, to) }
        try checkFree(stay, except: entry)
      }
    case .material(let entry):
      guard var stays = corrections.material(entry) else { throw .notACorrection(seq) }
      stays.withdraw(seq)
      if let stay = stays.corrected {
        if let to = stay.to { try checkSpan(stay.from, to) }
        try checkFree(stay, except: entry)
      }
    case .consumption, .crew: break
    }
    return .withdraw(seq)
  }
}

extension Binding {
  /// What is said of the lot, without how it came to be recorded.
  fileprivate var withoutCircumstances: Binding {
    Binding(
      station: station,
      lane: lane,
      lot: lot,
      part: part,
      revision: revision,
      workOrder: workOrder,
      operatorName: operatorName,
      program: program,
      quantity: quantity
    )
  }
}
