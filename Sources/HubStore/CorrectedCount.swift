internal import FoundationEssentials
internal import GRDB
internal import LotBinding
internal import Telemetry

/// Counts the readings of lots that were at a station at other times than is recorded, from the
/// stored frames.
///
/// A scan counts for such a lot when it was taken while the lot was there, whatever it is recorded to
/// be bound to. What is counted is kept, so that a trace is as fast as without corrections.
struct CorrectedCount {
  let db: Database
  let journal: Int64

  /// The last record that counts; while a journal is replayed, others may be there.
  let last: Int

  /// Records that are in memory at once.
  private static let page = 2_000

  /// How long after its scan a frame is written at most, beside its layout's heartbeat.
  private static let delay = Duration.seconds(300)

  /// Counts what is new for every lot that still needs it.
  func run() throws {
    let rows = try Row.fetchAll(
      db.cachedStatement(
        sql: "SELECT * FROM corrected WHERE journal = ? AND counts AND NOT settled"
      ),
      arguments: [journal]
    )
    for row in rows { try count(row) }
  }

  /// Forgets what was counted for a lot.
  func forget(_ entry: Int) throws {
    for table in [SummaryTable.corrected.sure, SummaryTable.corrected.unsure] {
      try db.cachedStatement(sql: "DELETE FROM \(table) WHERE journal = ? AND binding = ?")
        .execute(arguments: [journal, entry])
    }
  }

  private func count(_ row: Row) throws {
    let entry: Int = row["entry"]
    let station = StationID(checked: row["station"])
    let from = JournalTime(epoch: row["from_epoch"], at: Instant(microseconds: row["from_at"]))
    let to = (row["to_at"] as Int64?).map {
      JournalTime(epoch: row["to_epoch"] ?? 0, at: Instant(microseconds: $0))
    }
    let layouts = try layouts(of: station)
    let slack = layouts.values.reduce(Self.delay) { max($0, Self.delay + $1.heartbeat) }
    var tally = WindowTally(
      entry: entry,
      from: from,
      to: to,
      layouts: layouts,
      belt: try (row["belt"] as String?).map {
        try JSONDecoder().decode(BeltWindow.self, from: Data($0.utf8))
      } ?? BeltWindow()
    )
    let positions = RecordPositions(db: db, journal: journal, last: last)
    let counted: Int? = row["counted"]
    if counted != nil { try recallFrames(&tally, layouts) }
    let first = try counted.map { $0 + 1 } ?? positions.roughly(from.earlier(by: slack))
    let isOnConveyor = layouts.values.contains { $0.conveyor != nil }
    let end = isOnConveyor ? nil : try to.map { try positions.roughly($0.later(by: slack)) }
    try read(first...max(first, min(last, end ?? last)), &tally)
    try SummaryTable(db: db, journal: journal, tables: SummaryTable.corrected).add(tally.tallies)
    try db.cachedStatement(
      sql: "UPDATE corrected SET counted = ?, belt = ?, settled = ? WHERE journal = ? AND entry = ?"
    ).execute(arguments: [
      last, String(decoding: try JSONEncoder().encode(tally.belt), as: UTF8.self),
      isOnConveyor ? tally.belt.hasPassed : try isOver(to, slack), journal, entry,
    ])
  }

  private func read(_ records: ClosedRange<Int>, _ tally: inout WindowTally) throws {
    let stays = try RecordedStays(db: db, journal: journal)
    for start in stride(from: records.lowerBound, through: records.upperBound, by: Self.page) {
      let page = start...min(start + Self.page - 1, records.upperBound)
      for record in try StoredRecord.fetch(db, journal: journal, page) {
        guard case .frame(let frame) = try RecordCoding.decode(record.body).content else {
          continue
        }
        tally.take(frame, at: stays.time(frame.at, of: record.seq))
      }
    }
  }

  /// Whether no frame of a time can come any more.
  private func isOver(_ to: JournalTime?, _ slack: Duration) throws -> Bool {
    guard let to, let record = try StoredRecord.fetch(db, journal: journal, last...last).first
    else { return false }
    let stays = try RecordedStays(db: db, journal: journal)
    return stays.time(try RecordCoding.decode(record.body).at, of: last) > to.later(by: slack)
  }

  /// The last frames before those that are counted now: scans may have been left out after them.
  private func recallFrames(_ tally: inout WindowTally, _ layouts: [Int: WindowTally.Layout]) throws
  {
    let stays = try RecordedStays(db: db, journal: journal)
    for layout in layouts.keys {
      let seq = try Int.fetchOne(
        db.cachedStatement(sql: "SELECT seq FROM last_frame WHERE journal = ? AND layout = ?"),
        arguments: [journal, layout]
      )
      guard let seq, let stored = try StoredRecord.fetch(db, journal: journal, seq...seq).first,
        case .frame(let frame) = try RecordCoding.decode(stored.body).content
      else { continue }
      tally.remember(frame, at: stays.time(frame.at, of: seq))
    }
  }

  private func layouts(of station: StationID) throws -> [Int: WindowTally.Layout] {
    let seqs = try Int.fetchAll(
      db.cachedStatement(
        sql: """
          SELECT seq FROM layout
          WHERE journal = ? AND seq <= ?
            AND EXISTS (SELECT 1 FROM json_each(stations) WHERE value = ?)
          """
      ),
      arguments: [journal, last, station.text]
    )
    var layouts: [Int: WindowTally.Layout] = [:]
    for seq in seqs {
      guard let stored = try StoredRecord.fetch(db, journal: journal, seq...seq).first,
        case .layout(let layout) = try RecordCoding.decode(stored.body).content
      else { continue }
      layouts[seq] = WindowTally.Layout(layout, station: station)
    }
    return layouts
  }
}

extension JournalTime {
  fileprivate func earlier(by duration: Duration) -> JournalTime {
    JournalTime(epoch: epoch, at: at.advanced(by: .zero - duration))
  }

  fileprivate func later(by duration: Duration) -> JournalTime {
    JournalTime(epoch: epoch, at: at.advanced(by: duration))
  }
}
