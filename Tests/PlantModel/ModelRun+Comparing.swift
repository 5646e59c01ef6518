import LotBinding
import Telemetry

extension ModelRun {
  /// All that can be seen of both, and a reading at a random moment.
  mutating func compare() -> String? {
    for station in ReferencePlant.stations {
      if let difference = difference(at: station) ?? reading(at: station) { return difference }
    }
    for place in ReferencePlant.places {
      if let difference = difference(at: place) { return difference }
    }
    return stays(.lot) {
      bindings.corrections.lot($0).map { (seen($0.recorded), seen($0.corrected)) }
    }
      ?? stays(.material) {
        bindings.corrections.material($0).map { (seen($0.recorded), seen($0.corrected)) }
      }
  }

  private func difference(at station: StationID) -> String? {
    let crew = bindings.crews.crew(at: station)
    let names = (crew?.members ?? []).map(\.name)
    let expected = model.crew(at: station)
    if names != expected.names || crew?.seq != expected.seq {
      return "\(names) at \(station), where the model has \(expected)"
    }
    let loaded = bindings.loaded(at: station)
    let there = model.loaded(at: station)
    let isSame = zip(loaded, there).allSatisfy { loaded, there in
      loaded.seq == there.seq && ReferencePlant.Load(loaded.load) == there.load
        && loaded.events == Set(model.told(there.seq))
    }
    if loaded.count != there.count || !isSame {
      return "\(loaded) is loaded at \(station), where the model has \(there)"
    }
    return presence(at: station)
  }

  /// Who was there, at each moment at which that may have changed and between them.
  private func presence(at station: StationID) -> String? {
    for name in PlantEvent.names {
      let recorded = bindings.corrections.crews.recorded(name, at: station)
      let corrected = bindings.corrections.crews.corrected(name, at: station)
      for moment in model.crewMoments(station) {
        for (spans, isCorrected) in [(recorded, false), (corrected, true)] {
          let isThere = spans.contains { span in
            self.moment(span.from) <= moment && (span.to.map { moment < self.moment($0) } ?? true)
          }
          if isThere != model.wasThere(name, station, moment, isCorrected: isCorrected) {
            return "\(name) was at \(station) in \(spans), where the model has otherwise at "
              + "\(moment)"
          }
        }
      }
    }
    return nil
  }

  private func difference(at place: StationLane) -> String? {
    let active = bindings.lots.active(at: place)
    let expected = model.lot(at: place)
    if active?.binding.lot != expected?.lot || active?.seq != expected?.seq {
      return "\(String(describing: active)) at \(place), model: \(String(describing: expected))"
    }
    let inside = bindings.units.inside(place).map(\.serial)
    if inside.count != Set(inside).count || Set(inside) != model.inside(place) {
      return "\(inside) inside \(place), where the model has \(model.inside(place))"
    }
    return nil
  }

  /// A reading of a moment that the agent still remembers is bound as it was then.
  private mutating func reading(at station: StationID) -> String? {
    let second = randomMoment()
    let expected = Bound(model.lots(at: station, second: second))
    let bound = bindings.inForce(at: station, uptime: .seconds(second))
    if bound != expected {
      return "a reading of \(second) s at \(station) is bound to \(bound), model: \(expected)"
    }
    let crew = bindings.crewInForce(at: station, uptime: .seconds(second))
    let there = model.crew(at: station, second: second).seq
    return crew == there
      ? nil : "crew \(String(describing: crew)), model: \(String(describing: there))"
  }

  // MARK: Stays

  private typealias Both = (recorded: PlantStay?, corrected: PlantStay?)

  /// Lots and material, as they are recorded and as they are corrected.
  private func stays(_ kind: PlantStay.Kind, seen: (Int) -> Both?) -> String? {
    let (recorded, corrected) = (model.recorded(kind), model.corrected(kind))
    for entry in model.entries(kind) {
      let both = seen(entry)
      if both?.recorded != recorded[entry] || both?.corrected != corrected[entry] {
        return "record \(entry) is \(String(describing: both)), where the model has "
          + "\(String(describing: recorded[entry])) and \(String(describing: corrected[entry]))"
      }
    }
    return nil
  }

  private func seen(_ stay: Stay<Binding>?) -> PlantStay? {
    stay.map { stay in
      PlantStay(
        lot: stay.content.lot,
        place: stay.content.place,
        operatorName: stay.content.operatorName,
        from: moment(stay.from),
        to: stay.to.map(moment)
      )
    }
  }

  private func seen(_ stay: Stay<MaterialLoad>?) -> PlantStay? {
    stay.map { stay in
      PlantStay(
        lot: stay.content.lot,
        place: StationLane(stay.content.station),
        operatorName: stay.content.operatorName,
        from: moment(stay.from),
        to: stay.to.map(moment),
        load: ReferencePlant.Load(stay.content)
      )
    }
  }

  private func moment(_ time: JournalTime) -> PlantMoment {
    model.clock.moment(shown: time.at, after: time.epoch)
  }
}
