internal import FoundationEssentials
internal import GRDB
package import MerkleLog
package import Telemetry

/// One journal as the hub holds it, for whoever proves what is in it.
package struct HubJournal: RecordLog {
  private let reader: HubReader
  private let id: Int64

  /// Its records when it was opened; what comes later is not looked at.
  package let lastSeq: Int
  package let listing: JournalListing

  init(_ listing: JournalListing, id: Int64, in reader: HubReader) {
    self.listing = listing
    self.id = id
    self.reader = reader
    lastSeq = listing.records
  }

  package var opening: JournalOpening {
    get throws {
      guard let first = try page(after: 0, limit: 1).first,
        case .opening(let opening)? = try? RecordCoding.decode(first.body).content
      else { throw HubStoreError.damaged("the first record of \(listing.journal) opens nothing") }
      return opening
    }
  }

  package var lastCheckpoint: LoggedRecord? {
    get throws {
      let seq = try reader.look {
        try Int.fetchOne(
          $0,
          sql: "SELECT max(seq) FROM log_checkpoint WHERE journal = ? AND seq <= ?",
          arguments: [id, lastSeq]
        )
      }
      return try seq.flatMap { try page(after: $0 - 1, limit: 1).first }
    }
  }

  package func page(after seq: Int, limit: Int) throws -> [LoggedRecord] {
    guard seq < lastSeq else { return [] }
    return try reader.look { db in
      try StoredRecord.fetch(db, journal: id, seq + 1...min(seq + limit, lastSeq))
        .map { LoggedRecord(seq: $0.seq, body: $0.body) }
    }
  }

  package func storyPage(after seq: Int, limit: Int) throws -> [LoggedRecord] {
    try reader.look { db in
      let statement = try db.cachedStatement(
        sql: """
          SELECT position, body FROM record WHERE position > ? AND position <= ?
            AND substr(body, 1, 15) <> CAST('{"type":"frame"' AS BLOB)
          ORDER BY position LIMIT ?
          """
      )
      let rows = try Row.fetchAll(
        statement,
        arguments: [
          Schema.position(journal: id, seq: seq), Schema.position(journal: id, seq: lastSeq), limit,
        ]
      )
      return rows.map { row in
        let position: Int64 = row[0]
        let body: Data = row[1]
        return LoggedRecord(seq: Int(position & (1 << Schema.seqBits - 1)), body: Array(body))
      }
    }
  }

  package func leaves(_ range: Range<Int>) throws -> [Digest] {
    try reader.look { try HubNodes(db: $0, journal: id).leaves(range) }
  }

  package func nodes(level: Int, _ range: Range<Int>) throws -> [Digest] {
    try reader.look { try HubNodes(db: $0, journal: id).nodes(level: level, range) }
  }
}

extension HubReader {
  /// The journals of an agent, or of all.
  package func logs(of agent: AgentID? = nil) async throws -> [HubJournal] {
    var logs: [HubJournal] = []
    for listing in try await journals() where agent == nil || agent == listing.agent {
      let state = try await state(agent: listing.agent, journal: listing.journal)
      guard let id = state.id else { continue }
      logs.append(HubJournal(listing, id: id, in: self))
    }
    return logs
  }
}
