package import Telemetry

/// Where the plant's lists come from, and those in force.
package struct ListsStatus: Sendable, Hashable, Codable {
  /// Nil where the configuration takes them from nowhere.
  package let source: ListSourceStatus?
  package let inForce: [ListStatus]

  package init(source: ListSourceStatus?, inForce: [ListStatus]) {
    self.source = source
    self.inForce = inForce
  }

  private enum CodingKeys: String, CodingKey {
    case source
    case inForce = "in_force"
  }
}

/// How the hub that lists come from is reached.
package struct ListSourceStatus: Sendable, Hashable, Codable {
  package let uplink: String

  /// `refused` where a list cannot be used, and the one before stays in force.
  package let state: UplinkStatus.State
  package let since: Instant

  /// The last failure in words; nil while all is well.
  package let detail: String?

  package init(uplink: String, state: UplinkStatus.State, since: Instant, detail: String?) {
    self.uplink = uplink
    self.state = state
    self.since = since
    self.detail = detail
  }
}

/// A list that is in force.
package struct ListStatus: Sendable, Hashable, Codable {
  package let list: PlantListName
  package let revision: Int

  /// Number of entries.
  package let count: Int

  /// Who put this revision at the hub, and when by the hub's clock.
  package let by: Label
  package let putAt: Instant

  /// Since when it is in force here, and the record that says so.
  package let since: Instant
  package let seq: Int

  package init(_ head: PlantListHead, since: Instant, seq: Int) {
    list = head.list
    revision = head.revision
    count = head.count
    by = head.by
    putAt = head.at
    self.since = since
    self.seq = seq
  }

  private enum CodingKeys: String, CodingKey {
    case list, revision, count, by, since, seq
    case putAt = "put_at"
  }
}
