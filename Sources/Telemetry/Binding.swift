/// The fact that a station works on a lot, with an operator, from a record's time on.
package struct Binding: Sendable, Hashable, Codable {
  package let station: StationID

  /// The lane of the station; nil where it has none.
  package let lane: LaneID?
  package let lot: LotID
  package let part: Label

  /// The part's revision: `C`.
  package let revision: Label?
  package let workOrder: Label

  /// Who started the lot.
  package let operatorName: Label

  /// The machine program or recipe, where there is one.
  package let program: Label?

  /// Pieces that are planned.
  package let quantity: Int?

  /// Codes of what was doubtful when it was recorded; see ``BindingNote``.
  package let notes: [String]?

  /// Where the station's conveyor was when the lot began to enter; nil without one.
  package private(set) var belt: BeltReading?

  /// What was scanned to have it recorded, control characters made visible; nil where a person or a
  /// program said it.
  package private(set) var scan: String?

  package init(
    station: StationID,
    lane: LaneID? = nil,
    lot: LotID,
    part: Label,
    revision: Label? = nil,
    workOrder: Label,
    operatorName: Label,
    program: Label? = nil,
    quantity: Int? = nil,
    notes: [String]? = nil,
    belt: BeltReading? = nil
  ) {
    self.station = station
    self.lane = lane
    self.lot = lot
    self.part = part
    self.revision = revision
    self.workOrder = workOrder
    self.operatorName = operatorName
    self.program = program
    self.quantity = quantity
    self.notes = notes
    self.belt = belt
  }

  /// The same binding, with where the conveyor was.
  package func with(belt: BeltReading?) -> Binding {
    var copy = self
    copy.belt = belt
    return copy
  }

  /// The same, recorded because of a scan.
  package func scanned(_ text: String) -> Binding {
    var copy = self
    copy.scan = text
    return copy
  }

  private enum CodingKeys: String, CodingKey {
    case station, lane, lot, part, revision, program, quantity, notes, belt, scan
    case workOrder = "work_order"
    case operatorName = "operator"
  }
}

/// The end of a ``Binding``: from its record's time on, the lane works on no lot.
package struct BindingEnd: Sendable, Hashable, Codable {
  package enum Reason: String, Sendable, Codable, CaseIterable {
    case ended
    /// All of it is made: to start it again is doubtful.
    case finished
    /// None of it may be used: to start it again is doubtful.
    case scrapped
    /// Another lot takes its place.
    case handedOver = "handed_over"
    /// It was taken away before it was made.
    case removed
  }

  package let station: StationID
  package let lane: LaneID?
  package let lot: LotID

  /// Sequence number of the ``Binding`` that ends.
  package let binding: Int

  /// Nil is ``Reason/ended``.
  package let reason: Reason?

  /// Where the station's conveyor was when the lot had entered; nil without one.
  package private(set) var belt: BeltReading?

  /// What was scanned to have it recorded, control characters made visible; nil where a person or a
  /// program said it.
  package private(set) var scan: String?

  package init(
    station: StationID,
    lane: LaneID? = nil,
    lot: LotID,
    binding: Int,
    reason: Reason? = nil,
    belt: BeltReading? = nil
  ) {
    self.station = station
    self.lane = lane
    self.lot = lot
    self.binding = binding
    self.reason = reason
    self.belt = belt
  }

  /// The same, recorded because of a scan.
  package func scanned(_ text: String) -> BindingEnd {
    var copy = self
    copy.scan = text
    return copy
  }

  /// The same end, with where the conveyor was.
  package func with(belt: BeltReading?) -> BindingEnd {
    var copy = self
    copy.belt = belt
    return copy
  }
}
