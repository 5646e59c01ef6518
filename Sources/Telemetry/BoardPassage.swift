/// The fact that a board was seen to enter a conveyor or to leave it, or should have left it long ago.
///
/// What a person or a scanner says of a board is a ``UnitPassage``.
package struct BoardPassage: Sendable, Hashable, Codable {
  package enum Event: String, Sendable, Codable, CaseIterable {
    case entered, left, removed
  }

  /// What is odd about it.
  package enum Remark: String, Sendable, Codable, CaseIterable {
    /// It left, and nothing was due to leave.
    case extra
    /// It should have left long ago: it fell, or somebody took it out.
    case overdue
  }

  package let station: StationID

  /// Nil where the station has one only.
  package let lane: LaneID?

  /// Sequence number of the ``Binding`` of its lot; nil when no lot was active.
  package let binding: Int?

  /// What was scanned before it entered; nil for one that was only seen.
  package let serial: SerialNumber?
  package let event: Event

  /// For one that did not enter now: sequence number of the record by which it entered.
  package let entered: Int?

  /// Where the conveyor was when it entered.
  ///
  /// `low` is that of the latest moment at which it can have been, `high` that of the earliest.
  package let belt: BeltReading?
  package let remark: Remark?

  package init(
    station: StationID,
    lane: LaneID? = nil,
    binding: Int?,
    serial: SerialNumber? = nil,
    event: Event,
    entered: Int? = nil,
    belt: BeltReading? = nil,
    remark: Remark? = nil
  ) {
    self.station = station
    self.lane = lane
    self.binding = binding
    self.serial = serial
    self.event = event
    self.entered = entered
    self.belt = belt
    self.remark = remark
  }
}
