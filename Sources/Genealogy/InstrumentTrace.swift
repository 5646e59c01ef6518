package import Telemetry

/// The answer to "can this instrument be relied on, and what was measured while it could not?" (ISO
/// 13485, 7.6).
package struct InstrumentTrace: Sendable, Hashable, Codable {
  /// Version of this document's shape; 1.
  package var schema = 1
  package let instrument: Label

  /// All its calibrations, the first first.
  package let calibrations: [RecordedCalibration]

  /// Every time that it was found outside its tolerance.
  package let failures: [Failure]

  package init(instrument: Label, calibrations: [RecordedCalibration], failures: [Failure]) {
    self.instrument = instrument
    self.calibrations = calibrations
    self.failures = failures
  }

  package struct Failure: Sendable, Hashable, Codable {
    /// The calibration that found it.
    package let found: RecordedCalibration

    /// The last good one before; nil when none is recorded.
    package let lastGood: RecordedCalibration?

    /// The visits of lots of which readings of the instrument are recorded, in between.
    package let visits: [StationVisit]

    package init(
      found: RecordedCalibration,
      lastGood: RecordedCalibration?,
      visits: [StationVisit]
    ) {
      self.found = found
      self.lastGood = lastGood
      self.visits = visits
    }

    private enum CodingKeys: String, CodingKey {
      case found, visits
      case lastGood = "last_good"
    }
  }
}

extension InstrumentTrace {
  /// As a quality engineer reads it, each line ended by a line feed.
  package var text: String {
    var lines = ["Instrument \(Words.safe(instrument.text))", ""]
    lines += calibrations.isEmpty ? ["No calibration is recorded."] : ["Calibrations"]
    for recorded in calibrations {
      let calibration = recorded.calibration
      let left = calibration.asLeft.map { ", left \($0.rawValue)" } ?? ""
      let certificate = calibration.certificate.map { ", certificate \(Words.safe($0.text))" } ?? ""
      lines.append(
        "  \(Words.time(calibration.performed)) UTC  found \(calibration.asFound.rawValue)\(left), "
          + "due \(Words.time(calibration.due)) UTC\(certificate); "
          + Words.reference(recorded.record)
      )
    }
    for failure in failures { lines += [""] + Self.lines(failure) }
    return lines.map { $0 + "\n" }.joined()
  }

  private static func lines(_ failure: Failure) -> [String] {
    let found = "! Found out of tolerance \(Words.time(failure.found.calibration.performed)) UTC."
    let since =
      failure.lastGood.map {
        "since the last good calibration, \(Words.time($0.calibration.performed)) UTC"
      } ?? "before, of which no good calibration is recorded"
    if failure.visits.isEmpty { return [found, "  It has measured no lot \(since)."] }
    return [found, "  \(Words.count(failure.visits.count, "visit")) of lots measured \(since):"]
      + failure.visits.map { visit in
        "  \(Words.safe(visit.binding.lot.text))  \(Words.safe(visit.binding.part.text)), at "
          + "\(visit.binding.station), "
          + Words.span(from: visit.from, to: visit.to, lasting: "still being worked on")
          + "; \(Words.reference(visit.span.start))"
      }
  }
}
