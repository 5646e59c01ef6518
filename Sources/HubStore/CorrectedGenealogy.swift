internal import GRDB
internal import Genealogy
internal import Telemetry

/// Answers a trace with what is known by now: as recorded, and the corrections laid over it.
struct CorrectedGenealogy: GenealogyStore {
  private let recorded: SQLGenealogy
  let db: Database

  /// Whether the file knows of corrections; one that an earlier program has written does not.
  private let hasCorrections: Bool

  /// The column of what was said when material was taken away, where the file has it.
  private let unload: String

  init(_ recorded: SQLGenealogy) throws {
    self.recorded = recorded
    db = recorded.db
    hasCorrections = try db.tableExists("corrected")
    let hasUnloads = try db.columns(in: "load").contains { $0.name == "end_content" }
    unload = hasUnloads ? "l.end_content" : "NULL AS end_content"
  }

  // MARK: Lots

  func visits(of lot: LotID) throws -> [StationVisit] {
    let visits =
      try uncorrected(try recorded.visits(of: lot)) { $0.span.start }
      + correctedVisits("c.lot = ?", [lot.text])
    return visits.sorted { ($0.from, $0.span.start.seq) < ($1.from, $1.span.start.seq) }
  }

  func visits(during stay: MaterialStay) throws -> [StationVisit] {
    let near =
      try uncorrected(try recorded.visits(during: stay.recorded(as: stay.extent))) { $0.span.start }
      + correctedVisits(Self.overlap, Self.overlap(stay.extent, station: stay.load.station))
    return try together(near, stay)
  }

  /// Visits that fulfil a condition: those that no correction is about as they are recorded, where `b`
  /// is the row, and the others as they are corrected, where `c` is.
  func visits(
    recorded condition: String,
    corrected: String,
    _ arguments: StatementArguments
  ) throws -> [StationVisit] {
    let visits =
      try uncorrected(try recorded.visits(where: condition, arguments)) { $0.span.start }
      + correctedVisits(corrected, arguments)
    return visits.sorted { ($0.from, $0.span.start.seq) < ($1.from, $1.span.start.seq) }
  }

  func signals(during visit: StationVisit) throws -> [SignalSummary] {
    guard visit.correctedSpan != nil else { return try recorded.signals(during: visit) }
    let counted = try recorded.signals(during: visit, in: SummaryTable.corrected)
    // Its readings were never counted by other times than the recorded ones.
    if visit.recounting == true, counted.isEmpty { return try recorded.signals(during: visit) }
    return counted
  }

  func writes(during visit: StationVisit) throws -> [RecordedWrite] {
    try recorded.writes(during: visit.recorded(as: visit.extent))
  }

  func crews(during visit: StationVisit) throws -> [RecordedCrew] {
    let crews = try recorded.crews(during: visit.recorded(as: visit.extent))
    guard hasCorrections else { return crews }
    let query = PresenceQuery(db: db)
    let presences = try query.presences(at: visit.binding.station, of: visit.span.start)
    if presences.isEmpty, visit.correctedSpan == nil { return crews }
    guard let span = try span(visit.span, visit.from, visit.to) else { return crews }
    let there = visit.correctedSpan == nil ? crews : try self.crews(crews, within: span)
    return try query.corrected(there, by: presences, at: visit.binding.station, within: span)
  }

  func units(of visit: StationVisit) throws -> [UnitStay] { try recorded.units(of: visit) }

  func figures(of unit: UnitStay, during visit: StationVisit) throws -> UnitFigures? {
    try recorded.figures(of: unit, during: visit)
  }

  func clockSteps(during span: RecordSpan) throws -> [RecordedClockStep] {
    try recorded.clockSteps(during: span)
  }

  // MARK: Material

  func stays(of lot: LotID) throws -> [MaterialStay] {
    try uncorrected(try recorded.stays(of: lot)) { $0.span.start }
      + correctedStays("c.lot = ?", [lot.text])
  }

  func stays(during visit: StationVisit) throws -> [MaterialStay] {
    let near =
      try uncorrected(try recorded.stays(during: visit.recorded(as: visit.extent))) {
        $0.span.start
      }
      + correctedStays(Self.overlap, Self.overlap(visit.extent, station: visit.binding.station))
    return try together(near, visit)
  }

  func consumptions(into lot: LotID) throws -> [RecordedConsumption] {
    try holding(try recorded.consumptions(into: lot))
  }

  func consumptions(of lot: LotID) throws -> [RecordedConsumption] {
    try holding(try recorded.consumptions(of: lot))
  }

  func corrections(of lot: LotID) throws -> [RecordedCorrection] {
    try recorded.corrections(of: lot)
  }

  func calibrations(of instrument: Label) throws -> [RecordedCalibration] {
    try recorded.calibrations(of: instrument)
  }

