/// The fact that a station works on a lot, with an operator, from a record's time on.
package struct Binding: Sendable, Hashable, Codable {
  package let station: StationID
  package let lot: LotID
  package let part: Label
  package let workOrder: Label
  package let operatorName: Label

  /// The machine program or recipe, where there is one.
  package let program: Label?

  package init(
    station: StationID,
    lot: LotID,
    part: Label,
    workOrder: Label,
    operatorName: Label,
    program: Label? = nil
  ) {
    self.station = station
    self.lot = lot
    self.part = part
    self.workOrder = workOrder
    self.operatorName = operatorName
    self.program = program
  }

  private enum CodingKeys: String, CodingKey {
    case station, lot, part, program
    case workOrder = "work_order"
    case operatorName = "operator"
  }
}

/// The end of a ``Binding``: from its record's time on, the station works on no lot.
package struct BindingEnd: Sendable, Hashable, Codable {
  package let station: StationID
  package let lot: LotID

  /// Sequence number of the ``Binding`` that ends.
  package let binding: Int

  package init(station: StationID, lot: LotID, binding: Int) {
    self.station = station
    self.lot = lot
    self.binding = binding
  }
}
