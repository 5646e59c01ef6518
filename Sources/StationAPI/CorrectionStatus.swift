package import Telemetry

/// A correction of what is recorded of a station.
package struct CorrectionStatus: Sendable, Hashable, Codable {
  package let seq: Int
  package let at: Instant
  package let by: Label
  package let reason: Label

  /// What it says, in words.
  package let summary: String

  /// The correction that withdraws it; nil while it holds.
  package let withdrawnBy: Int?

  package init(
    seq: Int,
    at: Instant,
    by: Label,
    reason: Label,
    summary: String,
    withdrawnBy: Int?
  ) {
    self.seq = seq
    self.at = at
    self.by = by
    self.reason = reason
    self.summary = summary
    self.withdrawnBy = withdrawnBy
  }

  private enum CodingKeys: String, CodingKey {
    case seq, at, by, reason, summary
    case withdrawnBy = "withdrawn_by"
  }
}

/// A lot in work as its corrections say.
package struct CorrectedLot: Sendable, Hashable, Codable {
  /// Nil for a lot that never was.
  package let lot: LotID?
  package let part: Label?
  package let since: Instant?

  package init(lot: LotID?, part: Label?, since: Instant?) {
    self.lot = lot
    self.part = part
    self.since = since
  }
}
