/// Who is at a station from a record's time on: everybody, not only who came or went.
package struct CrewChange: Sendable, Hashable, Codable {
  package enum Change: String, Sendable, Codable, CaseIterable {
    /// Signed on, or once more.
    case on
    /// Signed off.
    case off
    /// Signed off by the agent, since the time or the shift was over.
    case timedOut = "timed_out"
    /// Signed on in place of all who were there.
    case replaced
  }

  package let station: StationID

  /// All who are there now, in the order in which they signed on.
  package let operators: [Label]
  package let change: Change

  /// Who came or went.
  package let operatorName: Label

  /// The shift in which that was, where the configuration names shifts.
  package let shift: Label?

  /// When the agent signs off who came.
  package let until: Instant?

  /// Codes of what was doubtful when it was recorded; see ``BindingNote``.
  package let notes: [String]?

  /// What was scanned to have it recorded, control characters made visible; nil where a person or a
  /// program said it.
  package private(set) var scan: String?

  package init(
    station: StationID,
    operators: [Label],
    change: Change,
    operatorName: Label,
    shift: Label? = nil,
    until: Instant? = nil,
    notes: [String]? = nil
  ) {
    self.station = station
    self.operators = operators
    self.change = change
    self.operatorName = operatorName
    self.shift = shift
    self.until = until
    self.notes = notes
  }

  /// The same, recorded because of a scan.
  package func scanned(_ text: String) -> CrewChange {
    var copy = self
    copy.scan = text
    return copy
  }

  private enum CodingKeys: String, CodingKey {
    case station, operators, change, shift, until, notes, scan
    case operatorName = "operator"
  }
}
