package import Telemetry

/// What is on a station's conveyor; lengths are metres.
package struct ConveyorStatus: Sendable, Hashable, Codable {
  package let length: Double

  /// Where product enters, and where it leaves.
  package let entry: Double
  package let exit: Double

  /// Empty where it has one way only.
  package let lanes: [LaneID]

  /// The last good speed of each belt, in metres a second; null before the first.
  package let speeds: [Double?]

  /// Whether the speed is not known now: readings near the edges of lots are unsure.
  package let isSpeedLost: Bool

  /// The furthest first, lane by lane.
  package let lots: [Item]
  package let boards: [Item]

  /// Boards that did not come out as they should have, each in a sentence; nil for none.
  package let problems: [String]?

  package init(
    length: Double,
    entry: Double,
    exit: Double,
    lanes: [LaneID],
    speeds: [Double?],
    isSpeedLost: Bool,
    lots: [Item],
    boards: [Item],
    problems: [String]? = nil
  ) {
    self.length = length
    self.entry = entry
    self.exit = exit
    self.lanes = lanes
    self.speeds = speeds
    self.isSpeedLost = isSpeedLost
    self.lots = lots
    self.boards = boards
    self.problems = problems
  }

  /// A lot, or a board, on the conveyor.
  package struct Item: Sendable, Hashable, Codable {
    package let lane: LaneID?

    /// The record that binds the lot, and the lot; nil for a board of none.
    package let seq: Int?
    package let lot: LotID?

    /// Nil for a lot, and for a board that was only seen.
    package let serial: SerialNumber?

    /// Where it begins and ends, as far as that is known.
    package let from: Double
    package let to: Double

    /// How far both may be wrong; nil when it is not known where it is.
    package let doubt: Double?

    package init(
      lane: LaneID?,
      seq: Int?,
      lot: LotID?,
      serial: SerialNumber?,
      from: Double,
      to: Double,
      doubt: Double?
    ) {
      self.lane = lane
      self.seq = seq
      self.lot = lot
      self.serial = serial
      self.from = from
      self.to = to
      self.doubt = doubt
    }
  }

  private enum CodingKeys: String, CodingKey {
    case length, entry, exit, lanes, speeds, lots, boards, problems
    case isSpeedLost = "speed_lost"
  }
}
