package import Telemetry

/// Whether a lot may run at a station now, and why not.
package struct InterlockAnswer: Sendable, Hashable, Codable {
  package enum Verdict: String, Sendable, Hashable, Codable, CaseIterable { case run, stop }

  /// Version of this document's shape; 1.
  package var schema = 1
  package let station: StationID

  /// The lots that it is about: the one that was asked for, or those in work.
  package let lots: [LotID]
  package let at: Instant

  /// `stop` unless ``reasons`` is empty.
  package let verdict: Verdict

  /// Why not: every rule that would refuse the lot's start now, and what else stops the station.
  package let reasons: [BindingNote]

  /// What is doubtful, and does not stop.
  package let warnings: [BindingNote]

  package init(
    station: StationID,
    lots: [LotID],
    at: Instant,
    reasons: [BindingNote],
    warnings: [BindingNote]
  ) {
    self.station = station
    self.lots = lots
    self.at = at
    self.reasons = reasons
    self.warnings = warnings
    verdict = reasons.isEmpty ? .run : .stop
  }

  /// Whether both say the same, but for the time and the wording.
  package func tellsTheSame(as other: InterlockAnswer) -> Bool {
    lots == other.lots && reasons.map(\.code) == other.reasons.map(\.code)
      && warnings.map(\.code) == other.warnings.map(\.code)
  }

  /// The answer where there is one reason alone, whatever the rules say.
  package static func stop(
    _ station: StationID,
    lots: [LotID] = [],
    at instant: Instant,
    because reason: BindingNote
  ) -> InterlockAnswer {
    InterlockAnswer(station: station, lots: lots, at: instant, reasons: [reason], warnings: [])
  }

  /// What it says, in a sentence.
  package var summary: String {
    let what = lots.isEmpty ? "" : " with lot " + lots.map(\.text).joined(separator: ", ")
    return switch verdict {
    case .run: "\(station) may run\(what)"
    case .stop: "\(station) must not run\(what): " + reasons.map(\.sentence).joined(separator: "; ")
    }
  }
}
