internal import FoundationEssentials
internal import GRDB
internal import Genealogy
package import Telemetry

/// One thing that a record names by its serial number or UDI, and the lot that it belongs to.
package struct PieceListing: Sendable, Hashable, Codable {
  package let lot: LotID
  package let serial: Label?

  /// As it is written with its elements in order.
  package let udi: String?

  package init(lot: LotID, serial: Label?, udi: String?) {
    self.lot = lot
    self.serial = serial
    self.udi = udi
  }

  /// The pieces that a name means: each lot with its serial number once.
  static func fetch(
    _ db: Database,
    named name: String,
    as basis: TraceBasis
  ) throws -> [PieceListing] {
    // A file that an earlier program has written, and no later one yet.
    guard try db.tableExists("piece") else { return [] }
    let udi = (try? UDI(name).canonical) ?? name
    let rows = try Row.fetchAll(
      db.cachedStatement(
        sql: """
          SELECT lot, serial, max(udi) AS udi FROM (
            SELECT p.lot, p.serial, p.udi FROM piece p WHERE (p.serial = ?1 OR p.udi = ?2)
              AND NOT EXISTS (SELECT 1 FROM correction c WHERE c.journal = p.journal
                AND c.entry = p.seq AND c.withdrawn_by IS NULL AND NOT c.withdraws)
            UNION ALL
            SELECT CASE WHEN c.entry IS NULL OR ?3 THEN b.lot ELSE c.lot END, u.serial, NULL
              FROM unit u JOIN binding b ON b.journal = u.journal AND b.seq = u.binding
              LEFT JOIN corrected c ON c.journal = b.journal AND c.entry = b.seq
              WHERE u.serial = ?1)
          WHERE lot IS NOT NULL GROUP BY lot, serial ORDER BY lot, serial
          """
      ),
      arguments: [name, udi, basis == .recorded]
    )
    return rows.map { row in
      PieceListing(
        lot: LotID(checked: row["lot"]),
        serial: (row["serial"] as String?).map { Label(checked: $0) },
        udi: row["udi"]
      )
    }
  }
}
