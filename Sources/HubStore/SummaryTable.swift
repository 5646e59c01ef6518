internal import FoundationEssentials
internal import GRDB
internal import Telemetry

/// The table of what each signal read for each lot.
struct SummaryTable {
  let db: Database
  let journal: Int64

  /// Two tables: of readings of which it is sure whose they are, and of the others.
  struct Tables: Sendable {
    let sure: String
    let unsure: String
  }

  /// What the lots read that frames are bound to.
  static let recorded = Tables(sure: "signal_summary", unsure: "unsure_summary")

  /// What lots read that were there at other times than is recorded.
  static let corrected = Tables(sure: "corrected_summary", unsure: "corrected_unsure_summary")

  var tables = Self.recorded

  /// Adds what a batch counted to what is there.
  func add(_ tallies: [PreparedRecords.TallyKey: [SignalTally]]) throws {
    for (key, signals) in tallies {
      guard let presence = key.presence else {
        for (index, tally) in signals.enumerated() {
          try add(tally, key, signal: index, to: tables.sure)
        }
        continue
      }
      guard let layout = try StoredLayout.fetch(db, journal: journal, seq: key.layout) else {
        throw HubStoreError.damaged("there is no layout \(key.layout)")
      }
      for (index, tally) in signals.enumerated() {
        let places = layout.placesOfSignals[index]
        if presence.sure.contains(where: places.contains) {
          try add(tally, key, signal: index, to: tables.sure)
        } else if presence.unsure.contains(where: places.contains) {
          try add(tally, key, signal: index, to: tables.unsure)
        }
      }
    }
  }

  private func add(
    _ tally: SignalTally,
    _ key: PreparedRecords.TallyKey,
    signal: Int,
    to table: String
  ) throws {
    var total = try stored(key, signal: signal, in: table) ?? SignalTally()
    total.merge(tally)
    try store(total, key, signal: signal, in: table)
  }

  private func stored(
    _ key: PreparedRecords.TallyKey,
    signal: Int,
    in table: String
  ) throws -> SignalTally? {
    let statement = try db.cachedStatement(
      sql: """
        SELECT * FROM \(table)
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
    signal: Int,
    in table: String
  ) throws {
    let statement = try db.cachedStatement(
      sql: """
        INSERT OR REPLACE INTO \(table)
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
