internal import LotBinding
internal import Logging
internal import Scans
internal import Telemetry

extension Recorder {
  /// What is going on at a place, as far as scans need to know it.
  func facts(at place: StationLane) -> StationFacts {
    StationFacts(
      lot: bindings.lots.active(at: place)?.binding.lot,
      operators: bindings.crews.names(at: place.station),
      materials: Set(bindings.loaded(at: place.station).map(\.load.lot)),
      lists: bindings.lists
    )
  }

  private static func order(_ lot: ScannedLot, at place: StationLane) -> LotOrder {
    LotOrder(
      station: place.station,
      lane: place.lane,
      lot: lot.lot,
      part: lot.part,
      revision: lot.revision,
      workOrder: lot.workOrder,
      operatorName: lot.operatorName,
      program: lot.program
    )
  }

  /// Does what a scan means; durable when this returns.
  ///
  /// - Parameters:
  ///   - order: What that is.
  ///   - place: Where.
  ///   - scan: What was scanned, control characters made visible; it stands in the record.
  /// - Returns: The record, and what its maker is told.
  /// - Throws: ``BindingError``, or `JournalError` when the journal cannot be written.
  func perform(_ order: ScanOrder, at place: StationLane, scan: String) throws -> Done {
    switch order {
    case .start(let lot): return try start(Self.order(lot, at: place), scan: scan)
    case .end: return try endLot(at: place, scan: scan)
    case .enter(let serial): return try pass(serial, .entered, at: place, source: .scan, scan: scan)
    case .signOn(let who): return try signOn(who, at: place.station, scan: scan)
    case .signOff(let who): return try signOff(who, from: place.station, scan: scan)
    case .load(let material):
      var order = MaterialOrder(
        station: place.station,
        lot: material.lot,
        material: material.material
      )
      order.part = material.part
      order.expires = material.expires?.expiry
      order.operatorName = material.operatorName
      return try load(order, scan: scan)
    }
  }

  /// Records that a code was not taken.
  func refuseScan(_ detail: String) {
    logger.warning("\(detail)")
    write(.event(Event(.scanRefused, detail: detail)), at: time.now())
  }

  /// Records that a scanner is gone, or back.
  func note(_ kind: Event.Kind, ofScanner detail: String) {
    logger.notice("\(detail)")
    write(.event(Event(kind, detail: detail)), at: time.now())
  }
}

extension CodeDate {
  /// The end of that day, in UTC: what expires on it may be used until then.
  fileprivate var expiry: Instant? {
    Instant("\(self)T00:00:00Z")?.advanced(by: .seconds(86_400))
  }
}
