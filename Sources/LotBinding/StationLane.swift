package import Telemetry

/// Where one lot can be at a time: a lane of a station, or a station that has none.
package struct StationLane: Sendable, Hashable, CustomStringConvertible {
  package let station: StationID
  package let lane: LaneID?

  package init(_ station: StationID, _ lane: LaneID? = nil) {
    self.station = station
    self.lane = lane
  }

  package var description: String { lane.map { "\(station) lane \($0)" } ?? station.text }

  /// As a command takes it.
  package var arguments: String { lane.map { "\(station) --lane \($0)" } ?? station.text }
}

extension Binding {
  package var place: StationLane { StationLane(station, lane) }
}

extension BindingEnd {
  var place: StationLane { StationLane(station, lane) }
}

extension UnitPassage {
  package var place: StationLane { StationLane(station, lane) }
}
