package import Telemetry

/// One station, what it works on, and who is there.
package struct StationStatus: Sendable, Hashable, Codable {
  package let id: StationID
  package let title: String?

  /// Empty for a station that takes one lot at a time.
  package let lanes: [LaneID]

  /// The lot in work at a station without lanes.
  package let binding: ActiveBinding?

  /// The lots in work, by their lanes; where none is, readings are recorded and bound to none.
  package let lots: [ActiveBinding]

  /// Who is signed on, in the order in which they did.
  package let crew: [CrewMember]
  package let materials: [LoadedMaterial]

  /// Nil where lots do not move through the station.
  package var conveyor: ConveyorStatus?

  /// The last corrections of what is recorded of the station, the latest first; nil when there is
  /// none.
  package let corrections: [CorrectionStatus]?

  package init(
    id: StationID,
    title: String?,
    lanes: [LaneID] = [],
    lots: [ActiveBinding],
    crew: [CrewMember] = [],
    materials: [LoadedMaterial],
    corrections: [CorrectionStatus] = []
  ) {
    self.id = id
    self.title = title
    self.lanes = lanes
    self.lots = lots
    binding = lots.first { $0.lane == nil }
    self.crew = crew
    self.materials = materials
    self.corrections = corrections.isEmpty ? nil : corrections
  }

  package struct ActiveBinding: Sendable, Hashable, Codable {
    /// The binding's record.
    package let seq: Int
    package let since: Instant
    package let lane: LaneID?
    package let lot: LotID
    package let part: Label
    package let revision: Label?
    package let workOrder: Label
    package let operatorName: Label
    package let program: Label?

    /// Pieces that are planned.
    package let quantity: Int?

    /// Boards or devices that were recorded one by one; nil where none was.
    package let units: UnitCount?

    /// Codes of what was doubtful when it was started.
    package let notes: [String]?

    /// What the plant's lists say against it now, such as a hold; nil for nothing.
    package let doubts: [BindingNote]?

    /// What it is by its corrections; nil where they say nothing else than the record.
    package let corrected: CorrectedLot?

    package init(
      seq: Int,
      since: Instant,
      binding: Binding,
      units: UnitCount? = nil,
      doubts: [BindingNote]? = nil,
      corrected: CorrectedLot? = nil
    ) {
      self.seq = seq
      self.doubts = doubts
      self.since = since
      self.units = units
      self.corrected = corrected
      lane = binding.lane
      lot = binding.lot
      part = binding.part
      revision = binding.revision
      workOrder = binding.workOrder
      operatorName = binding.operatorName
      program = binding.program
      quantity = binding.quantity
      notes = binding.notes
    }

    private enum CodingKeys: String, CodingKey {
      case seq, since, lane, lot, part, revision, program, quantity, units, notes, doubts, corrected
      case workOrder = "work_order"
      case operatorName = "operator"
    }
  }

  /// Boards or devices at a place.
  package struct UnitCount: Sendable, Hashable, Codable {
    /// In the station now.
    package let inside: Int
    package let left: Int
    package let removed: Int
    package let scrapped: Int

    /// Those that are inside, at most twenty, the last ones to come.
    package let serials: [SerialNumber]

    package init(inside: Int, left: Int, removed: Int, scrapped: Int, serials: [SerialNumber]) {
      self.inside = inside
      self.left = left
      self.removed = removed
      self.scrapped = scrapped
      self.serials = serials
    }
  }

  package struct CrewMember: Sendable, Hashable, Codable {
    package let name: Label
    package let since: Instant
    package let shift: Label?

    /// When the agent signs them off.
    package let until: Instant?

    package init(name: Label, since: Instant, shift: Label?, until: Instant?) {
      self.name = name
      self.since = since
      self.shift = shift
      self.until = until
    }
  }

  package struct LoadedMaterial: Sendable, Hashable, Codable {
    package let seq: Int
    package let since: Instant
    package let lot: LotID
    package let material: Label
    package let kind: Label?
    package let part: Label?
    package let certificate: Label?
    package let certificateReference: CertificateReference?
    package let quantity: Double?
    package let unit: String?
    package let expires: Instant?
    package let floorLifeUntil: Instant?

    /// What is wrong with it now; nil when nothing is.
    package let doubts: [BindingNote]?

    package init(seq: Int, since: Instant, load: MaterialLoad, doubts: [BindingNote]? = nil) {
      self.seq = seq
      self.since = since
      lot = load.lot
      material = load.material
      kind = load.kind
      part = load.part
      certificate = load.certificate
      certificateReference = load.certificateReference
      quantity = load.quantity
      unit = load.unit
      expires = load.expires
      floorLifeUntil = load.floorLifeUntil
      self.doubts = doubts
    }

    private enum CodingKeys: String, CodingKey {
      case seq, since, lot, material, kind, part, certificate, quantity, unit, expires, doubts
      case certificateReference = "certificate_ref"
      case floorLifeUntil = "floor_life_until"
    }
  }
}
