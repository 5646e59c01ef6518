package import Telemetry

/// Whether a trace shows what was recorded, or what is known by now.
package enum TraceBasis: String, Sendable, Hashable, Codable, CaseIterable {
  /// As the records of the moment say.
  case recorded
  /// As the corrections say that were made since.
  case corrected
}

/// Somebody corrected what is recorded of a lot, of material or of an operator.
package struct RecordedCorrection: Sendable, Hashable, Codable {
  package let record: RecordReference
  package let at: Instant
  package let correction: Correction

  /// The lot that the corrected record names; nil where none does.
  package let recordedLot: LotID?

  /// Who withdrew it, and when; nil while it holds.
  package let withdrawn: Withdrawal?

  package struct Withdrawal: Sendable, Hashable, Codable {
    package let record: RecordReference
    package let at: Instant
    package let by: Label
    package let reason: Label

    package init(record: RecordReference, at: Instant, by: Label, reason: Label) {
      self.record = record
      self.at = at
      self.by = by
      self.reason = reason
    }
  }

  package init(
    record: RecordReference,
    at: Instant,
    correction: Correction,
    recordedLot: LotID?,
    withdrawn: Withdrawal? = nil
  ) {
    self.record = record
    self.at = at
    self.correction = correction
    self.recordedLot = recordedLot
    self.withdrawn = withdrawn
  }

  private enum CodingKeys: String, CodingKey {
    case record, at, correction, withdrawn
    case recordedLot = "recorded_lot"
  }
}
