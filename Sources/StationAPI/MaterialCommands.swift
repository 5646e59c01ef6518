package import Telemetry

/// Body of `POST /v1/stations/{station}/materials`.
package struct LoadMaterial: Sendable, Hashable, Codable {
  package let lot: LotID
  package let material: Label
  package let kind: Label?
  package let part: Label?
  package let operatorName: Label?
  package let certificate: Label?
  package let certificateReference: CertificateReference?
  package let quantity: Double?

  /// UCUM code.
  package let unit: String?
  package let expires: Instant?

  /// When it was opened, or warmed; nil for now, where it has a floor life.
  package let opened: Instant?

  /// Minutes that it may be used from then on.
  package let floorLifeMinutes: Int?

  package init(
    lot: LotID,
    material: Label,
    kind: Label? = nil,
    part: Label? = nil,
    operatorName: Label? = nil,
    certificate: Label? = nil,
    certificateReference: CertificateReference? = nil,
    quantity: Double? = nil,
    unit: String? = nil,
    expires: Instant? = nil,
    opened: Instant? = nil,
    floorLifeMinutes: Int? = nil
  ) {
    self.lot = lot
    self.material = material
    self.kind = kind
    self.part = part
    self.operatorName = operatorName
    self.certificate = certificate
    self.certificateReference = certificateReference
    self.quantity = quantity
    self.unit = unit
    self.expires = expires
    self.opened = opened
    self.floorLifeMinutes = floorLifeMinutes
  }

  private enum CodingKeys: String, CodingKey {
    case lot, material, kind, part, certificate, quantity, unit, expires, opened
    case operatorName = "operator"
    case certificateReference = "certificate_ref"
    case floorLifeMinutes = "floor_life_minutes"
  }
}

/// Body of `POST /v1/stations/{station}/materials/{lot}/unload`; `DELETE` does the same without one.
package struct UnloadMaterial: Sendable, Hashable, Codable {
  package let operatorName: Label?
  package let reason: Label?

  /// How much was left, in the unit of the load.
  package let remaining: Double?

  package init(operatorName: Label? = nil, reason: Label? = nil, remaining: Double? = nil) {
    self.operatorName = operatorName
    self.reason = reason
    self.remaining = remaining
  }

  private enum CodingKeys: String, CodingKey {
    case reason, remaining
    case operatorName = "operator"
  }
}
