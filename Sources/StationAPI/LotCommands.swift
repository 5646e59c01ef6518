package import Telemetry

/// Body of `POST /v1/stations/{station}/lot`.
package struct StartLot: Sendable, Hashable, Codable {
  package let lot: LotID

  /// Which lane, at a station that has several.
  package let lane: LaneID?

  /// Needed unless a list of the plant names it, as is ``workOrder``.
  package let part: Label?
  package let revision: Label?
  package let workOrder: Label?

  /// Name or badge; needed unless exactly one is signed on.
  package let operatorName: Label?
  package let program: Label?

  /// Pieces that are planned.
  package let quantity: Int?

  package init(
    lot: LotID,
    lane: LaneID? = nil,
    part: Label? = nil,
    revision: Label? = nil,
    workOrder: Label? = nil,
    operatorName: Label? = nil,
    program: Label? = nil,
    quantity: Int? = nil
  ) {
    self.lot = lot
    self.lane = lane
    self.part = part
    self.revision = revision
    self.workOrder = workOrder
    self.operatorName = operatorName
    self.program = program
    self.quantity = quantity
  }

  private enum CodingKeys: String, CodingKey {
    case lot, lane, part, revision, program, quantity
    case workOrder = "work_order"
    case operatorName = "operator"
  }
}

/// Body of `POST /v1/stations/{station}/lot/end`.
package struct EndLot: Sendable, Hashable, Codable {
  package let lane: LaneID?

  /// Nil is ``BindingEnd/Reason/ended``.
  package let reason: BindingEnd.Reason?

  package init(lane: LaneID? = nil, reason: BindingEnd.Reason? = nil) {
    self.lane = lane
    self.reason = reason
  }
}

/// Body of `POST /v1/stations/{station}/units`.
package struct PassUnit: Sendable, Hashable, Codable {
  package let serial: SerialNumber
  package let event: UnitPassage.Event
  package let lane: LaneID?

  /// Nil is ``UnitPassage/Source/api``.
  package let source: UnitPassage.Source?
  package let operatorName: Label?

  package init(
    serial: SerialNumber,
    event: UnitPassage.Event,
    lane: LaneID? = nil,
    source: UnitPassage.Source? = nil,
    operatorName: Label? = nil
  ) {
    self.serial = serial
    self.event = event
    self.lane = lane
    self.source = source
    self.operatorName = operatorName
  }

  private enum CodingKeys: String, CodingKey {
    case serial, event, lane, source
    case operatorName = "operator"
  }
}

/// Body of `POST /v1/stations/{station}/operators`.
package struct SignOn: Sendable, Hashable, Codable {
  /// Name or badge.
  package let operatorName: Label

  /// Whether all who are there are signed off; nil is no.
  package let replace: Bool?

  package init(operatorName: Label, replace: Bool? = nil) {
    self.operatorName = operatorName
    self.replace = replace
  }

  private enum CodingKeys: String, CodingKey {
    case replace
    case operatorName = "operator"
  }
}
