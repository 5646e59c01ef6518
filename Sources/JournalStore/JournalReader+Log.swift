internal import GRDB
package import MerkleLog
package import Telemetry

extension JournalReader: RecordLog {
  package var opening: JournalOpening { get throws { try identity().opening } }

  package var lastSeq: Int { get throws { try identity().head.size } }

  package var lastCheckpoint: LoggedRecord? {
    get throws {
      try look { database in
        try Row.fetchOne(
          database,
          sql: """
            SELECT record.seq, record.body, record.leaf FROM story
            JOIN record ON record.seq = story.seq
            WHERE story.type = 'checkpoint' ORDER BY story.seq DESC LIMIT 1
            """
        ).flatMap { try StoredRecord(row: $0) }
      }.map { LoggedRecord(seq: $0.seq, body: $0.body) }
    }
  }

  package func page(after seq: Int, limit: Int) throws -> [LoggedRecord] {
    try records(after: seq, limit: limit, bytes: Self.pageBytes)
      .map { LoggedRecord(seq: $0.seq, body: $0.body) }
  }

  /// Bytes in memory at once.
  private static let pageBytes = 8 << 20

  package func storyPage(after seq: Int, limit: Int) throws -> [LoggedRecord] {
    try look { try Self.story(after: seq, limit: limit, in: $0) }
      .map { LoggedRecord(seq: $0.seq, body: $0.body) }
  }
}
