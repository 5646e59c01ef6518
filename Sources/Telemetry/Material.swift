/// The fact that a material lot stands ready at a station, from a record's time on.
///
/// What is loaded while a lot is bound to the station is consumed by that lot.
package struct MaterialLoad: Sendable, Hashable, Codable {
  package let station: StationID

  /// The material lot: bare boards, solder paste, a reel, a gas cylinder.
  package let lot: LotID

  /// What it is, as the plant names it: `SAC305 paste`, `PCB 4711 rev C`.
  package let material: Label

  package let operatorName: Label?

  /// The supplier's certificate, as its number or address.
  package let certificate: Label?

  /// What was scanned to have it recorded, control characters made visible; nil where a person or a
  /// program said it.
  package private(set) var scan: String?

  package init(
    station: StationID,
    lot: LotID,
    material: Label,
    operatorName: Label? = nil,
    certificate: Label? = nil
  ) {
    self.station = station
    self.lot = lot
    self.material = material
    self.operatorName = operatorName
    self.certificate = certificate
  }

  /// The same, recorded because of a scan.
  package func scanned(_ text: String) -> MaterialLoad {
    var copy = self
    copy.scan = text
    return copy
  }

  private enum CodingKeys: String, CodingKey {
    case station, lot, material, certificate, scan
    case operatorName = "operator"
  }
}

/// The end of a ``MaterialLoad``.
package struct MaterialUnload: Sendable, Hashable, Codable {
  package let station: StationID
  package let lot: LotID

  /// Sequence number of the ``MaterialLoad`` that ends.
  package let load: Int

  package init(station: StationID, lot: LotID, load: Int) {
    self.station = station
    self.lot = lot
    self.load = load
  }
}

/// The fact that one lot went into another: a PCB lot into a subassembly, that into a device lot.
package struct Consumption: Sendable, Hashable, Codable {
  /// The lot that was made.
  package let output: LotID

  /// The lot that went in.
  package let input: LotID

  /// How much of the input, in `unit` or pieces; nil when nobody counted.
  package let quantity: Double?

  /// UCUM code; nil for pieces.
  package let unit: String?

  package let operatorName: Label?

  package init(
    output: LotID,
    input: LotID,
    quantity: Double? = nil,
    unit: String? = nil,
    operatorName: Label? = nil
  ) {
    self.output = output
    self.input = input
    self.quantity = quantity
    self.unit = unit
    self.operatorName = operatorName
  }

  private enum CodingKeys: String, CodingKey {
    case output, input, quantity, unit
    case operatorName = "operator"
  }
}
