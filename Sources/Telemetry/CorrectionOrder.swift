/// What somebody wants corrected, as they say it; which record it concerns is found out by whoever
/// judges it.
package struct CorrectionOrder: Sendable, Hashable, Codable {
  package enum What: String, Sendable, Codable, CaseIterable {
    /// A lot was there before it was scanned, or was never scanned.
    case lotLate = "lot_late"
    /// Another lot was scanned than the one that was there.
    case wrongLot = "wrong_lot"
    /// A lot was done before it was ended.
    case notEnded = "not_ended"
    /// A lot that is recorded never was there.
    case neverWas = "never_was"
    /// An operator was there, or was not.
    case presence = "operator"
    /// Material stood there before it was loaded, or was never loaded.
    case materialLate = "material_late"
    /// Another material lot was scanned than the one that stood there.
    case wrongMaterial = "wrong_material"
    /// Material was gone before it was unloaded.
    case notUnloaded = "not_unloaded"
    /// Material that is recorded never stood there.
    case neverLoaded = "never_loaded"
    /// What is recorded to have gone into something did not.
    case notConsumed = "not_consumed"
    /// An earlier correction does not hold.
    case withdraw
  }

  package let what: What

  /// Who says so: name or badge.
  package let by: Label
  package let reason: Label

  /// The record that is meant, where station and lot do not tell; the correction to withdraw.
  package var record: Int?
  package var station: StationID?
  package var lane: LaneID?

  /// The lot that is recorded, or that is not and should be.
  package var lot: LotID?

  /// The lot that it really was.
  package var really: LotID?
  package var from: Instant?
  package var to: Instant?

  /// Of a lot: as when it is started; of material: its part number.
  package var part: Label?
  package var revision: Label?
  package var workOrder: Label?
  package var program: Label?
  package var quantity: Int?

  /// Who started the lot, loaded the material, or was there or not.
  package var operatorName: Label?
  package var wasThere: Bool?

  /// Of material: what it is.
  package var material: Label?
  package var certificate: Label?
  package var certificateReference: CertificateReference?
  package var kind: Label?
  package var expires: Instant?

  package init(_ what: What, by: Label, reason: Label) {
    self.what = what
    self.by = by
    self.reason = reason
  }

  package enum CodingKeys: String, CodingKey, CaseIterable {
    case what, by, reason, record, station, lane, lot, really, from, to, part, revision, program
    case quantity, material, certificate, kind, expires
    case certificateReference = "certificate_ref"
    case workOrder = "work_order"
    case operatorName = "operator"
    case wasThere = "was_there"
  }
}
