/// One of the lists that a plant keeps upstream, for all its stations.
package enum PlantListName: String, Sendable, Hashable, Codable, CaseIterable {
  case lots
  case workOrders = "work_orders"
  case operators
  case programs
  case certificates

  /// Most entries of one list, so that an agent can hold it in memory.
  package static let entriesLimit = 50_000

  /// Most bytes of all entries of one list together, as they are hashed.
  package static let bytesLimit = 16 << 20
}

/// One entry of a list.
package enum PlantListEntry: Sendable, Hashable {
  case lot(ListedLot)
  case workOrder(ListedWorkOrder)
  case person(ListedOperator)
  case program(ListedProgram)
  case certificate(ListedCertificate)

  /// The list that it belongs to.
  package var list: PlantListName {
    switch self {
    case .lot: .lots
    case .workOrder: .workOrders
    case .person: .operators
    case .program: .programs
    case .certificate: .certificates
    }
  }

  /// What it is found by: no two entries of a list have the same.
  package var key: String {
    switch self {
    case .lot(let entry): entry.lot.text
    case .workOrder(let entry): entry.workOrder.text
    case .person(let entry): entry.name.text
    case .program(let entry): entry.program.text
    case .certificate(let entry): entry.id.text
    }
  }
}

extension PlantListEntry: Encodable {
  package func encode(to encoder: any Encoder) throws {
    switch self {
    case .lot(let entry): try entry.encode(to: encoder)
    case .workOrder(let entry): try entry.encode(to: encoder)
    case .person(let entry): try entry.encode(to: encoder)
    case .program(let entry): try entry.encode(to: encoder)
    case .certificate(let entry): try entry.encode(to: encoder)
    }
  }

  /// Reads an entry of a list.
  package init(of list: PlantListName, from decoder: any Decoder) throws {
    self =
      switch list {
      case .lots: .lot(try ListedLot(from: decoder))
      case .workOrders: .workOrder(try ListedWorkOrder(from: decoder))
      case .operators: .person(try ListedOperator(from: decoder))
      case .programs: .program(try ListedProgram(from: decoder))
      case .certificates: .certificate(try ListedCertificate(from: decoder))
      }
  }

  /// Reads the entries of a list, which an object has as its member `key`.
  package static func entries<Key: CodingKey>(
    of list: PlantListName,
    in container: KeyedDecodingContainer<Key>,
    forKey key: Key
  ) throws -> [PlantListEntry] {
    switch list {
    case .lots: try container.decode([ListedLot].self, forKey: key).map { .lot($0) }
    case .workOrders:
      try container.decode([ListedWorkOrder].self, forKey: key).map { .workOrder($0) }
    case .operators: try container.decode([ListedOperator].self, forKey: key).map { .person($0) }
    case .programs: try container.decode([ListedProgram].self, forKey: key).map { .program($0) }
    case .certificates:
      try container.decode([ListedCertificate].self, forKey: key).map { .certificate($0) }
    }
  }
}

/// Which revision of a list it is, and who put it upstream.
package struct PlantListHead: Sendable, Hashable, Codable {
  package let list: PlantListName

  /// 1, 2, 3 …: one more with every change at the hub.
  package let revision: Int

  /// SHA-256 of the entries; see ``PlantListContent/sha256``.
  package let sha256: Digest

  /// Number of entries.
  package let count: Int

  /// Who put this revision, and when, by the hub's clock.
  package let by: Label
  package let at: Instant

  /// Why; nil where nobody said.
  package let reason: Label?

  package init(
    list: PlantListName,
    revision: Int,
    sha256: Digest,
    count: Int,
    by: Label,
    at: Instant,
    reason: Label? = nil
  ) {
    self.list = list
    self.revision = revision
    self.sha256 = sha256
    self.count = count
    self.by = by
    self.at = at
    self.reason = reason
  }

  private enum CodingKeys: String, CodingKey {
    case list, revision, sha256, count, by, reason
    case at = "put_at"
  }
}

/// A revision of a list that came from a hub, or a part of it: the record `plant_list`.
///
/// It comes into force with its last part. Without ``base`` the parts are the whole list, with it
/// they are what differs from that revision.
package struct PlantListPart: Sendable, Hashable {
  /// Bytes of entries in one part, about; a journal's records are bounded.
  package static let bytesLimit = 256 << 10

  package let head: PlantListHead

  /// The uplink that it came from.
  package let uplink: String

  /// The revision that it changes; nil for a whole list.
  package let base: Int?

  /// Which part it is, counted from 1.
  package let part: Int

  /// Whether another part follows.
  package let hasMore: Bool

  /// Entries that are new, or are not as they were.
  package let entries: [PlantListEntry]

  /// Keys of entries that are no longer there.
  package let removed: [String]

  package init(
    head: PlantListHead,
    uplink: String,
    base: Int? = nil,
    part: Int = 1,
    hasMore: Bool = false,
    entries: [PlantListEntry],
    removed: [String] = []
  ) {
    self.head = head
    self.uplink = uplink
    self.base = base
    self.part = part
    self.hasMore = hasMore
    self.entries = entries
    self.removed = removed
  }
}

extension PlantListPart: Codable {
  private enum CodingKeys: String, CodingKey {
    case uplink, base, part, entries, removed, list
    case hasMore = "more"
  }

  package init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    head = try PlantListHead(from: decoder)
    uplink = try container.decode(String.self, forKey: .uplink)
    base = try container.decodeIfPresent(Int.self, forKey: .base)
    part = try container.decodeIfPresent(Int.self, forKey: .part) ?? 1
    hasMore = try container.decodeIfPresent(Bool.self, forKey: .hasMore) ?? false
    entries = try PlantListEntry.entries(of: head.list, in: container, forKey: .entries)
    removed = try container.decodeIfPresent([String].self, forKey: .removed) ?? []
  }

  package func encode(to encoder: any Encoder) throws {
    try head.encode(to: encoder)
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(uplink, forKey: .uplink)
    try container.encodeIfPresent(base, forKey: .base)
    if part > 1 || hasMore { try container.encode(part, forKey: .part) }
    if hasMore { try container.encode(hasMore, forKey: .hasMore) }
    try container.encode(entries, forKey: .entries)
    if !removed.isEmpty { try container.encode(removed, forKey: .removed) }
  }
}
