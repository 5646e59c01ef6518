import LotBinding
import Telemetry

extension ReferencePlant {
  /// What should come of an order to correct something: the reasons against it, of which the agent
  /// says one, or the record.
  func correction(_ order: CorrectionOrder) -> Expectation {
    let untimely = untimeliness(order)
    if !untimely.isEmpty { return .impossible(untimely) }
    switch order.what {
    case .lotLate: return late(order, .lot)
    case .materialLate: return late(order, .material)
    case .wrongLot: return wrong(order, .lot)
    case .wrongMaterial: return wrong(order, .material)
    case .notEnded: return notEnded(order, .lot)
    case .notUnloaded: return notEnded(order, .material)
    case .neverWas: return never(order, .lot)
    case .neverLoaded: return never(order, .material)
    case .presence: return presence(order)
    case .notConsumed: return notUsed(order)
    case .withdraw: return withdraw(order)
    }
  }

  private func untimeliness(_ order: CorrectionOrder) -> Set<String> {
    var reasons: Set<String> = []
    let times = [order.from, order.to].compactMap { $0.map(PlantClock.wall) }
    for time in times {
      if time > clock.wall(at: second) { reasons.insert("future") }
      if clock.moment(shown: time) == nil { reasons.insert("before") }
    }
    let moments = times.compactMap { clock.moment(shown: $0) }
    if times.count == 2, moments.count == 2, moments[0] >= moments[1] { reasons.insert("span") }
    return reasons
  }

  private func moment(_ instant: Instant?) -> PlantMoment? {
    instant.flatMap { clock.moment(shown: PlantClock.wall($0)) }
  }

  // MARK: Which stay is meant

  private enum Meant {
    case stay(Int, PlantStay)
    case none(Set<String>)
  }

  private func meant(
    _ order: CorrectionOrder,
    _ kind: PlantStay.Kind,
    where fits: (PlantStay) -> Bool = { _ in true }
  ) -> Meant {
    let stays = corrected(kind)
    if let record = order.record {
      if let stay = stays[record] { return .stay(record, stay) }
      guard entries(kind).contains(record) else { return .none(["unknown"]) }
      let isVoid = holding.contains { $0.change == .void(record) }
      return .none(isVoid ? ["voided"] : ["unknown"])
    }
    guard let place = place(order, kind), let lot = order.lot else { return .none(["missing"]) }
    let found = stays.filter { $0.value.place == place && $0.value.lot == lot && fits($0.value) }
    guard let (record, stay) = found.first else { return .none(["not found"]) }
    return found.count == 1 ? .stay(record, stay) : .none(["ambiguous"])
  }

  private func place(_ order: CorrectionOrder, _ kind: PlantStay.Kind) -> StationLane? {
    order.station.map { kind == .lot ? StationLane($0, order.lane) : StationLane($0) }
  }

  /// What stands against a stay: one lot is at a place at a time, one material lot once at a station.
  private func objections(
    to stay: PlantStay,
    _ kind: PlantStay.Kind,
    except own: Int?,
    without ignored: Int? = nil
  ) -> Set<String> {
    var reasons: Set<String> = []
    if let to = stay.to, to <= stay.from { reasons.insert("span") }
    let isTaken = corrected(kind, without: ignored).contains { seq, other in
      seq != own && other.place == stay.place && (kind == .lot || other.lot == stay.lot)
        && other.overlaps(stay)
    }
    if isTaken { reasons.insert("overlap") }
    return reasons
  }

  /// The record, or what stands against it; of material that was there it is said what is doubtful.
  private func judged(
    _ change: Change,
    _ reasons: Set<String>,
    _ load: Load? = nil,
    from: PlantMoment? = nil
  ) -> Expectation {
    if !reasons.isEmpty { return .impossible(reasons) }
    var notes: [BindingRule] = []
    if let load, let from {
      notes = allDoubts(of: load, at: PlantClock.wall(clock.instant(of: from)))
        .filter { rules[$0] != .allow }
    }
    return .recorded(.corrected(change), notes: Set(notes.map(\.rawValue)))
  }

  // MARK: Kinds of corrections

  private func late(_ order: CorrectionOrder, _ kind: PlantStay.Kind) -> Expectation {
    guard let from = order.from, let start = moment(from) else { return .impossible(["missing"]) }
    let wall = PlantClock.wall(from)
    if let to = order.to, order.record == nil {
      guard let lot = order.lot, let place = place(order, kind) else {
        return .impossible(["missing"])
      }
      var reasons: Set<String> = []
      if kind == .lot, order.operatorName == nil { reasons.insert("missing") }
      if kind == .lot, !exists(place) { reasons.insert("lane") }
      let stay = PlantStay(lot: lot, place: place, from: start, to: moment(to))
      let load = kind == .lot ? nil : load(order, lot, place.station, at: wall, besides: nil)
      let content = Content(lot: lot, place: place, operatorName: order.operatorName, load: load)
      return judged(
        .insert(kind, content, from: wall, to: PlantClock.wall(to)),
        reasons.union(objections(to: stay, kind, except: nil)),
        load,
        from: start
      )
    }
    switch meant(order, kind, where: { stay in stay.to.map { start < $0 } ?? true }) {
    case .none(let reasons): return .impossible(reasons)
    case .stay(let record, let stay):
      // What is there still is ended first.
      if stay.to == nil, order.to != nil { return .impossible(["still there"]) }
      return moved(record, stay, kind, from: wall, to: order.to.map(PlantClock.wall))
    }
  }

