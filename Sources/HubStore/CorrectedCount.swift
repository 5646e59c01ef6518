internal import GRDB
internal import LotBinding
internal import Telemetry

/// Counts the readings of lots that were at a station at other times than is recorded, from the
/// stored frames.
///
/// A scan counts for such a lot when it was taken while the lot was there, whatever it is recorded to
/// be bound to. What is counted is kept, so that a trace is as fast as without corrections.
///
/// A journal may hold years of frames, so no transaction counts more of them than a slice. Until a lot
/// is counted anew, what was counted before stays: the new figures grow under its negative number.
struct CorrectedCount {
  let stays: RecordedStays

  /// The last record that counts; while a journal is replayed, others may be there.
  let last: Int

  /// Records that are counted in one transaction.
  static let slice = StoredRecord.page

  var db: Database { stays.db }
  var journal: Int64 { stays.journal }

  /// Counts the batch for the lots that are counted up to it.
  func follow() throws {
    var lots = try lots(anew: false)
    try count(&lots, through: last)
  }

  /// Counts the next records for the lots that are counted anew.
  ///
  /// - Returns: Whether there are more.
  func advance(by records: Int) throws -> Bool {
    var lots = try lots(anew: true)
    guard let first = lots.map(\.counted).min() else { return false }
    let end = last - first > records ? first + records : last
    // Lots that begin later have their turn when the others have come so far.
    let all = lots.count
    if end < last { lots.removeAll { $0.counted >= end } }
    let areDone = try count(&lots, through: end)
    return !areDone || lots.count < all
  }

  /// Where a lot's readings begin that was at a station from a time on: the number of a record before
  /// them.
  func start(from: JournalTime, at station: StationID) throws -> Int {
    try StationFrames(stays, last: last, station: station).start(from: from)
  }

  /// Forgets what was counted for a lot, or what is counted anew.
  func forget(_ entry: Int) throws {
    for table in SummaryTable.corrected.all {
      try db.cachedStatement(sql: "DELETE FROM \(table) WHERE journal = ? AND binding = ?")
        .execute(arguments: [journal, entry])
    }
  }

  // MARK: Lots

  /// A lot, and how far its readings are counted.
  private struct CountedLot {
    let entry: Int
    let isAnew: Bool
    let counted: Int
    let isOnConveyor: Bool

    /// When no frame of its time can come any more, and the record that is about there; nil for a lot
    /// that is there still, and on a conveyor, where its belt tells.
    let over: (time: JournalTime, record: Int)?
    var tally: WindowTally

    /// The last record that may tell of it.
    var end: Int { over?.record ?? .max }
  }

  private func lots(anew: Bool) throws -> [CountedLot] {
    let rows = try Row.fetchAll(
      db.cachedStatement(
        sql: """
          SELECT * FROM corrected
          WHERE journal = ? AND counts AND NOT settled AND recounting = ? ORDER BY entry
          """
      ),
      arguments: [journal, anew]
    )
    var stations: [StationLane: StationFrames] = [:]
    var frames: [Int: Frame] = [:]
    return try rows.map { row in
      let place = StationLane(
        StationID(checked: row["station"]),
        try row.jsonIfPresent("content", as: Binding.self)?.lane
      )
      let station =
        try stations[place]
        ?? StationFrames(stays, last: last, station: place.station, lane: place.lane)
      stations[place] = station
      var lot = try lot(row, anew: anew, station)
      for seq in try row.jsonIfPresent("frames", as: [Int].self) ?? [] {
        if frames[seq] == nil { frames[seq] = try frame(seq) }
        if let frame = frames[seq] {
          lot.tally.remember(frame, seq: seq, at: stays.time(frame.at, of: seq))
        }
      }
      return lot
    }
  }

  private func lot(
    _ row: Row,
    anew: Bool,
    _ station: StationFrames
  ) throws -> CountedLot {
    let entry: Int = row["entry"]
    let to = (row["to_at"] as Int64?).map {
      JournalTime(epoch: row["to_epoch"] ?? 0, at: Instant(microseconds: $0))
    }
    let from = JournalTime(epoch: row["from_epoch"], at: Instant(microseconds: row["from_at"]))
    return CountedLot(
      entry: entry,
      isAnew: anew,
      counted: row["counted"],
      isOnConveyor: station.isOnConveyor,
      over: try station.isOnConveyor ? nil : to.map { try station.end(to: $0) },
      tally: WindowTally(
        entry: anew ? -entry : entry,
        from: from,
        to: to,
        layouts: station.layouts,
        belt: try belt(
          of: entry,
          from: from,
          to: to,
          counted: try row.jsonIfPresent("belt"),
          station
        )
      )
    )
  }

  private func frame(_ seq: Int) throws -> Frame? {
    guard case .frame(let frame)? = try StoredRecord.record(db, journal: journal, seq)?.content
    else { return nil }
    return frame
  }

  // MARK: Counting

  /// - Returns: Whether all of them are counted as far as the journal goes.
  @discardableResult
  private func count(_ lots: inout [CountedLot], through end: Int) throws -> Bool {
    guard let first = lots.map(\.counted).min() else { return true }
    let furthest = lots.map { min($0.end, end) }.max() ?? end
    try StoredRecord.each(db, journal: journal, first + 1..<max(first, furthest) + 1) { record in
      guard case .frame(let frame) = record.content else { return true }
      let time = stays.time(frame.at, of: record.seq)
      for index in lots.indices
      where lots[index].counted < record.seq && record.seq <= lots[index].end {
        lots[index].tally.take(frame, seq: record.seq, at: time)
      }
      return true
    }
    var layouts = StoredLayouts(db: db, journal: journal)
    let lastTime = try StoredRecord.record(db, journal: journal, last).map {
      stays.time($0.at, of: last)
    }
    return try lots.reduce(true) { areDone, lot in
      try store(lot, through: end, lastTime, &layouts) && areDone
    }
  }

  /// - Returns: Whether the lot is counted as far as the journal goes.
  private func store(
    _ lot: CountedLot,
    through end: Int,
    _ lastTime: JournalTime?,
    _ layouts: inout StoredLayouts
  ) throws -> Bool {
    try SummaryTable(db: db, journal: journal, tables: SummaryTable.corrected)
      .add(lot.tally.tallies, &layouts)
    let hasPassed = lot.isOnConveyor && lot.tally.belt.hasPassed
    let isDone = hasPassed || min(lot.end, last) <= end
    let isOver = lot.over.flatMap { over in lastTime.map { $0 > over.time } } ?? false
    if isDone, lot.isAnew { try replace(lot.entry) }
    try db.cachedStatement(
      sql: """
        UPDATE corrected SET counted = ?, belt = ?, frames = ?, settled = ?, recounting = ?
        WHERE journal = ? AND entry = ?
        """
    ).execute(arguments: [
      isDone ? last : end,
      try JSONColumn.text(lot.tally.belt),
      try JSONColumn.text(lot.tally.latestFrames),
      lot.isOnConveyor ? hasPassed : isDone && isOver, lot.isAnew && !isDone, journal, lot.entry,
    ])
    return isDone
  }

  /// Puts what was counted anew into the place of what was counted before.
  private func replace(_ entry: Int) throws {
    try forget(entry)
    for table in SummaryTable.corrected.all {
      try db.cachedStatement(
        sql: "UPDATE \(table) SET binding = ? WHERE journal = ? AND binding = ?"
      ).execute(arguments: [entry, journal, -entry])
    }
  }
}
