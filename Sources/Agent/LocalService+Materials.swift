internal import JournalStore
internal import LotBinding
internal import StationAPI
internal import Telemetry

extension LocalService {
  func load(_ command: LoadMaterial, at station: StationID) async throws -> Receipt {
    var order = MaterialOrder(station: station, lot: command.lot, material: command.material)
    order.kind = command.kind
    order.part = command.part
    order.operatorName = command.operatorName
    order.certificate = command.certificate
    order.certificateReference = command.certificateReference
    order.quantity = command.quantity
    order.unit = command.unit
    order.expires = command.expires
    order.opened = command.opened
    order.floorLife = command.floorLifeMinutes.map { .seconds($0 * 60) }
    return try await receipt({ $0.loadSummary }, of: { try await recorder.load(order) })
  }

  func unload(
    _ lot: LotID,
    from station: StationID,
    _ command: UnloadMaterial
  ) async throws -> Receipt {
    let order = UnloadOrder(
      station: station,
      lot: lot,
      operatorName: command.operatorName,
      reason: command.reason,
      remaining: command.remaining
    )
    return try await receipt("material lot \(lot) is no longer at \(station)") {
      try await recorder.unload(order)
    }
  }

  func consume(_ order: ConsumptionOrder) async throws -> Receipt {
    try await receipt({ $0.consumptionSummary }, of: { try await recorder.consume(order) })
  }

  func calibrate(_ calibration: Calibration) async throws -> Receipt {
    try await receipt(
      "\(calibration.instrument) was calibrated \(calibration.performed), found "
        + "\(calibration.asFound.words), due again \(calibration.due)"
    ) {
      try await recorder.calibrate(calibration)
    }
  }

  func instrument(_ name: Label) async throws -> InstrumentReport {
    guard let status = await recorder.instrument(named: name) else {
      throw Problem(
        type: "unknown-instrument",
        title: "Unknown instrument",
        status: 404,
        detail:
          "There is no signal of instrument \(name), and it was never calibrated; see the list: "
          + "lotline calibration list"
      )
    }
    let history = await recorder.calibrations().history(of: name)
    return InstrumentReport(
      instrument: status,
      calibrations: history.entries.map { entry in
        InstrumentReport.RecordedCalibration(
          seq: entry.source.seq,
          at: entry.source.at,
          calibration: entry.calibration
        )
      },
      failures: try failures(history.failures)
    )
  }

  /// Reads the journal beside its writer, so that recording does not wait.
  private func failures(
    _ failures: [Instruments.History.Failure]
  ) throws -> [InstrumentReport.Failure] {
    if failures.isEmpty { return [] }
    let all = try recorder.journal.reader().replay(into: failures.map(AffectedLots.init)) {
      affected,
      record in
      for index in affected.indices { affected[index].take(record) }
    }
    return zip(failures, all).map { failure, affected in
      InstrumentReport.Failure(
        seq: failure.found.source.seq,
        found: failure.found.calibration.performed,
        lastGood: failure.lastGood?.calibration.performed,
        lots: affected.visits.map { visit in
          InstrumentReport.Lot(
            seq: visit.seq,
            station: visit.binding.station,
            lot: visit.binding.lot,
            part: visit.binding.part,
            workOrder: visit.binding.workOrder,
            from: visit.from,
            to: visit.to
          )
        }
      )
    }
  }
}

extension Record.Content {
  /// What was loaded, in words.
  fileprivate var loadSummary: String {
    guard case .materialLoad(let load) = self else { return type }
    let limits = [
      load.floorLifeUntil.map { "floor life until \($0)" },
      load.expires.map { "expires \($0)" },
    ].compactMap { $0 }
    return "\(load.material), lot \(load.lot), is loaded at \(load.station)"
      + (limits.isEmpty ? "" : " (\(limits.joined(separator: ", ")))")
  }

  /// What went into what, in words.
  fileprivate var consumptionSummary: String {
    guard case .consumption(let used) = self else { return type }
    return "\(used.inputName) went into \(used.outputName)"
      + (used.certificateReference.map { ", certificate \($0)" } ?? "")
  }
}

extension Calibration.Finding {
  fileprivate var words: String {
    switch self {
    case .within: "within its tolerance"
    case .outside: "out of tolerance"
    case .unknown: "in a state that nobody told"
    }
  }
}