  // MARK: Rows

  /// Those of which no correction says anything.
  private func uncorrected<Fact>(
    _ facts: [Fact],
    _ record: (Fact) -> RecordReference
  ) throws -> [Fact] {
    guard hasCorrections else { return facts }
    let statement = try db.cachedStatement(
      sql: """
        SELECT 1 FROM corrected c JOIN journal j ON j.id = c.journal
        WHERE j.agent = ? AND j.journal = ? AND c.entry = ?
        """
    )
    return try facts.filter { fact in
      let record = record(fact)
      let arguments: StatementArguments = [record.agent.text, record.journal, record.seq]
      return try Bool.fetchOne(statement, arguments: arguments) == nil
    }
  }

  /// Those of which no correction says that they were not.
  private func holding(_ consumptions: [RecordedConsumption]) throws -> [RecordedConsumption] {
    guard hasCorrections else { return consumptions }
    let statement = try db.cachedStatement(
      sql: """
        SELECT 1 FROM correction c JOIN journal j ON j.id = c.journal
        WHERE j.agent = ? AND j.journal = ? AND c.entry = ? AND c.withdrawn_by IS NULL
          AND NOT c.withdraws
        """
    )
    return try consumptions.filter { consumption in
      let record = consumption.record
      let arguments: StatementArguments = [record.agent.text, record.journal, record.seq]
      return try Bool.fetchOne(statement, arguments: arguments) == nil
    }
  }

  private static let overlap = """
    j.agent = ? AND j.journal = ? AND c.station = ? AND c.start_seq < ?
      AND (c.end_seq IS NULL OR c.end_seq > ?)
    """

  private static func overlap(_ span: RecordSpan, station: StationID) -> StatementArguments {
    [span.start.agent.text, span.start.journal, station.text, span.end ?? .max, span.start.seq]
  }

  private func rows(
    _ condition: String,
    _ arguments: StatementArguments,
    isMaterial: Bool
  ) throws -> [Row] {
    guard hasCorrections else { return [] }
    return try Row.fetchAll(
      db.cachedStatement(
        sql: """
          SELECT j.agent, j.journal, j.site, c.entry AS seq, c.content, c.from_at, c.to_at,
            c.start_seq, c.end_seq, c.recorded_end, c.counts, \(unload), c.recounting
          FROM corrected c JOIN journal j ON j.id = c.journal
          LEFT JOIN load l ON l.journal = c.journal AND l.seq = c.entry
          WHERE c.is_material = \(isMaterial ? 1 : 0) AND c.lot IS NOT NULL AND \(condition)
          ORDER BY c.journal, c.start_seq, c.entry
          """
      ),
      arguments: arguments
    )
  }

  private func correctedVisits(
    _ condition: String,
    _ arguments: StatementArguments
  ) throws -> [StationVisit] {
    try rows(condition, arguments, isMaterial: false).map { row in
      let span = RecordSpan(start: SQLGenealogy.reference(row), end: row["recorded_end"])
      return StationVisit(
        span: span,
        site: Label(checked: row["site"]),
        binding: try row.json("content"),
        from: Instant(microseconds: row["from_at"]),
        to: (row["to_at"] as Int64?).map { Instant(microseconds: $0) },
        correctedSpan: row["counts"] ? Self.extent(row, span) : nil,
        recounting: row["recounting"] ? true : nil
      )
    }
  }

  private func correctedStays(
    _ condition: String,
    _ arguments: StatementArguments
  ) throws -> [MaterialStay] {
    try rows(condition, arguments, isMaterial: true).map { row in
      let span = RecordSpan(start: SQLGenealogy.reference(row), end: row["recorded_end"])
      let extent = Self.extent(row, span)
      return MaterialStay(
        span: span,
        load: try row.json("content"),
        from: Instant(microseconds: row["from_at"]),
        to: (row["to_at"] as Int64?).map { Instant(microseconds: $0) },
        correctedSpan: extent == span ? nil : extent,
        unload: try row.jsonIfPresent("end_content")
      )
    }
  }

  private static func extent(_ row: Row, _ span: RecordSpan) -> RecordSpan {
    let start = RecordReference(
      agent: span.start.agent,
      journal: span.start.journal,
      seq: row["start_seq"]
    )
    return RecordSpan(start: start, end: row["end_seq"])
  }
}

extension StationVisit {
  /// The same visit as if its records said that it had lasted so.
  fileprivate func recorded(as span: RecordSpan) -> StationVisit {
    StationVisit(span: span, site: site, binding: binding, from: from, to: to)
  }
}

extension MaterialStay {
  /// The same stay as if its records said that it had lasted so.
  fileprivate func recorded(as span: RecordSpan) -> MaterialStay {
    MaterialStay(span: span, load: load, from: from, to: to)
  }
}
