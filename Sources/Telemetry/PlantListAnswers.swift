/// The revisions in force of all lists that a hub has: `GET /v1/lists`.
package struct PlantListIndex: Sendable, Hashable, Codable {
  package var schema = 1
  package let lists: [PlantListHead]

  package init(lists: [PlantListHead]) { self.lists = lists }

  /// Changes whenever one of the lists does (RFC 9110, 8.8.3).
  package var tag: String {
    let text = lists.map { "\($0.list.rawValue) \($0.revision) \($0.sha256)" }
      .joined(separator: "\n")
    return "\"\(Digest.sha256(text.utf8).description.prefix(24))\""
  }
}

/// A part of a revision of a list, or of what differs from an earlier one: `GET /v1/lists/{list}`.
package struct PlantListPage: Sendable, Hashable {
  package let head: PlantListHead

  /// The revision that the entries change; nil where they are the list itself.
  package let base: Int?

  /// In the order of their keys.
  package let entries: [PlantListEntry]

  /// Keys of entries that are no longer there.
  package let removed: [String]

  /// The last key, after which the next page goes on; nil on the last page.
  package let next: String?

  package init(
    head: PlantListHead,
    base: Int?,
    entries: [PlantListEntry],
    removed: [String],
    next: String?
  ) {
    self.head = head
    self.base = base
    self.entries = entries
    self.removed = removed
    self.next = next
  }
}

extension PlantListPage: Codable {
  private enum CodingKeys: String, CodingKey { case schema, base, entries, removed, next }

  package init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    head = try PlantListHead(from: decoder)
    base = try container.decodeIfPresent(Int.self, forKey: .base)
    entries = try PlantListEntry.entries(of: head.list, in: container, forKey: .entries)
    removed = try container.decodeIfPresent([String].self, forKey: .removed) ?? []
    next = try container.decodeIfPresent(String.self, forKey: .next)
  }

  package func encode(to encoder: any Encoder) throws {
    try head.encode(to: encoder)
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(1, forKey: .schema)
    try container.encodeIfPresent(base, forKey: .base)
    try container.encode(entries, forKey: .entries)
    if base != nil { try container.encode(removed, forKey: .removed) }
    try container.encodeIfPresent(next, forKey: .next)
  }
}

/// A revision of a list, and how it differs from the one before: the answer to a change.
package struct PlantListChange: Sendable, Hashable {
  package let head: PlantListHead

  /// Entries that are new or not as they were, and those that are no longer there.
  package let changed: Int
  package let removed: Int

  package init(head: PlantListHead, changed: Int, removed: Int) {
    self.head = head
    self.changed = changed
    self.removed = removed
  }
}

extension PlantListChange: Codable {
  private enum CodingKeys: String, CodingKey { case changed, removed }

  package init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    head = try PlantListHead(from: decoder)
    changed = try container.decode(Int.self, forKey: .changed)
    removed = try container.decode(Int.self, forKey: .removed)
  }

  package func encode(to encoder: any Encoder) throws {
    try head.encode(to: encoder)
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(changed, forKey: .changed)
    try container.encode(removed, forKey: .removed)
  }
}

/// The revisions of a list, the latest first: `GET /v1/list-history/{list}`.
package struct PlantListRevisions: Sendable, Hashable, Codable {
  package var schema = 1
  package let revisions: [PlantListChange]

  /// Value of `before` for the next page; nil on the last.
  package let next: Int?

  package init(revisions: [PlantListChange], next: Int?) {
    self.revisions = revisions
    self.next = next
  }
}

/// What became of an entry, the latest first: `GET /v1/list-history/{list}/{key}`; and, with one
/// moment, how it is now: `GET /v1/lists/{list}/{key}`.
package struct PlantListHistory: Sendable, Hashable {
  package let list: PlantListName
  package let key: String
  package let moments: [Moment]

  package init(list: PlantListName, key: String, moments: [Moment]) {
    self.list = list
    self.key = key
    self.moments = moments
  }

  /// An entry as it was from one revision on, and who put it.
  package struct Moment: Sendable, Hashable {
    package let revision: Int
    package let by: Label
    package let at: Instant
    package let reason: Label?

    /// Nil from when on it was no longer in the list.
    package let entry: PlantListEntry?

    package init(revision: Int, by: Label, at: Instant, reason: Label?, entry: PlantListEntry?) {
      self.revision = revision
      self.by = by
      self.at = at
      self.reason = reason
      self.entry = entry
    }
  }
}

extension PlantListHistory: Codable {
  private enum CodingKeys: String, CodingKey { case schema, list, key, history }

  private enum MomentKeys: String, CodingKey {
    case revision, by, reason, entry
    case at = "put_at"
  }

  package init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    let list = try container.decode(PlantListName.self, forKey: .list)
    self.list = list
    key = try container.decode(String.self, forKey: .key)
    var history = try container.nestedUnkeyedContainer(forKey: .history)
    var moments: [Moment] = []
    while !history.isAtEnd {
      let moment = try history.nestedContainer(keyedBy: MomentKeys.self)
      moments.append(
        Moment(
          revision: try moment.decode(Int.self, forKey: .revision),
          by: try moment.decode(Label.self, forKey: .by),
          at: try moment.decode(Instant.self, forKey: .at),
          reason: try moment.decodeIfPresent(Label.self, forKey: .reason),
          entry: moment.contains(.entry)
            ? try PlantListEntry(of: list, from: moment.superDecoder(forKey: .entry)) : nil
        )
      )
    }
    self.moments = moments
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(1, forKey: .schema)
    try container.encode(list, forKey: .list)
    try container.encode(key, forKey: .key)
    var history = container.nestedUnkeyedContainer(forKey: .history)
    for moment in moments {
      var container = history.nestedContainer(keyedBy: MomentKeys.self)
      try container.encode(moment.revision, forKey: .revision)
      try container.encode(moment.by, forKey: .by)
      try container.encode(moment.at, forKey: .at)
      try container.encodeIfPresent(moment.reason, forKey: .reason)
      try container.encodeIfPresent(moment.entry, forKey: .entry)
    }
  }
}
