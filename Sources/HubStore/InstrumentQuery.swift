internal import FoundationEssentials
internal import GRDB
internal import Genealogy
internal import Telemetry

/// Answers what is known of instruments, within one read transaction.
struct InstrumentQuery {
  let db: Database

  /// The layouts' signals, with the name of their instrument.
  private static let signals = """
    SELECT l.journal, l.seq, signal.key AS signal, signal.value ->> 'calibration' AS instrument
    FROM layout l, json_each(l.signals) signal
    """

  /// What was read for which lot, surely or perhaps.
  private static let readings = """
    SELECT journal, binding, layout, signal FROM signal_summary
    UNION ALL SELECT journal, binding, layout, signal FROM unsure_summary
    """

  /// The same, and what was counted anew since a correction.
  private static let correctedReadings = """
    SELECT journal, binding, layout, signal, 1 AS is_corrected FROM corrected_summary
    UNION ALL SELECT journal, binding, layout, signal, 1 FROM corrected_unsure_summary
    UNION ALL SELECT journal, binding, layout, signal, 0 FROM (\(readings))
    """

  func names() throws -> [String] {
    guard try db.tableExists("calibration") else { return [] }
    return try String.fetchAll(
      db,
      sql: """
        SELECT instrument FROM (\(Self.signals)) WHERE instrument IS NOT NULL
        UNION SELECT instrument FROM calibration ORDER BY instrument
        """
    )
  }

  func trace(_ instrument: Label) throws -> InstrumentTrace? {
    guard try names().contains(instrument.text) else { return nil }
    let history = try SQLGenealogy(db: db).calibrationHistory(of: instrument)
    return InstrumentTrace(
      instrument: instrument,
      calibrations: history.entries.map(\.source),
      failures: try history.failures.map { failure in
        InstrumentTrace.Failure(
          found: failure.found.source,
          lastGood: failure.lastGood?.source,
          visits: try visits(
            measuredBy: instrument,
            from: failure.start,
            to: failure.found.calibration.done
          )
        )
      }
    )
  }

  /// The visits that have readings of the instrument, as they are corrected, and that lasted at any
  /// moment between two times.
  private func visits(
    measuredBy instrument: Label,
    from: Instant?,
    to: Instant
  ) throws -> [StationVisit] {
    try CorrectedGenealogy(SQLGenealogy(db: db)).visits(
      recorded: """
        b.started_at <= ?1 AND coalesce(b.ended_at, 9223372036854775807) >= ?2 AND EXISTS (
          SELECT 1 FROM (\(Self.readings)) s JOIN (\(Self.signals)) n
            ON n.journal = s.journal AND n.seq = s.layout AND n.signal = s.signal
          WHERE s.journal = b.journal AND s.binding = b.seq AND n.instrument = ?3)
        """,
      corrected: """
        c.from_at <= ?1 AND coalesce(c.to_at, 9223372036854775807) >= ?2 AND EXISTS (
          SELECT 1 FROM (\(Self.correctedReadings)) s JOIN (\(Self.signals)) n
            ON n.journal = s.journal AND n.seq = s.layout AND n.signal = s.signal
          WHERE s.journal = c.journal AND s.binding = c.entry
            AND (s.is_corrected = c.counts OR c.recounting) AND n.instrument = ?3)
        """,
      [to.microseconds, from?.microseconds ?? .min, instrument.text]
    )
  }
}
