internal import GRDB
internal import Genealogy
internal import Telemetry

/// Answers a trace from the derived tables, within one read transaction.
struct SQLGenealogy: GenealogyStore {
  let db: Database

  private static let visitColumns = """
    SELECT j.agent, j.journal, j.site, b.*
    FROM binding b JOIN journal j ON j.id = b.journal
    """

  private static let stayColumns = """
    SELECT j.agent, j.journal, l.* FROM load l JOIN journal j ON j.id = l.journal
    """

  func visits(of lot: LotID) throws -> [StationVisit] {
    try visits(where: "b.lot = ?", [lot.text])
  }

  func visits(where condition: String, _ arguments: StatementArguments) throws -> [StationVisit] {
    try fetch(
      "\(Self.visitColumns) WHERE \(condition) ORDER BY b.started_at, b.journal, b.seq",
      arguments,
      Self.visit
    )
  }

  func stays(of lot: LotID) throws -> [MaterialStay] {
    try fetch(
      "\(Self.stayColumns) WHERE l.lot = ? ORDER BY l.journal, l.seq",
      [lot.text],
      Self.stay
    )
  }

  /// By sequence number, not by time: both began before the other ended.
  func stays(during visit: StationVisit) throws -> [MaterialStay] {
    try fetch(
      """
      \(Self.stayColumns)
      WHERE j.agent = ? AND j.journal = ? AND l.station = ? AND l.seq < ?
        AND (l.end_seq IS NULL OR l.end_seq > ?)
      ORDER BY l.seq
      """,
      Self.overlap(visit.span, station: visit.binding.station),
      Self.stay
    )
  }

  func visits(during stay: MaterialStay) throws -> [StationVisit] {
    try fetch(
      """
      \(Self.visitColumns)
      WHERE j.agent = ? AND j.journal = ? AND b.station = ? AND b.seq < ?
        AND (b.end_seq IS NULL OR b.end_seq > ?)
      ORDER BY b.seq
      """,
      Self.overlap(stay.span, station: stay.load.station),
      Self.visit
    )
  }

  func consumptions(into lot: LotID) throws -> [RecordedConsumption] {
    try consumptions(where: "c.output = ?", lot)
  }

  func consumptions(of lot: LotID) throws -> [RecordedConsumption] {
    try consumptions(where: "c.input = ?", lot)
  }

  func signals(during visit: StationVisit) throws -> [SignalSummary] {
    try signals(during: visit, in: SummaryTable.recorded)
  }

  func signals(
    during visit: StationVisit,
    in tables: SummaryTable.Tables
  ) throws -> [SignalSummary] {
    var summaries = SummaryList()
    for row in try summaryRows(visit, in: tables.sure) { try summaries.add(row, isSure: true) }
    // A file that an earlier program has written, and no later one yet, has no such table.
    if try db.tableExists(tables.unsure) {
      for row in try summaryRows(visit, in: tables.unsure) { try summaries.add(row, isSure: false) }
    }
    return summaries.all
  }

  private func summaryRows(_ visit: StationVisit, in table: String) throws -> [Row] {
    try Row.fetchAll(
      db.cachedStatement(
        sql: """
          SELECT s.*, l.device, l.signals FROM \(table) s
          JOIN journal j ON j.id = s.journal
          JOIN layout l ON l.journal = s.journal AND l.seq = s.layout
          WHERE j.agent = ? AND j.journal = ? AND s.binding = ?
          ORDER BY s.layout, s.signal
          """
      ),
      arguments: [
        visit.span.start.agent.text, visit.span.start.journal, visit.span.start.seq,
      ]
    )
  }

  func clockSteps(during span: RecordSpan) throws -> [RecordedClockStep] {
    // A file that an earlier program has written, and no later one yet.
    guard try db.tableExists("clock_step") else { return [] }
    return try fetch(
      """
      SELECT j.agent, j.journal, c.* FROM clock_step c JOIN journal j ON j.id = c.journal
      WHERE j.agent = ? AND j.journal = ? AND c.seq > ? AND c.seq < ?
      ORDER BY c.seq
      """,
      [span.start.agent.text, span.start.journal, span.start.seq, span.end ?? .max]
    ) { row in
      RecordedClockStep(
        record: Self.reference(row),
        step: ClockStep(
          epoch: row["epoch"],
          stepMicroseconds: row["step_us"],
          from: Instant(microseconds: row["from_at"]),
          to: Instant(microseconds: row["to_at"])
        )
      )
    }
  }

