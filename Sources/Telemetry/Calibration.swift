/// The fact that an instrument was calibrated: how it was found, how it was left, and until when
/// that holds (ISO 13485, 7.6).
///
/// ``SignalDescription/calibration`` names the instrument of a signal.
package struct Calibration: Sendable, Hashable, Codable {
  /// Whether the instrument was within its tolerance.
  package enum Finding: String, Sendable, Hashable, Codable, CaseIterable {
    case within = "in"
    case outside = "out"
    case unknown
  }

  /// What the plant calls the instrument, `TC-4711`; one name means one instrument in the plant.
  package let instrument: Label

  /// The calibration certificate's number.
  package let certificate: Label?

  /// SHA-256 of the certificate's file.
  package let sha256: Digest?

  /// When it was calibrated, or the beginning of the day on which it was.
  package let performed: Instant

  /// When it was calibrated at the latest, where only the day is known; nil when ``performed`` is
  /// the time.
  package private(set) var performedUntil: Instant?

  /// Until when that holds.
  package let due: Instant

  /// How it was found, before anything was adjusted.
  package let asFound: Finding

  /// How it was left; nil when the certificate does not say.
  package let asLeft: Finding?

  /// Who calibrated it, with the accreditation number of ISO/IEC 17025 where there is one.
  package let laboratory: Label?

  /// Who recorded it.
  package let by: Label

  /// Errors that were found, the uncertainty, the reference standard, in words.
  package let detail: String?

  package init(
    instrument: Label,
    certificate: Label? = nil,
    sha256: Digest? = nil,
    performed: Instant,
    performedUntil: Instant? = nil,
    due: Instant,
    asFound: Finding,
    asLeft: Finding? = nil,
    laboratory: Label? = nil,
    by: Label,
    detail: String? = nil
  ) {
    self.instrument = instrument
    self.certificate = certificate
    self.sha256 = sha256
    self.performed = performed
    self.performedUntil = performedUntil
    self.due = due
    self.asFound = asFound
    self.asLeft = asLeft
    self.laboratory = laboratory
    self.by = by
    self.detail = detail
  }

  /// When it was surely done.
  package var done: Instant { performedUntil ?? performed }

  /// The same, done by now, since it is recorded now.
  package func done(by now: Instant) -> Calibration {
    var copy = self
    copy.performedUntil = performedUntil.map { min($0, now) }
    return copy
  }

  /// Whether the instrument can be relied on from ``done`` to ``due``.
  ///
  /// One that was found outside its tolerance can only when it is known to have been put right.
  package var isGood: Bool {
    switch asLeft {
    case .within: true
    case .outside: false
    case .unknown, nil: asFound == .within
    }
  }

  private enum CodingKeys: String, CodingKey {
    case instrument, certificate, sha256, performed, due, laboratory, by, detail
    case asFound = "as_found"
    case asLeft = "as_left"
    case performedUntil = "performed_until"
  }
}
