package import Telemetry

/// What the plant's systems say of lots, operators and programs, as it is in force at this agent.
///
/// A list that is nil never came: then nothing is judged by it.
package struct PlantLists: Sendable, Hashable {
  package var lots: PlantList<LotID, ListedLot>?

  /// By badge where the operator has one, and by name.
  package var operators: PlantList<Label, ListedOperator>?
  package var workOrders: PlantList<Label, ListedWorkOrder>?
  package var programs: PlantList<Label, ListedProgram>?

  /// By the certificate's identifier.
  package var certificates: PlantList<Label, ListedCertificate>?

  package init() {}
}

/// One list, in the revision that is in force.
package struct PlantList<Key: Hashable & Sendable, Entry: Hashable & Sendable>: Sendable, Hashable {
  package let revision: String
  package let receivedAt: Instant
  private let entries: [Key: Entry]

  package init(revision: String, receivedAt: Instant, entries: [Key: Entry]) {
    self.revision = revision
    self.receivedAt = receivedAt
    self.entries = entries
  }

  package subscript(key: Key) -> Entry? { entries[key] }
  package var keys: some Collection<Key> & Sendable { entries.keys }
}

package struct ListedLot: Sendable, Hashable {
  package enum State: String, Sendable, Hashable, CaseIterable {
    case released, hold, scrapped, finished
  }

  package let state: State

  /// Why it is on hold or scrapped, in the plant's words.
  package let reason: Label?
  package let part: Label?
  package let revision: Label?
  package let workOrder: Label?

  /// Planned pieces.
  package let quantity: Int?
  package let program: Label?

  package init(
    state: State,
    reason: Label? = nil,
    part: Label? = nil,
    revision: Label? = nil,
    workOrder: Label? = nil,
    quantity: Int? = nil,
    program: Label? = nil
  ) {
    self.state = state
    self.reason = reason
    self.part = part
    self.revision = revision
    self.workOrder = workOrder
    self.quantity = quantity
    self.program = program
  }
}

package struct ListedOperator: Sendable, Hashable {
  package let name: Label
  package let badge: Label?

  /// Stations or programs that the operator is trained for; nil is all of them.
  package let qualified: [Label]?

  /// When the qualification ends; nil for never.
  package let until: Instant?

  package init(name: Label, badge: Label? = nil, qualified: [Label]? = nil, until: Instant? = nil) {
    self.name = name
    self.badge = badge
    self.qualified = qualified
    self.until = until
  }
}

package struct ListedWorkOrder: Sendable, Hashable {
  package let part: Label?
  package let revision: Label?

  /// Planned pieces.
  package let quantity: Int?
  package let program: Label?

  package init(
    part: Label? = nil,
    revision: Label? = nil,
    quantity: Int? = nil,
    program: Label? = nil
  ) {
    self.part = part
    self.revision = revision
    self.quantity = quantity
    self.program = program
  }
}

package struct ListedProgram: Sendable, Hashable {
  package enum State: String, Sendable, Hashable, CaseIterable { case released, withdrawn }

  package let state: State
  package let revision: Label?

  /// Stations that it is released for; nil is all of them.
  package let stations: [StationID]?

  package init(state: State, revision: Label? = nil, stations: [StationID]? = nil) {
    self.state = state
    self.revision = revision
    self.stations = stations
  }
}

package struct ListedCertificate: Sendable, Hashable {
  package enum Status: String, Sendable, Hashable, CaseIterable {
    case accepted, draft, revoked, superseded, rejected
  }

  /// As in EN 10204: `3.1`.
  package let type: Label
  package let revision: Label?
  package let sha256: Digest?

  /// The material lots that it is for.
  package let lots: [LotID]
  package let status: Status

  package init(
    type: Label,
    revision: Label? = nil,
    sha256: Digest? = nil,
    lots: [LotID],
    status: Status
  ) {
    self.type = type
    self.revision = revision
    self.sha256 = sha256
    self.lots = lots
    self.status = status
  }
}
