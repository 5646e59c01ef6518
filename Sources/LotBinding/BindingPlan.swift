package import Telemetry

/// What the configuration says of lots, operators and material.
package struct BindingPlan: Sendable, Hashable {
  /// The stations with their lanes; a station without any has one place for a lot.
  package let stations: [StationID: [LaneID]]
  package let rules: BindingRules
  package let crews: CrewRules

  /// The instruments that the configuration and the profiles name.
  package var instruments: InstrumentUse

  package init(
    stations: [StationID: [LaneID]],
    rules: BindingRules = BindingRules(),
    crews: CrewRules = CrewRules(),
    instruments: InstrumentUse = [:]
  ) {
    self.stations = stations
    self.rules = rules
    self.crews = crews
    self.instruments = instruments
  }

  /// - Throws: ``BindingError`` when there is no such station.
  func check(_ station: StationID) throws(BindingError) {
    guard stations[station] != nil else {
      throw .unknownStation(station, known: stations.keys.sorted())
    }
  }

  /// - Throws: ``BindingError`` when there is no such lane, or one must be named.
  func check(_ place: StationLane) throws(BindingError) {
    try check(place.station)
    let lanes = stations[place.station] ?? []
    switch place.lane {
    case nil where !lanes.isEmpty: throw .laneNeeded(place.station, lanes: lanes)
    case let lane? where !lanes.contains(lane):
      throw .unknownLane(lane, of: place.station, lanes: lanes)
    default: return
    }
  }
}
