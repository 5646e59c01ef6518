internal import GRDB
internal import Genealogy
internal import Telemetry

extension SQLGenealogy {
  func corrections(of lot: LotID) throws -> [RecordedCorrection] {
    // A file that an earlier program has written, and no later one yet.
    guard try db.tableExists("corrected") else { return [] }
    let rows = try Row.fetchAll(db.cachedStatement(sql: Self.corrections), arguments: [lot.text])
    return try rows.map(Self.correction)
  }

  /// Those of the lot itself; of what went into it and of what it went into; of material that stood at its stations meanwhile, by what is recorded
  /// or by what is corrected; and of operators there.
  private static let corrections = """
    WITH visit AS (
      SELECT b.journal, b.station, b.seq AS start, coalesce(b.end_seq, 9223372036854775807) AS end,
        b.started_at AS began, coalesce(b.ended_at, 9223372036854775807) AS ended
      FROM binding b WHERE b.lot = ?1
      UNION
      SELECT journal, station, start_seq, coalesce(end_seq, 9223372036854775807),
        from_at, coalesce(to_at, 9223372036854775807)
      FROM corrected WHERE lot = ?1 AND is_material = 0
    ), about AS (
      SELECT c.journal, c.seq FROM corrected e
      JOIN correction c ON c.journal = e.journal AND c.entry = e.entry
      WHERE e.lot = ?1 OR e.recorded_lot = ?1
      UNION
      SELECT c.journal, c.seq FROM visit v
      JOIN corrected e ON e.journal = v.journal AND e.station = v.station AND e.is_material = 1
      JOIN correction c ON c.journal = e.journal AND c.entry = e.entry
      LEFT JOIN load l ON l.journal = e.journal AND l.seq = e.entry
      WHERE (l.seq < v.end AND coalesce(l.end_seq, 9223372036854775807) > v.start)
        OR (e.start_seq < v.end AND coalesce(e.end_seq, 9223372036854775807) > v.start)
      UNION
      SELECT c.journal, c.seq FROM consumption o
      JOIN correction c ON c.journal = o.journal AND c.entry = o.seq
      WHERE o.output = ?1 OR o.input = ?1
      UNION
      SELECT c.journal, c.seq FROM visit v
      JOIN correction c ON c.journal = v.journal AND c.station = v.station
      WHERE c.from_at < v.ended AND c.to_at > v.began
    )
    SELECT j.agent, j.journal, c.seq, c.at, c.content, e.recorded_lot, w.seq AS withdrawn_seq,
      w.at AS withdrawn_at, w.content AS withdrawn_content
    FROM about a
    JOIN correction c ON c.journal = a.journal AND c.seq = a.seq
    JOIN journal j ON j.id = c.journal
    LEFT JOIN corrected e ON e.journal = c.journal AND e.entry = c.entry
    LEFT JOIN correction w ON w.journal = c.journal AND w.seq = c.withdrawn_by
    WHERE NOT c.withdraws
    ORDER BY j.id, c.seq
    """

  private static func correction(_ row: Row) throws -> RecordedCorrection {
    let record = reference(row)
    let withdrawn = try (row["withdrawn_seq"] as Int?).map { seq in
      let correction: Correction = try row.json("withdrawn_content")
      return RecordedCorrection.Withdrawal(
        record: RecordReference(agent: record.agent, journal: record.journal, seq: seq),
        at: Instant(microseconds: row["withdrawn_at"]),
        by: correction.by,
        reason: correction.reason
      )
    }
    return RecordedCorrection(
      record: record,
      at: Instant(microseconds: row["at"]),
      correction: try row.json("content"),
      recordedLot: (row["recorded_lot"] as String?).map { LotID(checked: $0) },
      withdrawn: withdrawn
    )
  }
}
