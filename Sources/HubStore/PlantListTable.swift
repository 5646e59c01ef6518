internal import FoundationEssentials
internal import GRDB
internal import Telemetry

/// The tables of the plant's lists.
///
/// An entry's row says from which revision on it is in force, and with which it no longer was; so
/// every revision that ever was can be read, and what differs between two of them.
struct PlantListTable {
  let db: Database
  let list: PlantListName

  /// The revision in force; nil where nobody has put one.
  func head() throws -> PlantListHead? {
    let statement = try db.cachedStatement(
      sql: "SELECT * FROM plant_list WHERE list = ? ORDER BY revision DESC LIMIT 1"
    )
    return try Row.fetchOne(statement, arguments: [list.rawValue]).map(Self.head)
  }

  /// A revision that was in force; nil where there is none of this number.
  func head(_ revision: Int) throws -> PlantListHead? {
    let statement = try db.cachedStatement(
      sql: "SELECT * FROM plant_list WHERE list = ? AND revision = ?"
    )
    return try Row.fetchOne(statement, arguments: [list.rawValue, revision]).map(Self.head)
  }

  /// The entries in force.
  func content() throws -> PlantListContent {
    var content = PlantListContent(list)
    let rows = try Row.fetchCursor(
      db.cachedStatement(
        sql: "SELECT body FROM plant_list_entry WHERE list = ? AND until IS NULL"
      ),
      arguments: [list.rawValue]
    )
    while let row = try rows.next() { content.change([try entry(row[0])]) }
    return content
  }

  /// Reads an entry's stored line.
  func entry(_ line: String) throws -> PlantListEntry {
    try JSONDecoder().decode(StoredEntry.self, from: Data(line.utf8), configuration: list).entry
  }

  /// Stores the next revision.
  func store(
    _ content: PlantListContent,
    after old: PlantListContent,
    _ head: PlantListHead
  ) throws -> PlantListChange {
    var changed = 0
    var removed = 0
    for key in old.keys where content.entries[key] == nil {
      try close(key, at: head.revision)
      removed += 1
    }
    for key in content.keys {
      guard let entry = content.entries[key], old.entries[key] != entry else { continue }
      // The key as it was stored: two texts can be the same letters in other bytes.
      if let before = old.entries[key] { try close(before.key, at: head.revision) }
      try insert(entry, at: head.revision)
      changed += 1
    }
    try db.execute(
      sql: """
        INSERT INTO plant_list
          (list, revision, sha256, entries, put_by, put_at, reason, changed, removed)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
        """,
      arguments: [
        list.rawValue, head.revision, Data(head.sha256.bytes), head.count, head.by.text,
        head.at.microseconds, head.reason?.text, changed, removed,
      ]
    )
    return PlantListChange(head: head, changed: changed, removed: removed)
  }

  private func close(_ key: String, at revision: Int) throws {
    try db.cachedStatement(
      sql: "UPDATE plant_list_entry SET until = ? WHERE list = ? AND key = ? AND until IS NULL"
    ).execute(arguments: [revision, list.rawValue, key])
  }

  private func insert(_ entry: PlantListEntry, at revision: Int) throws {
    let line = String(decoding: try PlantListContent.line(of: entry), as: UTF8.self)
    try db.cachedStatement(
      sql: "INSERT INTO plant_list_entry (list, key, revision, body) VALUES (?, ?, ?, ?)"
    ).execute(arguments: [list.rawValue, entry.key, revision, line])
  }

  static func head(_ row: Row) throws -> PlantListHead {
    guard let list = PlantListName(rawValue: row["list"]),
      let sha256 = Digest(bytes: row["sha256"] as Data)
    else { throw HubStoreError.damaged("the list \(row["list"] as String) cannot be read") }
    return PlantListHead(
      list: list,
      revision: row["revision"],
      sha256: sha256,
      count: row["entries"],
      by: Label(checked: row["put_by"]),
      at: Instant(microseconds: row["put_at"]),
      reason: (row["reason"] as String?).map { Label(checked: $0) }
    )
  }
}

/// An entry of the list that the decoder is told.
private struct StoredEntry: DecodableWithConfiguration {
  let entry: PlantListEntry

  init(from decoder: any Decoder, configuration list: PlantListName) throws {
    entry = try PlantListEntry(of: list, from: decoder)
  }
}
