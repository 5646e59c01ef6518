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

/// Body of `POST /v1/consumptions`: one thing went into another.
package struct Consume: Sendable, Hashable, Codable {
  package var output: LotID?
  package var outputSerial: Label?
  package var outputUDI: Label?
  package var input: LotID?
  package var inputSerial: Label?
  package var quantity: Double?

  /// UCUM code.
  package var unit: String?
  package var operatorName: Label?
  package var station: StationID?

  package init(output: LotID? = nil, input: LotID? = nil) {
    self.output = output
    self.input = input
  }

  private enum CodingKeys: String, CodingKey {
    case output, input, quantity, unit, station
    case operatorName = "operator"
    case outputSerial = "output_serial"
    case outputUDI = "output_udi"
    case inputSerial = "input_serial"
  }
}
