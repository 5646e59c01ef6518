package import Telemetry

/// A lot that somebody wants to start, as far as they say what it is.
package struct LotOrder: Sendable, Hashable {
  package let place: StationLane
  package let lot: LotID

  /// Nil where the plant's lists say it.
  package let part: Label?
  package let revision: Label?
  package let workOrder: Label?
  package let program: Label?
  package let quantity: Int?

  /// Name or badge; nil for the one who is signed on.
  package let operatorName: Label?

  package init(
    station: StationID,
    lane: LaneID? = nil,
    lot: LotID,
    part: Label? = nil,
    revision: Label? = nil,
    workOrder: Label? = nil,
    operatorName: Label? = nil,
    program: Label? = nil,
    quantity: Int? = nil
  ) {
    place = StationLane(station, lane)
    self.lot = lot
    self.part = part
    self.revision = revision
    self.workOrder = workOrder
    self.operatorName = operatorName
    self.program = program
    self.quantity = quantity
  }

  /// What is recorded, with what the plant's lists add.
  ///
  /// - Throws: ``BindingError/incomplete(_:member:)`` where neither says the part or work order.
  func completed(
    by lists: PlantLists,
    operatorName: Label,
    notes: [String]?
  ) throws(BindingError) -> Binding {
    let listed = lists.lots?[lot]
    guard let workOrder = workOrder ?? listed?.workOrder else {
      throw .incomplete(lot, member: "work order")
    }
    let order = lists.workOrders?[workOrder]
    guard let part = part ?? listed?.part ?? order?.part else {
      throw .incomplete(lot, member: "part")
    }
    return Binding(
      station: place.station,
      lane: place.lane,
      lot: lot,
      part: part,
      revision: revision ?? listed?.revision ?? order?.revision,
      workOrder: workOrder,
      operatorName: operatorName,
      program: programToRun(lists),
      quantity: quantity ?? listed?.quantity ?? order?.quantity,
      notes: notes
    )
  }

  /// The program that it names, or the plant's lists do.
  func programToRun(_ lists: PlantLists) -> Label? {
    let listed = lists.lots?[lot]
    let order = (workOrder ?? listed?.workOrder).flatMap { lists.workOrders?[$0] }
    return program ?? listed?.program ?? order?.program
  }
}
