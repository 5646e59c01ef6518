internal import CommandSupport
internal import StationAPI
internal import Telemetry

/// One barcode scanner of a status, for people.
struct ScannerReport {
  private let scanner: ScannerStatus

  init(_ scanner: ScannerStatus) { self.scanner = scanner }

  var lines: [String] {
    let lane = scanner.lane.map { " lane \($0)" } ?? ""
    let name = Terminal.padded(scanner.id, to: 16)
    let first = name + "scanner at \(scanner.station)\(lane): \(state)"
    return [first] + (scanner.last.map { [Self.line(for: $0)] } ?? [])
  }

  private var state: String {
    let since = scanner.since.map { " since \($0)" } ?? ""
    return switch scanner.state {
    case .starting: "not tried yet"
    case .connected: "connected\(since)"
    case .lost:
      Terminal.coloured("not connected\(since)", .red)
        + (scanner.detail.map { ": \($0)" } ?? "")
    }
  }

  private static func line(for scan: ScannerStatus.Scan) -> String {
    let word = scan.isTaken ? "" : Terminal.coloured("not taken", .yellow) + ": "
    return Terminal.padded("", to: 16) + "  last \(scan.code) (\(scan.at)): \(word)\(scan.outcome)"
  }
}
