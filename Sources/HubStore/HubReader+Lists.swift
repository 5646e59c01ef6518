internal import FoundationEssentials
internal import GRDB
internal import Genealogy
package import Telemetry

extension HubReader {
  /// The revisions in force of all lists that somebody has put.
  package func listHeads() async throws -> [PlantListHead] {
    try await read { db in
      try PlantListName.allCases.compactMap { try PlantListTable(db: db, list: $0).head() }
    }
  }

  /// A page of a list, or of what differs from an earlier revision.
  ///
  /// - Parameters:
  ///   - list: Which.
  ///   - revision: The revision to read; nil for the one in force.
  ///   - base: The revision that the reader has, and its hash. Where it was never in force here, the
  ///     whole list is given.
  ///   - after: The last key of the page before.
  ///   - limit: Most entries on a page; a page has at most ``PlantListPart/bytesLimit`` bytes, or
  ///     one entry.
  /// - Returns: Entries in the order of their keys.
  /// - Throws: ``PlantListError``, ``HubStoreError``.
  package func page(
    of list: PlantListName,
    revision: Int? = nil,
    since base: (revision: Int, sha256: Digest)? = nil,
    after: String? = nil,
    limit: Int
  ) async throws -> PlantListPage {
    try await read { db in
      let table = PlantListTable(db: db, list: list)
      guard let last = try table.head() else { throw PlantListError.missing(list) }
      guard let head = try revision.map(table.head) ?? last else {
        throw PlantListError.noSuchRevision(list, revision ?? 0, last: last.revision)
      }
      let known = try base.flatMap { base in
        try table.head(base.revision).flatMap {
          $0.sha256 == base.sha256 && $0.revision <= head.revision ? $0.revision : nil
        }
      }
      return try table.page(of: head, since: known, after: after ?? "", limit: limit)
    }
  }

  /// One entry in force, and who put it.
  ///
  /// - Throws: ``PlantListError/noSuchEntry(_:_:near:)`` with keys that may have been meant.
  package func entry(of list: PlantListName, _ key: String) async throws -> PlantListHistory.Moment
  {
    try await read { db in
      let table = PlantListTable(db: db, list: list)
      guard let moment = try table.moments(of: key, limit: 1).first, moment.entry != nil else {
        throw try table.unknown(key)
      }
      return moment
    }
  }

  /// What became of an entry, the latest first.
  ///
  /// - Throws: ``PlantListError/noSuchEntry(_:_:near:)`` where it never was in the list.
  package func history(
    of list: PlantListName,
    _ key: String,
    limit: Int
  ) async throws -> [PlantListHistory.Moment] {
    try await read { db in
      let table = PlantListTable(db: db, list: list)
      let moments = try table.moments(of: key, limit: limit)
      if moments.isEmpty { throw try table.unknown(key) }
      return moments
    }
  }

  /// The revisions of a list, the latest first; those before `before`.
  package func history(
    of list: PlantListName,
    limit: Int,
    before: Int? = nil
  ) async throws -> [PlantListChange] {
    try await read { db in
      try Row.fetchAll(
        db,
        sql: """
          SELECT * FROM plant_list WHERE list = ? AND revision < ? ORDER BY revision DESC LIMIT ?
          """,
        arguments: [list.rawValue, before ?? .max, limit]
      ).map {
        PlantListChange(
          head: try PlantListTable.head($0),
          changed: $0["changed"],
          removed: $0["removed"]
        )
      }
    }
  }
}

extension PlantListTable {
  /// The next entries after a key, of a revision or of what differs from an earlier one.
  fileprivate func page(
    of head: PlantListHead,
    since base: Int?,
    after: String,
    limit: Int
  ) throws -> PlantListPage {
    let rows = try Row.fetchCursor(
      db.cachedStatement(sql: base == nil ? Self.wholeSQL : Self.differenceSQL),
      arguments: [
        "list": list.rawValue, "after": after, "revision": head.revision, "base": base ?? 0,
      ]
    )
    var entries: [PlantListEntry] = []
    var removed: [String] = []
    var bytes = 0
    var last: String?
    while let row = try rows.next() {
      let line: String? = row["body"]
      bytes += (line?.utf8.count ?? 0) + 128
      let isFull = entries.count + removed.count >= limit || bytes > PlantListPart.bytesLimit
      if isFull, let last {
        return PlantListPage(
          head: head,
          base: base,
          entries: entries,
          removed: removed,
          next: last
        )
      }
      last = row["key"]
      if let line { entries.append(try entry(line)) } else { removed.append(row["key"]) }
    }
    return PlantListPage(head: head, base: base, entries: entries, removed: removed, next: nil)
  }

  private static let wholeSQL = """
    SELECT key, body FROM plant_list_entry
    WHERE list = :list AND key > :after AND revision <= :revision
      AND (until IS NULL OR until > :revision) AND :base = 0
    ORDER BY key
    """

  /// What is in force now and was not then; and, without a body, what was then and is not now.
  private static let differenceSQL = """
    SELECT key, body FROM plant_list_entry
    WHERE list = :list AND key > :after AND revision > :base AND revision <= :revision
      AND (until IS NULL OR until > :revision)
    UNION ALL
    SELECT key, NULL FROM plant_list_entry old
    WHERE list = :list AND key > :after AND revision <= :base AND until > :base
      AND until <= :revision
      AND NOT EXISTS (SELECT 1 FROM plant_list_entry new
        WHERE new.list = old.list AND new.key = old.key AND new.revision <= :revision
          AND (new.until IS NULL OR new.until > :revision))
    ORDER BY key
    """

  /// What became of an entry, the latest first.
  fileprivate func moments(of key: String, limit: Int) throws -> [PlantListHistory.Moment] {
    try Row.fetchAll(
      db,
      sql: """
        SELECT p.*, m.body FROM (
          SELECT revision, body FROM plant_list_entry WHERE list = :list AND key = :key
          UNION ALL
          SELECT until, NULL FROM plant_list_entry gone WHERE list = :list AND key = :key
            AND until IS NOT NULL AND NOT EXISTS (SELECT 1 FROM plant_list_entry next
              WHERE next.list = gone.list AND next.key = gone.key AND next.revision = gone.until)
        ) m JOIN plant_list p ON p.list = :list AND p.revision = m.revision
        ORDER BY m.revision DESC LIMIT :limit
        """,
      arguments: ["list": list.rawValue, "key": key, "limit": limit]
    ).map { row in
      let head = try Self.head(row)
      return PlantListHistory.Moment(
        revision: head.revision,
        by: head.by,
        at: head.at,
        reason: head.reason,
        entry: try (row["body"] as String?).map(entry)
      )
    }
  }

  /// The keys in force that somebody who mistyped may have meant.
  fileprivate func unknown(_ key: String) throws -> PlantListError {
    if try head() == nil { return .missing(list) }
    let keys = try String.fetchAll(
      db,
      sql: "SELECT key FROM plant_list_entry WHERE list = ? AND until IS NULL LIMIT 5000",
      arguments: [list.rawValue]
    )
    return .noSuchEntry(list, key, near: NearNames.of(key, among: keys))
  }
}
