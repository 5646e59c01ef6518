package import Telemetry

/// A record's bytes and its number.
package struct LoggedRecord: Sendable, Hashable {
  package let seq: Int
  package let body: [UInt8]

  package init(seq: Int, body: [UInt8]) {
    self.seq = seq
    self.body = body
  }
}

/// A journal as somebody reads it who proves what is in it: an agent's own file, or a hub's.
package protocol RecordLog: MerkleStore {
  /// Whose journal it is.
  var opening: JournalOpening { get throws }

  /// The number of its last record.
  var lastSeq: Int { get throws }

  /// The bytes of its last checkpoint's record; nil when it was never signed.
  var lastCheckpoint: LoggedRecord? { get throws }

  /// The next records, in order, at most `limit`; none after the last.
  func page(after seq: Int, limit: Int) throws -> [LoggedRecord]

  /// The next records that are not frames.
  func storyPage(after seq: Int, limit: Int) throws -> [LoggedRecord]
}
