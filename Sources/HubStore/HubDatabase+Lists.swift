internal import GRDB
package import Telemetry

extension HubDatabase {
  /// Changes a list, all or nothing.
  ///
  /// `edit` is given the entries in force, or none, and leaves what is to be in force. Where it
  /// changes nothing, there is no new revision.
  ///
  /// - Parameters:
  ///   - list: Which.
  ///   - by: Who does it.
  ///   - reason: Why; nil where nobody said.
  ///   - expected: The revision that the caller has seen; nil to change whatever is there.
  ///   - at: Now.
  ///   - edit: Makes the change.
  /// - Returns: The revision that is in force now.
  /// - Throws: ``PlantListError``, ``HubStoreError``, or what `edit` throws; then nothing changed.
  package func change(
    _ list: PlantListName,
    by: Label,
    reason: Label?,
    expecting expected: Int? = nil,
    at: Instant,
    _ edit: @escaping @Sendable (inout PlantListContent) throws -> Void
  ) async throws -> PlantListChange {
    try await write { db in
      let table = PlantListTable(db: db, list: list)
      let head = try table.head()
      if let expected, expected != head?.revision ?? 0 {
        throw PlantListError.changedMeanwhile(list, expected: expected, now: head?.revision ?? 0)
      }
      let old = try table.content()
      var new = old
      try edit(&new)
      if let head, new == old { return PlantListChange(head: head, changed: 0, removed: 0) }
      let next = PlantListHead(
        list: list,
        revision: (head?.revision ?? 0) + 1,
        sha256: try Self.checkedHash(of: new),
        count: new.entries.count,
        by: by,
        at: at,
        reason: reason
      )
      return try table.store(new, after: old, next)
    }
  }

  private static func checkedHash(of content: PlantListContent) throws -> Digest {
    guard content.entries.count <= PlantListName.entriesLimit else {
      throw PlantListError.tooManyEntries(content.list, content.entries.count)
    }
    let bytes = try content.bytes()
    guard bytes.count <= PlantListName.bytesLimit else {
      throw PlantListError.tooLong(content.list, bytes: bytes.count)
    }
    return .sha256(bytes)
  }
}
