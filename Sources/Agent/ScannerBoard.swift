internal import Settings
internal import StationAPI
internal import Telemetry

/// What the scanners on serial ports are doing.
actor ScannerBoard {
  private struct Entry {
    var state = ScannerStatus.State.starting
    var since: Instant?
    var detail: String?
    var last: ScannerStatus.Scan?
  }

  private let time: any TimeSource
  private var entries: [ScannerSettings: Entry] = [:]

  init(time: any TimeSource) { self.time = time }

  /// Notes that a scanner's port can be read.
  func connect(_ scanner: ScannerSettings) {
    if entries[scanner]?.state == .connected { return }
    enter(.connected, nil, scanner)
  }

  /// Notes that a scanner's port cannot be read, and why.
  func lose(_ scanner: ScannerSettings, _ detail: String) {
    if entries[scanner]?.state == .lost {
      entries[scanner]?.detail = detail
    } else {
      enter(.lost, detail, scanner)
    }
  }

  private func enter(_ state: ScannerStatus.State, _ detail: String?, _ scanner: ScannerSettings) {
    var entry = entries[scanner] ?? Entry()
    (entry.state, entry.since, entry.detail) = (state, time.now(), detail)
    entries[scanner] = entry
  }

  /// Notes what a scanner read, and what became of it.
  func take(_ code: String, isTaken: Bool, _ outcome: String, from scanner: ScannerSettings) {
    let scan = ScannerStatus.Scan(at: time.now(), code: code, isTaken: isTaken, outcome: outcome)
    entries[scanner, default: Entry()].last = scan
  }

  /// Forgets a scanner that is no longer configured.
  func forget(_ scanner: ScannerSettings) { entries[scanner] = nil }

  /// What is known of the scanners that are configured, in their order; nil for none.
  func statuses(of scanners: [ScannerSettings]) -> [ScannerStatus]? {
    if scanners.isEmpty { return nil }
    return scanners.map { scanner in
      let entry = entries[scanner] ?? Entry()
      return ScannerStatus(
        id: scanner.id,
        port: scanner.line.port,
        station: scanner.station,
        lane: scanner.lane,
        state: entry.state,
        since: entry.since,
        detail: entry.detail,
        last: entry.last
      )
    }
  }
}
