internal import FoundationEssentials
internal import GRDB
internal import Telemetry

/// The table of what each signal read for each lot.
struct SummaryTable {
  let db: Database
  let journal: Int64

  /// Adds what a batch counted to what is there.
  func add(_ tallies: [PreparedRecords.TallyKey: [SignalTally]]) throws {
    for (key, signals) in tallies {
      for (index, tally) in signals.enumerated() {
        var total = try stored(key, signal: index) ?? SignalTally()
        total.merge(tally)
        try store(total, key, signal: index)
      }
    }
  }

  private func stored(_ key: PreparedRecords.TallyKey, signal: Int) throws -> SignalTally? {
    let statement = try db.cachedStatement(
      sql: """
        SELECT * FROM signal_summary
        WHERE journal = ? AND binding = ? AND layout = ? AND signal = ?
        """
    )
    return try Row.fetchOne(statement, arguments: [journal, key.binding, key.layout, signal])
      .map(Self.tally)
  }

  static func tally(_ row: Row) throws -> SignalTally {
    var tally = SignalTally()
    tally.good = row["good"]
    tally.bad = row["bad"]
    tally.numbers = row["numbers"]
    tally.sum = row["sum"] ?? .nan
    tally.minimum = row["minimum"] ?? .infinity
    tally.maximum = row["maximum"] ?? -.infinity
    tally.hasMoreTexts = row["more_texts"]
    if let causes: String = row["causes"] {
      tally.causes = try JSONDecoder().decode([String: Int].self, from: Data(causes.utf8))
    }
    if let texts: String = row["texts"] {
      tally.texts = try JSONDecoder().decode([String].self, from: Data(texts.utf8))
    }
    return tally
  }

  /// SQLite keeps NaN as null, and a sum that is infinite stays so.
  private func store(
    _ tally: SignalTally,
    _ key: PreparedRecords.TallyKey,
    signal: Int
  ) throws {
    let statement = try db.cachedStatement(
      sql: """
        INSERT OR REPLACE INTO signal_summary
          (journal, binding, layout, signal, good, bad, numbers, minimum, maximum, sum, causes,
           texts, more_texts)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """
    )
    let hasNumbers = tally.numbers > 0
    try statement.execute(arguments: [
      journal, key.binding, key.layout, signal, tally.good, tally.bad, tally.numbers,
      hasNumbers ? tally.minimum : nil, hasNumbers ? tally.maximum : nil, tally.sum,
      try tally.causes.isEmpty ? nil : Self.json(tally.causes),
      try tally.texts.isEmpty ? nil : Self.json(tally.texts), tally.hasMoreTexts,
    ])
  }

  private static func json(_ value: some Encodable) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(value), as: UTF8.self)
  }
}
