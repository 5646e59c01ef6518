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

    var all: [String] { [sure, unsure] }
  }

  /// What the lots read that frames are bound to.
  static let recorded = Tables(sure: "signal_summary", unsure: "unsure_summary")

  /// What lots read that were there at other times than is recorded.
  static let corrected = Tables(sure: "corrected_summary", unsure: "corrected_unsure_summary")

  var tables = Self.recorded

  /// One row of a table.
  struct Key: Hashable {
    let binding: Int
    let layout: Int
    let signal: Int
    let isSure: Bool
  }

  /// Adds what a batch counted to what is there: each row is read and written once.
  func add(
    _ tallies: [PreparedRecords.TallyKey: [SignalTally]],
    _ layouts: inout StoredLayouts
  ) throws {
    for (key, tally) in try Self.rows(tallies, &layouts) {
      var total = try stored(key) ?? SignalTally()
      total.merge(tally)
      try store(total, key)
    }
  }

  /// What each signal read of what was counted, apart by whether it is sure whose the readings are.
  static func rows(
    _ tallies: [PreparedRecords.TallyKey: [SignalTally]],
    _ layouts: inout StoredLayouts
  ) throws -> [Key: SignalTally] {
    var rows: [Key: SignalTally] = [:]
    for (key, signals) in tallies {
      let places = key.presence == nil ? [] : try places(of: key.layout, &layouts)
      for (index, tally) in signals.enumerated() {
        guard let isSure = isSure(key.presence, signal: index, places) else { continue }
        let row = Key(binding: key.binding, layout: key.layout, signal: index, isSure: isSure)
        rows[row, default: SignalTally()].merge(tally)
      }
    }
    return rows
  }

  /// Whether a signal's readings are surely those of a lot; nil when they are not.
  private static func isSure(
    _ presence: PreparedRecords.Presence?,
    signal: Int,
    _ placesOfSignals: [[Int]]
  ) -> Bool? {
    guard let presence else { return true }
    let places = placesOfSignals[signal]
    if presence.sure.contains(where: places.contains) { return true }
    return presence.unsure.contains(where: places.contains) ? false : nil
  }

  private static func places(
    of layout: Int,
    _ layouts: inout StoredLayouts
  ) throws -> [[Int]] {
    guard let layout = try layouts.layout(layout) else {
      throw HubStoreError.damaged("there is no layout \(layout)")
    }
    return layout.placesOfSignals
  }

  private func table(of key: Key) -> String { key.isSure ? tables.sure : tables.unsure }

  private func stored(_ key: Key) throws -> SignalTally? {
    let statement = try db.cachedStatement(
      sql: """
        SELECT * FROM \(table(of: key))
        WHERE journal = ? AND binding = ? AND layout = ? AND signal = ?
        """
    )
    return try Row.fetchOne(statement, arguments: [journal, key.binding, key.layout, key.signal])
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
    tally.causes = try row.jsonIfPresent("causes") ?? [:]
    tally.texts = try row.jsonIfPresent("texts") ?? []
    return tally
  }

  /// SQLite keeps NaN as null, and a sum that is infinite stays so.
  private func store(_ tally: SignalTally, _ key: Key) throws {
    let statement = try db.cachedStatement(
      sql: """
        INSERT OR REPLACE INTO \(table(of: key))
          (journal, binding, layout, signal, good, bad, numbers, minimum, maximum, sum, causes,
           texts, more_texts)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """
    )
    let hasNumbers = tally.numbers > 0
    try statement.execute(arguments: [
      journal, key.binding, key.layout, key.signal, tally.good, tally.bad, tally.numbers,
      hasNumbers ? tally.minimum : nil, hasNumbers ? tally.maximum : nil, tally.sum,
      try tally.causes.isEmpty ? nil : JSONColumn.text(tally.causes),
      try tally.texts.isEmpty ? nil : JSONColumn.text(tally.texts), tally.hasMoreTexts,
    ])
  }
}
