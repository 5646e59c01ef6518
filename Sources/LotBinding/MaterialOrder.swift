package import Telemetry

/// What somebody says who loads material; what was said of the lot before need not be said again.
package struct MaterialOrder: Sendable, Hashable {
  package let station: StationID
  package let lot: LotID
  package let material: Label
  package var kind: Label?
  package var part: Label?
  package var operatorName: Label?
  package var certificate: Label?
  package var certificateReference: CertificateReference?
  package var quantity: Double?
  package var unit: String?
  package var expires: Instant?

  /// When it was opened, or warmed; nil when that was not said.
  package var opened: Instant?

  /// How long it may be used once it is opened.
  package var floorLife: Duration?

  package init(station: StationID, lot: LotID, material: Label) {
    self.station = station
    self.lot = lot
    self.material = material
  }

  /// The load as it is to be recorded.
  ///
  /// What is a property of the lot (kind, part, expiry, certificate) goes on from its last load
  /// where it is not stated anew, and so does its floor life: a jar that is put back is as old as
  /// before.
  func load(at now: Instant, after last: MaterialLoad?, _ lists: PlantLists) -> MaterialLoad {
    let (opened, floorLifeUntil) = floorLife(at: now, after: last)
    let stated = certificateReference ?? (certificate == nil ? last?.certificateReference : nil)
    return MaterialLoad(
      station: station,
      lot: lot,
      material: material,
      kind: kind ?? last?.kind,
      part: part ?? last?.part,
      operatorName: operatorName,
      certificate: certificate ?? (certificateReference == nil ? last?.certificate : nil),
      certificateReference: lists.certificate(of: lot, stated: stated, id: certificate) ?? stated,
      quantity: quantity,
      unit: unit,
      expires: expires ?? last?.expires,
      opened: opened,
      floorLifeUntil: floorLifeUntil
    )
  }

  private func floorLife(at now: Instant, after last: MaterialLoad?) -> (Instant?, Instant?) {
    let lastLife = last.flatMap { last in
      last.opened.flatMap { opened in last.floorLifeUntil?.duration(since: opened) }
    }
    guard let life = floorLife ?? lastLife else { return (opened ?? last?.opened, nil) }
    let opened = opened ?? last?.opened ?? now
    return (opened, opened.advanced(by: life))
  }
}

/// What somebody says who takes material away.
package struct UnloadOrder: Sendable, Hashable {
  package let station: StationID
  package let lot: LotID
  package let operatorName: Label?
  package let reason: Label?

  /// How much was left, in the unit of the load.
  package let remaining: Double?

  package init(
    station: StationID,
    lot: LotID,
    operatorName: Label? = nil,
    reason: Label? = nil,
    remaining: Double? = nil
  ) {
    self.station = station
    self.lot = lot
    self.operatorName = operatorName
    self.reason = reason
    self.remaining = remaining
  }
}

extension PlantLists {
  /// The certificate of a material lot that is in force: the one that was stated, with what the list
  /// knows of it, or the one that the list has accepted for the lot.
  ///
  /// - Returns: nil when no list says anything of it.
  func certificate(
    of lot: LotID,
    stated: CertificateReference?,
    id: Label?
  ) -> CertificateReference? {
    guard let certificates else { return nil }
    func accepted() -> Label? {
      certificates.keys
        .filter {
          certificates[$0]?.status == .accepted && certificates[$0]?.lots.contains(lot) == true
        }
        .min()
    }
    guard let name = stated?.id ?? id ?? accepted(), let listed = certificates[name] else {
      return nil
    }
    return CertificateReference(
      id: name,
      type: .init(rawValue: listed.type.text.lowercased()) ?? .other,
      revision: stated?.revision ?? listed.revision,
      sha256: stated?.sha256 ?? (isOtherRevision(stated, listed) ? nil : listed.sha256),
      issuer: stated?.issuer
    )
  }

  private func isOtherRevision(
    _ stated: CertificateReference?,
    _ listed: ListedCertificate
  ) -> Bool {
    stated?.revision.map { $0 != listed.revision } ?? false
  }
}
