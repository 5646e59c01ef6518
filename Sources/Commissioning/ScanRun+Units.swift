internal import Fieldbus
internal import Telemetry

extension ScanRun {
  /// Devices found before it is asked whether they are one.
  static let suspiciousCount = 3

  /// Units that hardly any plant uses; who answers to all of them answers to any.
  static let unlikelyUnits: [UInt8] = [246, 219, 187, 138]

  /// Tells one device that ignores the unit, as many do on TCP (MODBUS Messaging on TCP/IP
  /// Implementation Guide V1.0b, 4.4.2), from units behind a gateway.
  func checkUnits(with prober: inout TCPProber) async throws(BusFailure) {
    guard report.hits.count == Self.suspiciousCount, !plan.options.searchesAllSettings else {
      return
    }
    for unit in Self.unlikelyUnits.compactMap({ UnitID($0) }) {
      let attempt = ScanAttempt(place: .tcp(prober.endpoint), unit: unit, probe: .holding)
      guard try await !prober.ask(attempt).hits.isEmpty else { return }
    }
    queue.removeAll()
    report.hits = [report.hits[0]]
    report.hits[0].ignoresUnit = true
    note(
      "the device answers to every unit number, so it is one device: unit "
        + "\(report.hits[0].unit.rawValue) is as good as any"
    )
  }
}
