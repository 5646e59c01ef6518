internal import FoundationEssentials
internal import GRDB
package import Telemetry

/// One lot in the list of lots.
package struct LotListing: Sendable, Hashable, Codable {
  package let lot: LotID

  /// What it was last made as; nil for a lot that was only loaded or recorded.
  package let part: Label?

  /// What it was last loaded as; nil for a lot that never was.
  package let material: Label?

  /// When the first and the last record happened that name it, but for frames.
  package let firstAt: Instant
  package let lastAt: Instant

  package init(lot: LotID, part: Label?, material: Label?, firstAt: Instant, lastAt: Instant) {
    self.lot = lot
    self.part = part
    self.material = material
    self.firstAt = firstAt
    self.lastAt = lastAt
  }

  init(row: Row) {
    lot = LotID(checked: row["lot"])
    part = (row["part"] as String?).map { Label(checked: $0) }
    material = (row["material"] as String?).map { Label(checked: $0) }
    firstAt = Instant(microseconds: row["first_at"])
    lastAt = Instant(microseconds: row["last_at"])
  }

  private enum CodingKeys: String, CodingKey {
    case lot, part, material
    case firstAt = "first_at"
    case lastAt = "last_at"
  }
}

/// A lot that no record names.
package struct UnknownLot: Error, Sendable, Hashable, CustomStringConvertible {
  package let lot: LotID

  package var description: String {
    "no record names lot \(lot), so no list goes on after it; leave \"after\" out to begin anew"
  }
}

/// One journal that the hub holds.
package struct JournalListing: Sendable, Hashable, Codable {
  package let agent: AgentID
  package let journal: String
  package let site: Label

  /// Version of the program that opened it.
  package let software: String
  package let openedAt: Instant

  /// Time of the last record.
  package let lastAt: Instant

  /// Records held; the sequence number of the last one.
  package let records: Int

  /// Root of the Merkle tree over them, as the hub has stored it; nil when it is damaged.
  package let root: Digest?

  init(row: Row) {
    agent = AgentID(checked: row["agent"])
    journal = row["journal"]
    site = Label(checked: row["site"])
    software = row["software"]
    openedAt = Instant(microseconds: row["opened_at"])
    lastAt = Instant(microseconds: row["last_at"])
    records = row["size"]
    root = Digest(bytes: row["root"] as Data)
  }

  private enum CodingKeys: String, CodingKey {
    case agent, journal, site, software, records, root
    case openedAt = "opened_at"
    case lastAt = "last_at"
  }
}
