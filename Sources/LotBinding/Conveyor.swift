package import Telemetry

/// A station's conveyor: where product enters, where it leaves, and how fast it goes meanwhile.
///
/// Lengths are metres, along the conveyor from where the positions of signals count.
package struct Conveyor: Sendable, Hashable {
  /// What happens when a lot is started in a lane whose lot was not ended.
  package enum NextLot: String, Sendable, Hashable, CaseIterable {
    /// The lot before has entered: its tail is where the next one begins.
    case follows
    /// The lot before must be ended first.
    case waits
  }

  package let station: StationID
  package let length: Double

  /// Where product is seen to enter, and to leave.
  package let entry: Double
  package let exit: Double

  /// To each side of a sensor, for which its reading counts: half a zone, or 0.
  package let reach: Double

  /// By name; nil is the only lane of a conveyor that has no others.
  package let lanes: [LaneID?]

  /// Speeds: one for all lanes, or one for each, in the order of ``lanes``.
  package let belts: [Belt]

  /// From a board's front edge to its rear edge.
  package let boardLength: Double

  /// From one reading to the next of the signal that tells of every board that enters, and of the one
  /// that tells of every board that leaves; nil without such a signal.
  package let entryEye: Duration?
  package let exitEye: Duration?

  /// How far from the exit a board may be believed to be when it is seen to leave.
  package let exitTolerance: Double
  package let nextLot: NextLot

  /// How a belt's speed is known.
  package struct Belt: Sendable, Hashable {
    /// Metres a second that it always runs at; nil where a signal tells.
    package let fixedSpeed: Double?

    /// Metres a second that it never exceeds.
    package let fastest: Double

    /// How far the speed may be wrong, as a part of it.
    package let accuracy: Double

    /// For how long the last good speed is believed.
    package let hold: Duration

    /// From one reading of the speed to the next.
    package let period: Duration

    package init(
      fixedSpeed: Double? = nil,
      fastest: Double,
      accuracy: Double,
      hold: Duration,
      period: Duration
    ) {
      self.fixedSpeed = fixedSpeed
      self.fastest = fastest
      self.accuracy = accuracy
      self.hold = hold
      self.period = period
    }
  }

  /// - Precondition: There is a lane, and one belt or as many as lanes.
  package init(
    station: StationID,
    length: Double,
    entry: Double = 0,
    exit: Double? = nil,
    reach: Double = 0,
    lanes: [LaneID?] = [nil],
    belts: [Belt],
    boardLength: Double = 0,
    entryEye: Duration? = nil,
    exitEye: Duration? = nil,
    exitTolerance: Double = 0.3,
    nextLot: NextLot = .follows
  ) {
    precondition(!lanes.isEmpty && (belts.count == 1 || belts.count == lanes.count))
    self.station = station
    self.length = length
    self.entry = entry
    self.exit = exit ?? length
    self.reach = reach
    self.lanes = lanes
    self.belts = belts
    self.boardLength = boardLength
    self.entryEye = entryEye
    self.exitEye = exitEye
    self.exitTolerance = exitTolerance
    self.nextLot = nextLot
  }

  var hasEntryEye: Bool { entryEye != nil }
  var hasExitEye: Bool { exitEye != nil }

  /// The belt that carries a lane, by index.
  func belt(ofLane lane: Int) -> Int { min(lane, belts.count - 1) }

  /// What layouts say of it.
  package var description: ConveyorDescription {
    ConveyorDescription(
      station: station,
      length: length,
      entry: entry,
      exit: exit,
      reach: reach,
      belts: belts.count,
      lanes: belts.count > 1 ? lanes.compactMap(\.self) : nil,
      boardLength: boardLength > 0 ? boardLength : nil,
      hasEntryEye: hasEntryEye ? true : nil,
      exitTolerance: hasExitEye ? exitTolerance : nil
    )
  }
}
