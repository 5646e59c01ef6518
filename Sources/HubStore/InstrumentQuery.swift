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

  /// The visits of which readings of the instrument are recorded, that lasted at any moment between
  /// two times.
  private func visits(
    measuredBy instrument: Label,
    from: Instant?,
    to: Instant
  ) throws -> [StationVisit] {
    try SQLGenealogy(db: db).visits(
      where: """
        b.started_at <= ? AND coalesce(b.ended_at, 9223372036854775807) >= ? AND EXISTS (
          SELECT 1 FROM (\(Self.readings)) s JOIN (\(Self.signals)) n
            ON n.journal = s.journal AND n.seq = s.layout AND n.signal = s.signal
          WHERE s.journal = b.journal AND s.binding = b.seq AND n.instrument = ?)
        """,
      [to.microseconds, from?.microseconds ?? .min, instrument.text]
    )
  }
}
