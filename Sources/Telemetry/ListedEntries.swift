/// A lot, as the plant's list has it.
package struct ListedLot: Sendable, Hashable, Codable {
  package enum State: String, Sendable, Codable, CaseIterable {
    /// It may be worked on.
    case released
    /// It must not be worked on until somebody releases it.
    case hold
    /// It must never be worked on again.
    case scrapped
    /// All that was to be done to it is done.
    case finished
  }

  package let lot: LotID
  package let state: State

  /// Why it is in that state.
  package let reason: Label?
  package let part: Label?

  /// Revision of the part.
  package let revision: Label?
  package let workOrder: Label?

  /// Pieces that are planned.
  package let quantity: Int?

  /// The program that it is to be made with.
  package let program: Label?

  package init(
    lot: LotID,
    state: State,
    reason: Label? = nil,
    part: Label? = nil,
    revision: Label? = nil,
    workOrder: Label? = nil,
    quantity: Int? = nil,
    program: Label? = nil
  ) {
    self.lot = lot
    self.state = state
    self.reason = reason
    self.part = part
    self.revision = revision
    self.workOrder = workOrder
    self.quantity = quantity
    self.program = program
  }

  private enum CodingKeys: String, CodingKey {
    case lot, state, reason, part, revision, quantity, program
    case workOrder = "work_order"
  }
}

/// A work order, as the plant's list has it.
package struct ListedWorkOrder: Sendable, Hashable, Codable {
  package let workOrder: Label
  package let part: Label?

  /// Revision of the part.
  package let revision: Label?

  /// Pieces that are planned.
  package let quantity: Int?
  package let program: Label?
  package let due: Instant?

  package init(
    workOrder: Label,
    part: Label? = nil,
    revision: Label? = nil,
    quantity: Int? = nil,
    program: Label? = nil,
    due: Instant? = nil
  ) {
    self.workOrder = workOrder
    self.part = part
    self.revision = revision
    self.quantity = quantity
    self.program = program
    self.due = due
  }

  private enum CodingKeys: String, CodingKey {
    case part, revision, quantity, program, due
    case workOrder = "work_order"
  }
}

/// Somebody who works at stations, as the plant's list has them.
package struct ListedOperator: Sendable, Hashable, Codable {
  /// The name that records hold.
  package let name: Label

  /// What their badge says when it is scanned.
  package let badge: Label?

  /// What they are trained for; nil where the list does not say, and nothing where it is empty.
  package let qualifications: [Qualification]?

  package init(name: Label, badge: Label? = nil, qualifications: [Qualification]? = nil) {
    self.name = name
    self.badge = badge
    self.qualifications = qualifications
  }

  /// A station, a program, or a program at a station, that an operator is trained for.
  package struct Qualification: Sendable, Hashable, Codable {
    /// Nil for every station.
    package let station: StationID?

    /// Nil for every program.
    package let program: Label?

    /// The first moment at which it holds no longer; nil when it does not end.
    package let until: Instant?

    package init(station: StationID? = nil, program: Label? = nil, until: Instant? = nil) {
      self.station = station
      self.program = program
      self.until = until
    }

    /// Whether it covers work at a station; without a program, every one of a program does.
    package func covers(_ station: StationID, program: Label?, at now: Instant) -> Bool {
      if let until, now >= until { return false }
      if let own = self.station, own != station { return false }
      return self.program == nil || program == nil || self.program == program
    }
  }

  /// Whether a qualification that still holds covers work at a station with a program, or the list
  /// does not say.
  package func isQualified(for station: StationID, program: Label?, at now: Instant) -> Bool {
    qualifications?.contains { $0.covers(station, program: program, at: now) } ?? true
  }
}

/// A machine program or recipe, as the plant's list has it.
package struct ListedProgram: Sendable, Hashable, Codable {
  package enum State: String, Sendable, Codable, CaseIterable { case released, withdrawn }

  package let program: Label

  /// The revision that is released.
  package let revision: Label?
  package let state: State

  /// Why it is in that state.
  package let reason: Label?

  /// Where it may be used; nil for every station.
  package let stations: [StationID]?

  package init(
    program: Label,
    revision: Label? = nil,
    state: State,
    reason: Label? = nil,
    stations: [StationID]? = nil
  ) {
    self.program = program
    self.revision = revision
    self.state = state
    self.reason = reason
    self.stations = stations
  }

  /// Whether it may be used at a station.
  package func isReleased(for station: StationID) -> Bool {
    state == .released && stations?.contains(station) != false
  }
}

/// A supplier's certificate of material lots, as the plant's list has it.
package struct ListedCertificate: Sendable, Hashable, Codable {
  package enum Status: String, Sendable, Codable, CaseIterable {
    case draft, accepted, superseded, revoked, rejected
  }

  package let id: Label

  /// The kind of document: `3.1` as in EN 10204, `CoC`, `CoA`.
  package let type: Label
  package let revision: Label?

  /// Hash of the document's bytes.
  package let sha256: Digest?
  package let issuer: Label?
  package let status: Status

  /// Why it has that status.
  package let reason: Label?

  /// The material lots that it is for.
  package let lots: [LotID]

  package init(
    id: Label,
    type: Label,
    revision: Label? = nil,
    sha256: Digest? = nil,
    issuer: Label? = nil,
    status: Status,
    reason: Label? = nil,
    lots: [LotID]
  ) {
    self.id = id
    self.type = type
    self.revision = revision
    self.sha256 = sha256
    self.issuer = issuer
    self.status = status
    self.reason = reason
    self.lots = lots
  }
}
