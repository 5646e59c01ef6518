internal import GRDB
internal import Genealogy
internal import LotBinding
internal import Telemetry

/// What the clock showed decides what lasted at one moment where a correction says when that was: no
/// record need lie between two such times.
extension CorrectedGenealogy {
  typealias Span = Stay<RecordReference>

  /// Those of the stays that lasted while the visit did.
  func together(_ stays: [MaterialStay], _ visit: StationVisit) throws -> [MaterialStay] {
    try stays.filter { try areTogether($0, visit) }
  }

  /// Those of the visits that lasted while the stay did.
  func together(_ visits: [StationVisit], _ stay: MaterialStay) throws -> [StationVisit] {
    try visits.filter { try areTogether(stay, $0) }
  }

  private func areTogether(_ stay: MaterialStay, _ visit: StationVisit) throws -> Bool {
    if stay.correctedSpan == nil, visit.correctedSpan == nil { return true }
    guard let there = try span(stay.span, stay.from, stay.to),
      let meanwhile = try span(visit.span, visit.from, visit.to)
    else { return false }
    return there.overlaps(meanwhile)
  }

  /// Who was there when a visit began, and each change until it ended.
  func crews(_ crews: [RecordedCrew], within span: Span) throws -> [RecordedCrew] {
    guard let journal = try journal(of: span.content) else { return crews }
    let stays = try RecordedStays(db: db, journal: journal)
    let times = crews.map { stays.time($0.at, of: $0.record.seq) }
    let first = times.lastIndex { $0 <= span.from } ?? 0
    let within = crews.indices.filter { index in
      index >= first && span.to.map { times[index] < $0 } ?? true
    }
    return Array(within.map { crews[$0] }.drop { $0.crew.operators.isEmpty })
  }

  private func journal(of record: RecordReference) throws -> Int64? {
    try Int64.fetchOne(
      db.cachedStatement(sql: "SELECT id FROM journal WHERE agent = ? AND journal = ?"),
      arguments: [record.agent.text, record.journal]
    )
  }

  /// When something was there, as it is corrected.
  ///
  /// - Parameters:
  ///   - span: The records that began and ended it.
  ///   - from: What the clock showed when it began.
  ///   - to: What the clock showed when it ended.
  /// - Returns: nil for a journal that is not there.
  /// - Throws: The database's errors.
  func span(_ span: RecordSpan, _ from: Instant, _ to: Instant?) throws -> Span? {
    guard let journal = try journal(of: span.start) else { return nil }
    let row = try Row.fetchOne(
      db.cachedStatement(
        sql: """
          SELECT from_epoch, from_at, to_epoch, to_at FROM corrected
          WHERE journal = ? AND entry = ? AND from_epoch IS NOT NULL
          """
      ),
      arguments: [journal, span.start.seq]
    )
    if let row {
      return Span(
        span.start,
        from: JournalTime(epoch: row["from_epoch"], at: Instant(microseconds: row["from_at"])),
        to: (row["to_epoch"] as Int?).map { epoch in
          JournalTime(epoch: epoch, at: Instant(microseconds: row["to_at"]))
        }
      )
    }
    let stays = try RecordedStays(db: db, journal: journal)
    return Span(
      span.start,
      from: stays.time(from, of: span.start.seq),
      to: to.flatMap { to in span.end.map { stays.time(to, of: $0) } }
    )
  }
}