  func writes(during visit: StationVisit) throws -> [RecordedWrite] {
    // A file that an earlier program has written, and no later one yet.
    guard try db.tableExists("device_write") else { return [] }
    let span = visit.span
    let rows = try Row.fetchAll(
      db.cachedStatement(
        sql: """
          SELECT j.agent, j.journal, w.* FROM device_write w JOIN journal j ON j.id = w.journal
          WHERE j.agent = ? AND j.journal = ? AND w.station = ? AND w.seq > ? AND w.seq < ?
          ORDER BY w.seq
          """
      ),
      arguments: [
        span.start.agent.text, span.start.journal, visit.binding.station.text, span.start.seq,
        span.end ?? .max,
      ]
    )
    return try rows.map { row in
      RecordedWrite(
        record: Self.reference(row),
        at: Instant(microseconds: row["at"]),
        order: try row.json("content"),
        outcome: try row.jsonIfPresent("outcome")
      )
    }
  }

  private func consumptions(where condition: String, _ lot: LotID) throws -> [RecordedConsumption] {
    try fetch(
      """
      SELECT j.agent, j.journal, c.* FROM consumption c JOIN journal j ON j.id = c.journal
      WHERE \(condition) ORDER BY c.journal, c.seq
      """,
      [lot.text]
    ) { row in
      RecordedConsumption(
        record: Self.reference(row),
        at: Instant(microseconds: row["at"]),
        consumption: try row.jsonIfPresent("content") ?? Self.consumption(row)
      )
    }
  }

  func calibrations(of instrument: Label) throws -> [RecordedCalibration] {
    // A file that an earlier program has written, and no later one yet.
    guard try db.tableExists("calibration") else { return [] }
    return try fetch(
      """
      SELECT j.agent, j.journal, c.* FROM calibration c JOIN journal j ON j.id = c.journal
      WHERE c.instrument = ? ORDER BY c.at, c.journal, c.seq
      """,
      [instrument.text],
      Self.calibration
    )
  }

  private static func calibration(_ row: Row) throws -> RecordedCalibration {
    RecordedCalibration(
      record: reference(row),
      at: Instant(microseconds: row["at"]),
      calibration: try row.json("content")
    )
  }

  private static func consumption(_ row: Row) -> Consumption {
    Consumption(
      output: LotID(checked: row["output"]),
      input: LotID(checked: row["input"]),
      quantity: row["quantity"],
      unit: row["unit"],
      operatorName: label(row["operator"])
    )
  }

  private func fetch<Fact>(
    _ sql: String,
    _ arguments: StatementArguments,
    _ fact: (Row) throws -> Fact
  ) throws -> [Fact] {
    try Row.fetchAll(db.cachedStatement(sql: sql), arguments: arguments).map(fact)
  }

  private static func overlap(_ span: RecordSpan, station: StationID) -> StatementArguments {
    [
      span.start.agent.text, span.start.journal, station.text, span.end ?? .max, span.start.seq,
    ]
  }

  private static func visit(_ row: Row) throws -> StationVisit {
    StationVisit(
      span: RecordSpan(start: reference(row), end: row["end_seq"]),
      site: Label(checked: row["site"]),
      binding: try binding(row),
      from: Instant(microseconds: row["started_at"]),
      to: (row["ended_at"] as Int64?).map { Instant(microseconds: $0) }
    )
  }

  /// The record's content; earlier programs kept only what these columns hold.
  private static func binding(_ row: Row) throws -> Binding {
    if let content: Binding = try row.jsonIfPresent("content") { return content }
    return Binding(
      station: StationID(checked: row["station"]),
      lot: LotID(checked: row["lot"]),
      part: Label(checked: row["part"]),
      workOrder: Label(checked: row["work_order"]),
      operatorName: Label(checked: row["operator"]),
      program: label(row["program"])
    )
  }

  private static func stay(_ row: Row) throws -> MaterialStay {
    MaterialStay(
      span: RecordSpan(start: reference(row), end: row["end_seq"]),
      load: try row.jsonIfPresent("content") ?? load(row),
      from: Instant(microseconds: row["loaded_at"]),
      to: (row["unloaded_at"] as Int64?).map { Instant(microseconds: $0) },
      unload: try row.jsonIfPresent("end_content")
    )
  }

  private static func load(_ row: Row) -> MaterialLoad {
    MaterialLoad(
      station: StationID(checked: row["station"]),
      lot: LotID(checked: row["lot"]),
      material: Label(checked: row["material"]),
      operatorName: label(row["operator"]),
      certificate: label(row["certificate"])
    )
  }

  static func reference(_ row: Row) -> RecordReference {
    RecordReference(
      agent: AgentID(checked: row["agent"]),
      journal: row["journal"],
      seq: row["seq"]
    )
  }

  private static func label(_ text: String?) -> Label? { text.map { Label(checked: $0) } }
}
