/// The fact that a material lot stands ready at a station, from a record's time on.
///
/// What is loaded while a lot is bound to the station is consumed by that lot.
package struct MaterialLoad: Sendable, Hashable, Codable {
  package let station: StationID

  /// The material lot: bare boards, solder paste, a reel, a gas cylinder.
  package let lot: LotID

  /// What it is, as the plant names it: `SAC305 paste`, `PCB 4711 rev C`.
  package let material: Label

  /// What sort of material it is, in the plant's words: `board`, `paste`, `component`, `gas`.
  package let kind: Label?

  /// Its part number.
  package let part: Label?

  package let operatorName: Label?

  /// The supplier's certificate, as its number or address.
  package let certificate: Label?

  /// What was scanned to have it recorded, control characters made visible; nil where a person or a
  /// program said it.
  package private(set) var scan: String?

  /// The supplier's certificate, with what proves which one it is.
  package let certificateReference: CertificateReference?

  /// How much there is, in ``unit`` or pieces; nil when nobody counted.
  package let quantity: Double?

  /// UCUM code; nil for pieces.
  package let unit: String?

  /// From when on it must not be used any more, as its supplier says.
  package let expires: Instant?

  /// When it was opened, or warmed, from when on its floor life runs.
  package let opened: Instant?

  /// When its floor life is over.
  package let floorLifeUntil: Instant?

  /// Codes of what was doubtful about it; nil when nothing was.
  package private(set) var notes: [String]?

  package init(
    station: StationID,
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
    floorLifeUntil: Instant? = nil,
    notes: [String]? = nil
  ) {
    self.station = station
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
    self.floorLifeUntil = floorLifeUntil
    self.notes = notes
  }

  /// The same with the codes of what is doubtful about it.
  package func with(notes: [String]?) -> MaterialLoad {
    var copy = self
    copy.notes = notes
    return copy
  }

  /// What is said of the material, without how it came to be recorded.
  package var withoutCircumstances: MaterialLoad {
    var copy = self
    (copy.scan, copy.notes) = (nil, nil)
    return copy
  }

  /// The same, recorded because of a scan.
  package func scanned(_ text: String) -> MaterialLoad {
    var copy = self
    copy.scan = text
    return copy
  }

  private enum CodingKeys: String, CodingKey {
    case station, lot, material, kind, part, certificate, quantity, unit, expires, opened, notes
    case scan
    case operatorName = "operator"
    case certificateReference = "certificate_ref"
    case floorLifeUntil = "floor_life_until"
  }
}

/// The end of a ``MaterialLoad``.
package struct MaterialUnload: Sendable, Hashable, Codable {
  package let station: StationID
  package let lot: LotID

  /// Sequence number of the ``MaterialLoad`` that ends.
  package let load: Int

  package let operatorName: Label?

  /// Why it was taken away, in the plant's words: `empty`, `changeover`, `expired`.
  package let reason: Label?

  /// How much was left, in the unit of the load; nil when nobody counted.
  package let remaining: Double?

  package init(
    station: StationID,
    lot: LotID,
    load: Int,
    operatorName: Label? = nil,
    reason: Label? = nil,
    remaining: Double? = nil
  ) {
    self.station = station
    self.lot = lot
    self.load = load
    self.operatorName = operatorName
    self.reason = reason
    self.remaining = remaining
  }

  private enum CodingKeys: String, CodingKey {
    case station, lot, load, reason, remaining
    case operatorName = "operator"
  }
}
