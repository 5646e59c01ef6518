extension FrameLayout {
  /// The places that frames are bound at, in the order of ``Frame/bindings``.
  package var boundPlaces: [Place] { places ?? stations.map { Place(station: $0) } }

  /// Belts of all the conveyors, as many as ``Frame/belts`` has.
  package var beltCount: Int { (conveyors ?? []).reduce(0) { $0 + $1.belts } }

  /// For each signal, the indices of the places that its readings are taken at.
  ///
  /// At a conveyor, a signal with a position belongs to that place, and one without to the whole
  /// station.
  package var placesOfSignals: [[Int]] {
    let places = boundPlaces
    let onConveyors = Set((conveyors ?? []).map(\.station))
    return signals.map { signal in
      places.indices.filter { index in
        let place = places[index]
        return !onConveyors.contains(place.station) || place.position == signal.position
      }
    }
  }

  /// One place for each station, and on a conveyor one for each position that a signal has.
  static func places(
    of stations: [StationID],
    _ conveyors: [ConveyorDescription],
    _ signals: [SignalDescription]
  ) -> [Place] {
    let positions = Set(signals.compactMap(\.position)).sorted()
    let hasOthers = signals.contains { $0.position == nil }
    return stations.flatMap { station in
      guard conveyors.contains(where: { $0.station == station }) else {
        return [Place(station: station)]
      }
      let whole = hasOthers ? [Place(station: station)] : []
      return whole + positions.map { Place(station: station, position: $0) }
    }
  }
}
