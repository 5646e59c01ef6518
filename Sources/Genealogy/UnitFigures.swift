/// What was read while one unit was at a station.
package struct UnitFigures: Sendable, Hashable, Codable {
  /// Why something is not counted.
  package enum Missing: String, Sendable, Codable, CaseIterable {
    /// It is not recorded when it came.
    case entry
    /// It was there for so long that an answer would take minutes.
    case tooLong = "too_long"
  }

  /// Empty where nothing was read of it.
  package let signals: [SignalSummary]

  /// Why that is not all; nil when it is.
  package let missing: Missing?

  package init(signals: [SignalSummary], missing: Missing? = nil) {
    self.signals = signals
    self.missing = missing
  }
}
