/// Where a reading is taken: a station, and on its conveyor the place of the sensor.
///
/// A frame is bound place by place, since two lots can be in one station at once.
package struct Place: Sendable, Hashable, Codable {
  package let station: StationID

  /// Metres along the conveyor; nil for what concerns the whole station.
  package let position: Double?

  package init(station: StationID, position: Double? = nil) {
    self.station = station
    self.position = position
  }
}

/// How far a belt has run since its first record, in metres: not less than ``low`` and not more than
/// ``high``.
///
/// Between two moments the belt has run by no less than the difference of their `low` and no more
/// than that of their `high`, so what is not known of earlier times does not count.
package struct BeltReading: Sendable, Hashable {
  package let low: Double
  package let high: Double

  package init(low: Double, high: Double) {
    self.low = low
    self.high = high
  }
}

extension BeltReading: Codable {
  /// Reads `[low, high]`.
  package init(from decoder: any Decoder) throws {
    var container = try decoder.unkeyedContainer()
    low = try container.decode(Double.self)
    high = try container.decode(Double.self)
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.unkeyedContainer()
    try container.encode(low)
    try container.encode(high)
  }
}

/// A conveyor as frames must be understood: what is bound to a place of it can be worked out again
/// from the records alone.
package struct ConveyorDescription: Sendable, Hashable, Codable {
  package let station: StationID

  /// Metres of the whole belt, and where on it product is seen to enter and to leave.
  package let length: Double
  package let entry: Double
  package let exit: Double

  /// Metres to each side of its place for which a reading counts.
  package let reach: Double

  /// Belts, each with a speed of its own: one, or one for each lane.
  package let belts: Int

  /// The lanes that have a belt each, in the order of the belts; nil where they share one.
  package let lanes: [LaneID]?

  /// Metres from a board's front edge to its rear edge; nil where that is not said.
  package let boardLength: Double?

  /// True where a photo-eye tells when a board enters; nil where its scan does.
  package let hasEntryEye: Bool?

  /// Metres behind the exit at which a board is given up that the exit's photo-eye did not see; nil
  /// without such an eye.
  package let exitTolerance: Double?

  package init(
    station: StationID,
    length: Double,
    entry: Double,
    exit: Double,
    reach: Double,
    belts: Int,
    lanes: [LaneID]? = nil,
    boardLength: Double? = nil,
    hasEntryEye: Bool? = nil,
    exitTolerance: Double? = nil
  ) {
    self.station = station
    self.length = length
    self.entry = entry
    self.exit = exit
    self.reach = reach
    self.belts = belts
    self.lanes = lanes
    self.boardLength = boardLength
    self.hasEntryEye = hasEntryEye
    self.exitTolerance = exitTolerance
  }

  private enum CodingKeys: String, CodingKey {
    case station, length, entry, exit, reach, belts, lanes
    case boardLength = "board_length"
    case hasEntryEye = "entry_eye"
    case exitTolerance = "exit_tolerance"
  }
}
