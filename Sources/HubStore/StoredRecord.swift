internal import FoundationEssentials
internal import GRDB
internal import Telemetry

/// One row of `record`.
struct StoredRecord: Sendable {
  let seq: Int
  let body: [UInt8]
  let leaf: [UInt8]

  static func fetch(
    _ db: Database,
    journal: Int64,
    _ range: ClosedRange<Int>
  ) throws -> [StoredRecord] {
    let statement = try db.cachedStatement(
      sql:
        "SELECT position, body, leaf FROM record WHERE position BETWEEN ? AND ? ORDER BY position"
    )
    let rows = try Row.fetchCursor(
      statement,
      arguments: [
        Schema.position(journal: journal, seq: range.lowerBound),
        Schema.position(journal: journal, seq: range.upperBound),
      ]
    )
    var records: [StoredRecord] = []
    while let row = try rows.next() {
      let position: Int64 = row[0]
      let body: Data = row[1]
      let leaf: Data = row[2]
      records.append(
        StoredRecord(
          seq: Int(position & (1 << Schema.seqBits - 1)),
          body: Array(body),
          leaf: Array(leaf)
        )
      )
    }
    return records
  }

  /// Records that are in memory at once.
  static let page = 2_000

  /// Goes through records in order, taken apart, until `take` says that it is enough.
  static func each(
    _ db: Database,
    journal: Int64,
    _ range: Range<Int>,
    _ take: (JournalRecord) throws -> Bool
  ) throws {
    for first in stride(from: range.lowerBound, to: range.upperBound, by: page) {
      for stored in try fetch(db, journal: journal, first...min(first + page, range.upperBound) - 1)
      {
        guard try take(try RecordCoding.decode(stored.body)) else { return }
      }
    }
  }

  /// One record of a journal, taken apart; nil when it is not there.
  static func record(_ db: Database, journal: Int64, _ seq: Int) throws -> JournalRecord? {
    let body = try Data.fetchOne(
      db.cachedStatement(sql: "SELECT body FROM record WHERE position = ?"),
      arguments: [Schema.position(journal: journal, seq: seq)]
    )
    return try body.map { try RecordCoding.decode(Array($0)) }
  }
}
