internal import GRDB
package import Telemetry

/// A line of the story that a journal tells: one row of its view `event`.
package struct EventRow: Sendable, Hashable, Codable {
  package let seq: Int
  package let at: String

  /// The record's type.
  package let type: String
  package let station: String?
  package let device: String?
  package let lot: String?
  package let operatorName: String?
  package let detail: String?

  package static let columns = [
    "seq", "at", "type", "station", "device", "lot", "operator", "detail",
  ]

  /// What the columns hold.
  package var cells: [String?] {
    ["\(seq)", at, type, station, device, lot, operatorName, detail]
  }

  package enum CodingKeys: String, CodingKey {
    case seq, at, type, station, device, lot, detail
    case operatorName = "operator"
  }
}

extension JournalReader {
  /// One committed record; nil when there is none of that number.
  package func record(_ seq: Int) throws -> StoredRecord? {
    try look { try JournalFile.record(seq, in: $0) }
  }

  /// The record by which a lot was first started; nil when none says so.
  package func firstBinding(of lot: LotID) throws -> Int? {
    try look {
      try Int.fetchOne(
        $0,
        sql: "SELECT min(seq) FROM event WHERE type = 'binding' AND lot = ?",
        arguments: [lot.text]
      )
    }
  }

  /// The lots that were started, the last ones first, `limit` of them at most.
  package func lots(limit: Int) throws -> [String] {
    try look {
      try String.fetchAll(
        $0,
        sql: """
          SELECT lot FROM event WHERE type = 'binding' GROUP BY lot ORDER BY max(seq) DESC LIMIT ?
          """,
        arguments: [limit]
      )
    }
  }

  /// The next lines of the story after a record.
  package func events(after seq: Int, limit: Int) throws -> [EventRow] {
    try look { database in
      try Row.fetchAll(
        database.cachedStatement(
          sql: """
            SELECT seq, at, type, station, device, lot, operator, detail FROM event
            WHERE seq > ? ORDER BY seq LIMIT ?
            """
        ),
        arguments: [seq, limit]
      ).map { row in
        EventRow(
          seq: row["seq"],
          at: row["at"],
          type: row["type"],
          station: row["station"],
          device: row["device"],
          lot: row["lot"],
          operatorName: row["operator"],
          detail: row["detail"]
        )
      }
    }
  }
}
