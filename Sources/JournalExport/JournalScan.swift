package import JournalStore

/// Goes through a journal's records in order, a few at a time, beside its writer.
package struct JournalScan {
  /// Most records, and bytes of them, in memory at a time.
  private static let records = 2_000
  private static let bytes = 4 << 20

  private let reader: JournalReader

  /// The last record that was given.
  package private(set) var last: Int

  /// Begins behind a record; 0 for the first.
  package init(_ reader: JournalReader, after seq: Int) {
    self.reader = reader
    last = seq
  }

  /// The next records that are committed by now; none at the end.
  package mutating func next() throws -> [StoredRecord] {
    let next = try reader.records(after: last, limit: Self.records, bytes: Self.bytes)
    if let seq = next.last?.seq { last = seq }
    return next
  }
}
