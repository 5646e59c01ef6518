package import LotBinding
package import Telemetry

/// A lot was at a place, or material was at a station, from one moment to another.
package struct PlantStay: Hashable {
  enum Kind { case lot, material }

  package var lot: LotID
  package let place: StationLane
  package var operatorName: Label?
  package var from: PlantMoment

  /// Nil while it lasts.
  package var to: PlantMoment?

  /// Of material: what is known of it.
  var load: ReferencePlant.Load?

  func overlaps(_ other: PlantStay) -> Bool {
    if let to, to <= other.from { return false }
    if let end = other.to, end <= from { return false }
    return true
  }

  package func contains(_ moment: PlantMoment) -> Bool {
    from <= moment && to.map { moment < $0 } ?? true
  }
}

extension ReferencePlant {
  /// What a correction says, with times as the clock on the wall showed them.
  enum Change: Hashable {
    case insert(PlantStay.Kind, Content, from: Int, to: Int)
    case replace(PlantStay.Kind, Int, Content)
    case times(Int, from: Int?, to: Int?)
    case void(Int)
    case notUsed(Int)
    case presence(Label, StationID, wasThere: Bool, from: Int, to: Int)
    case withdraw(Int)
  }

  /// What is said to be or to have been at a place.
  struct Content: Hashable {
    let lot: LotID
    let place: StationLane
    let operatorName: Label?
    var load: Load?
  }

  /// The corrections that no later one withdraws.
  func withoutWithdrawn() -> [(fact: Fact, change: Change)] {
    let all = facts.compactMap { fact -> (fact: Fact, change: Change)? in
      if case .corrected(let change) = fact.happening { (fact, change) } else { nil }
    }
    return all.filter { correction in
      !all.contains { $0.change == .withdraw(correction.fact.seq) }
    }
  }

  /// All stays by the records that began them, as they are recorded.
  func recorded(_ kind: PlantStay.Kind) -> [Int: PlantStay] {
    kind == .lot ? recordedLots : recordedMaterials
  }

  func stays(_ kind: PlantStay.Kind) -> [Int: PlantStay] {
    var stays: [Int: PlantStay] = [:]
    for fact in facts {
      let now = PlantMoment(second: fact.second)
      switch (fact.happening, kind) {
      case (.started(let lot, let place, let name), .lot):
        stays[fact.seq] = PlantStay(lot: lot, place: place, operatorName: name, from: now)
      case (.ended(_, let place, _), .lot):
        for (seq, stay) in stays where stay.place == place && stay.to == nil {
          stays[seq]?.to = now
        }
      case (.loaded(let load), .material):
        stays[fact.seq] = PlantStay(
          lot: load.lot,
          place: StationLane(load.station),
          operatorName: load.operatorName,
          from: now,
          load: load
        )
      case (.unloaded(let load), .material): stays[load]?.to = now
      default: break
      }
    }
    return stays
  }

  /// All stays as they are corrected, but for one correction.
  func corrected(_ kind: PlantStay.Kind, without ignored: Int? = nil) -> [Int: PlantStay] {
    var stays = recorded(kind)
    for (fact, change) in holding where fact.seq != ignored {
      switch change {
      case .insert(kind, let content, let from, let to):
        guard let from = fact.clock.moment(shown: from), let to = fact.clock.moment(shown: to)
        else { continue }
        stays[fact.seq] = PlantStay(
          lot: content.lot,
          place: content.place,
          operatorName: content.operatorName,
          from: from,
          to: to,
          load: content.load
        )
      case .replace(kind, let entry, let content):
        stays[entry]?.lot = content.lot
        stays[entry]?.operatorName = content.operatorName
        stays[entry]?.load = content.load
      case .times(let entry, let from, let to):
        if let from { stays[entry]?.from = fact.clock.moment(shown: from) ?? .init(second: 0) }
        if let to { stays[entry]?.to = fact.clock.moment(shown: to) }
      case .void(let entry): stays[entry] = nil
      default: break
      }
    }
    return stays
  }

  /// Records that began a stay, also those that a correction says never were.
  func entries(_ kind: PlantStay.Kind) -> [Int] {
    let inserted = facts.compactMap { fact -> Int? in
      if case .corrected(.insert(kind, _, _, _)) = fact.happening { fact.seq } else { nil }
    }
    return recorded(kind).keys.sorted() + inserted
  }

  /// Whether somebody was at a station at a moment, by the last thing that says anything of it.
  func wasThere(
    _ name: Label,
    _ station: StationID,
    _ moment: PlantMoment,
    isCorrected: Bool = true
  ) -> Bool {
    for (fact, change) in holding.reversed() where isCorrected {
      guard case .presence(name, station, let wasThere, let from, let to) = change,
        let start = fact.clock.moment(shown: from), let end = fact.clock.moment(shown: to)
      else { continue }
      if start <= moment, moment < end { return wasThere }
    }
    let last = facts.last { fact in
      guard case .crew(_, station, _) = fact.happening else { return false }
      return PlantMoment(second: fact.second) <= moment
    }
    if case .crew(let names, _, _)? = last?.happening { return names.contains(name) }
    return false
  }

  /// Moments at which it may change who is at a station, in order.
  func crewMoments(_ station: StationID, isCorrected: Bool = true) -> [PlantMoment] {
    var moments: Set<PlantMoment> = []
    for fact in facts {
      switch fact.happening {
      case .crew(_, station, _): moments.insert(PlantMoment(second: fact.second))
      case .corrected(.presence(_, station, _, let from, let to)) where isCorrected:
        moments.formUnion([from, to].compactMap { fact.clock.moment(shown: $0) })
      default: break
      }
    }
    return moments.sorted()
  }
}
