/// The fact that a serialised board or device of a lot came to a station, or went from it.
package struct UnitPassage: Sendable, Hashable, Codable {
  package enum Event: String, Sendable, Codable, CaseIterable {
    case entered
    case left
    /// It was taken out by hand.
    case removed
    /// It may not be used.
    case scrapped
  }

  /// What told that.
  package enum Source: String, Sendable, Codable, CaseIterable {
    /// A photo-eye.
    case eye
    /// A scan of its code.
    case scan
    /// A person or program.
    case api
  }

  package let station: StationID
  package let lane: LaneID?

  /// Sequence number of the ``Binding`` of its lot.
  package let binding: Int
  package let serial: SerialNumber
  package let event: Event
  package let source: Source
  package let operatorName: Label?

  /// Where the station's conveyor was when it entered; nil without one.
  package private(set) var belt: BeltReading?

  /// What was scanned to have it recorded, control characters made visible; nil where a person or a
  /// program said it.
  package private(set) var scan: String?

  package init(
    station: StationID,
    lane: LaneID? = nil,
    binding: Int,
    serial: SerialNumber,
    event: Event,
    source: Source,
    operatorName: Label? = nil,
    belt: BeltReading? = nil
  ) {
    self.station = station
    self.lane = lane
    self.binding = binding
    self.serial = serial
    self.event = event
    self.source = source
    self.operatorName = operatorName
    self.belt = belt
  }

  /// The same passage, with where the conveyor was.
  package func with(belt: BeltReading?) -> UnitPassage {
    var copy = self
    copy.belt = belt
    return copy
  }

  /// The same, recorded because of a scan.
  package func scanned(_ text: String) -> UnitPassage {
    var copy = self
    copy.scan = text
    return copy
  }

  private enum CodingKeys: String, CodingKey {
    case station, lane, binding, serial, event, source, belt, scan
    case operatorName = "operator"
  }
}