  private func notEnded(_ order: CorrectionOrder, _ kind: PlantStay.Kind) -> Expectation {
    guard let to = order.to, let end = moment(to) else { return .impossible(["missing"]) }
    switch meant(order, kind, where: { $0.from < end }) {
    case .none(let reasons): return .impossible(reasons)
    case .stay(let record, let stay):
      if stay.to == nil { return .impossible(["still there"]) }
      return moved(record, stay, kind, from: nil, to: PlantClock.wall(to))
    }
  }

  private func moved(
    _ record: Int,
    _ stay: PlantStay,
    _ kind: PlantStay.Kind,
    from: Int?,
    to: Int?
  ) -> Expectation {
    var moved = stay
    if let from { moved.from = clock.moment(shown: from) ?? moved.from }
    if let to { moved.to = clock.moment(shown: to) }
    if moved == stay { return .impossible(["no change"]) }
    return judged(.times(record, from: from, to: to), objections(to: moved, kind, except: record))
  }

  private func wrong(_ order: CorrectionOrder, _ kind: PlantStay.Kind) -> Expectation {
    guard let really = order.really else { return .impossible(["missing"]) }
    switch meant(order, kind) {
    case .none(let reasons): return .impossible(reasons)
    case .stay(let record, var stay):
      let load = stay.load.map { old in
        let wall = PlantClock.wall(clock.instant(of: stay.from))
        return self.load(order, really, stay.place.station, at: wall, besides: old)
      }
      let content = Content(
        lot: really,
        place: stay.place,
        operatorName: order.operatorName ?? stay.operatorName,
        load: load
      )
      stay.load?.hasNotes = false
      let isSame = stay.lot == really && stay.operatorName == content.operatorName
      if isSame, stay.load == load { return .impossible(["no change"]) }
      stay.lot = really
      return judged(
        .replace(kind, record, content),
        objections(to: stay, kind, except: record),
        load,
        from: stay.from
      )
    }
  }

  private func never(_ order: CorrectionOrder, _ kind: PlantStay.Kind) -> Expectation {
    switch meant(order, kind) {
    case .none(let reasons): .impossible(reasons)
    case .stay(let record, _): judged(.void(record), [])
    }
  }

  /// Material that really was there, as it is known: what is not said now was said of it before.
  private func load(
    _ order: CorrectionOrder,
    _ lot: LotID,
    _ station: StationID,
    at wall: Int,
    besides old: Load?
  ) -> Load {
    var said = MaterialOrder(station: station, lot: lot, material: Label(checked: "paste"))
    said.operatorName = order.operatorName ?? old?.operatorName
    said.part = order.part
    said.certificate = order.certificate
    return load(said, at: wall)
  }

  private func notUsed(_ order: CorrectionOrder) -> Expectation {
    guard let record = order.record else { return .impossible(["missing"]) }
    let isUse = facts.contains { fact in
      if case .used = fact.happening { fact.seq == record } else { false }
    }
    if !isUse { return .impossible(["unknown"]) }
    if holding.contains(where: { $0.change == .notUsed(record) }) { return .impossible(["voided"]) }
    return judged(.notUsed(record), [])
  }

  private func withdraw(_ order: CorrectionOrder) -> Expectation {
    guard let seq = order.record else { return .impossible(["missing"]) }
    let change = facts.first { $0.seq == seq }.flatMap { fact -> Change? in
      if case .corrected(let change) = fact.happening { change } else { nil }
    }
    guard let change else { return .impossible(["no correction"]) }
    if case .withdraw = change { return .impossible(["no correction"]) }
    if !holding.contains(where: { $0.fact.seq == seq }) { return .impossible(["withdrawn"]) }
    var reasons: Set<String> = []
    for kind in [PlantStay.Kind.lot, .material] {
      let after = corrected(kind, without: seq)
      for (entry, stay) in after where corrected(kind)[entry] != stay {
        reasons.formUnion(objections(to: stay, kind, except: entry, without: seq))
      }
    }
    return judged(.withdraw(seq), reasons)
  }

  // MARK: Who was there

  private func presence(_ order: CorrectionOrder) -> Expectation {
    guard let station = order.station, let name = order.operatorName,
      let wasThere = order.wasThere, let from = order.from, let start = moment(from)
    else { return .impossible(["missing"]) }
    let said = order.to.map(PlantClock.wall)
    let to: Int
    switch said.map(End.at) ?? end(name, station, after: start, wasThere: wasThere) {
    case .at(let wall): to = wall
    case .none(let reason): return .impossible([reason])
    }
    guard let end = clock.moment(shown: to), start < end else { return .impossible(["span"]) }
    let within = crewMoments(station).filter { start < $0 && $0 < end }
    if ([start] + within).allSatisfy({ self.wasThere(name, station, $0) == wasThere }) {
      return .impossible(["no change"])
    }
    return judged(
      .presence(
        name,
        station,
        wasThere: wasThere,
        from: PlantClock.wall(from),
        to: to
      ),
      []
    )
  }

  private enum End {
    case at(Int)
    case none(String)
  }

  /// Until when somebody was there, or was not, who does not say so: until they came, or until they
  /// went.
  private func end(
    _ name: Label,
    _ station: StationID,
    after start: PlantMoment,
    wasThere: Bool
  ) -> End {
    if !wasThere, !self.wasThere(name, station, start) { return .none("not there") }
    var before = self.wasThere(name, station, start)
    for moment in crewMoments(station) where start < moment {
      let now = self.wasThere(name, station, moment)
      if now == wasThere, now != before {
        // A time that the clock showed again later is said by nobody else.
        let wall = PlantClock.wall(clock.instant(of: moment))
        return clock.moment(shown: wall) == moment ? .at(wall) : .none("end shown again")
      }
      before = now
    }
    return .none(wasThere ? "end needed" : "still there")
  }
}
