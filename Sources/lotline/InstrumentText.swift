internal import CommandSupport
internal import StationAPI
internal import Telemetry

/// Instruments and their calibrations, for people.
enum InstrumentText {
  /// One line for each instrument, and what is doubtful about it below.
  static func list(_ instruments: [InstrumentStatus]) -> String {
    if instruments.isEmpty {
      return "No signal names an instrument: see `instrument` in agent.yaml."
    }
    return instruments.flatMap(lines).joined(separator: "\n")
  }

  static func report(_ report: InstrumentReport) -> String {
    var lines = Self.lines(report.instrument)
    lines += report.instrument.signals.map { "    measures \($0)" }
    lines += ["", report.calibrations.isEmpty ? "No calibration is recorded." : "Calibrations:"]
    lines += report.calibrations.map { line($0.calibration, seq: $0.seq) }
    for failure in report.failures { lines += [""] + Self.lines(failure) }
    return lines.joined(separator: "\n")
  }

  private static func lines(_ instrument: InstrumentStatus) -> [String] {
    let name = Terminal.coloured(instrument.instrument.text, .bold)
    let stations = instrument.stations.map(\.text).joined(separator: ", ")
    let place = stations.isEmpty ? "" : "  at \(stations)"
    guard let doubt = instrument.doubt else {
      let due = instrument.last.map { ", due \($0.due)" } ?? ""
      return ["\(name)  calibrated\(due)\(place)"]
    }
    return ["\(name)  \(Terminal.coloured(instrument.state, .red))\(place)", "    \(doubt)"]
  }

  private static func line(_ calibration: Calibration, seq: Int) -> String {
    let left = calibration.asLeft.map { ", left \($0.rawValue)" } ?? ""
    let more = [
      calibration.certificate.map { "certificate \($0)" },
      calibration.laboratory.map { "by \($0)" },
      "recorded by \(calibration.by) (\(seq))", calibration.detail,
    ].compactMap { $0 }.joined(separator: "; ")
    return "    \(calibration.performed)  found \(calibration.asFound.rawValue)\(left), due "
      + "\(calibration.due); \(more)"
  }

  private static func lines(_ failure: InstrumentReport.Failure) -> [String] {
    let since =
      failure.lastGood.map { "since its last good calibration, \($0)" }
      ?? "in this journal, since no good calibration is recorded before"
    let head = Terminal.coloured(
      "It was found out of tolerance \(failure.found) (\(failure.seq)).",
      .red
    )
    if failure.lots.isEmpty { return [head, "No lot was at its stations \(since)."] }
    return [head, "\(counted(failure.lots.count, "lot")) measured \(since):"]
      + failure.lots.map { lot in
        "    \(lot.lot), part \(lot.part), work order \(lot.workOrder), at \(lot.station), "
          + "\(lot.from) to \(lot.to?.description ?? "now")"
      }
  }
}
