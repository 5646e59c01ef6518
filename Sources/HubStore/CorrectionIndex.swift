internal import GRDB
internal import LotBinding
internal import Telemetry

/// Derives what traces show as corrected, in the transaction that stores the records.
///
/// Each lot or material that a correction is about has a row of `corrected` that says how it was;
/// where the times differ, its readings are counted anew from the stored frames.
struct CorrectionIndex {
  private let index: RecordIndex
  private let records: PreparedRecords
  private let stays: RecordedStays

  /// Takes a batch of which all facts are in their tables.
  init(_ index: RecordIndex, _ records: PreparedRecords) throws {
    self.index = index
    self.records = records
    stays = try RecordedStays(db: index.db, journal: index.journal)
  }

  private var db: Database { index.db }
  private var journal: Int64 { index.journal }
  private var count: CorrectedCount { CorrectedCount(stays: stays, last: records.lastSeq) }

  /// - Parameter slice: Records that are counted anew at most.
  /// - Returns: Whether there are more to be counted anew.
  /// - Throws: ``RecordIndex/UnknownReference``, or the database's errors.
  func apply(recounting slice: Int) throws -> Bool {
    var touched: Set<Int> = []
    var hasEnds = false
    for record in records.facts {
      switch record.content {
      case .correction(let correction):
        if let entry = try insert(correction, record) { touched.insert(entry) }
      case .binding, .bindingEnd, .materialUnload: hasEnds = true
      default: break
      }
    }
    if hasEnds { touched.formUnion(try lasting()) }
    for entry in touched.sorted() { try fold(entry) }
    try count.follow()
    return try count.advance(by: slice)
  }

  /// Corrected lots and materials that were there still when they were last looked at.
  private func lasting() throws -> [Int] {
    try Int.fetchAll(
      db.cachedStatement(
        sql: "SELECT entry FROM corrected WHERE journal = ? AND recorded_end IS NULL"
      ),
      arguments: [journal]
    )
  }

  // MARK: Corrections

  /// Takes a correction, and says which lot or material it is about.
  private func insert(_ correction: Correction, _ record: JournalRecord) throws -> Int? {
    let target = try target(of: correction.change, record)
    try db.cachedStatement(
      sql: """
        INSERT INTO correction
          (journal, seq, at, entry, station, from_at, to_at, content, withdraws)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
        """
    ).execute(arguments: [
      journal, record.seq, record.at.microseconds, target.entry, target.presence?.station.text,
      target.presence?.from, target.presence?.to,
      try JSONColumn.text(correction),
      target.withdraws,
    ])
    return target.entry
  }

  private struct Target {
    var entry: Int?
    var presence: (station: StationID, from: Int64, to: Int64)?
    var withdraws = false
  }

  private func target(of change: Correction.Change, _ record: JournalRecord) throws -> Target {
    switch change {
    case .insertLot(let binding, _, _):
      try index.touch(binding.lot, part: binding.part, at: record.at)
      return Target(entry: record.seq)
    case .insertMaterial(let load, _, _):
      try index.touch(load.lot, material: load.material, at: record.at)
      return Target(entry: record.seq)
    case .presence(let presence, let from, let to):
      return Target(presence: (presence.station, from.microseconds, to.microseconds))
    case .replaceLot(let entry, let binding):
      try checkEntry(entry, isMaterial: false, at: binding.station, record)
      try index.touch(binding.lot, part: binding.part, at: record.at)
      return Target(entry: entry)
    case .replaceMaterial(let entry, let load):
      try checkEntry(entry, isMaterial: true, at: load.station, record)
      try index.touch(load.lot, material: load.material, at: record.at)
      return Target(entry: entry)
    case .times(let entry, _, _), .void(let entry):
      try checkEntry(entry, isMaterial: nil, at: nil, record)
      return Target(entry: entry)
    case .notConsumed(let entry, let consumption):
      try check(entry, says: consumption, record)
      return Target(entry: entry)
    case .withdraw(let seq): return Target(entry: try withdraw(seq, by: record), withdraws: true)
    }
  }

  /// A correction is about a lot or material of the same station that its journal holds.
  private func checkEntry(
    _ entry: Int,
    isMaterial: Bool?,
    at station: StationID?,
    _ record: JournalRecord
  ) throws {
    let content = entry < record.seq ? try stays.entry(entry) : nil
    let fits =
      switch content {
      case .lot(let binding)?: isMaterial != true && station ?? binding.station == binding.station
      case .material(let load)?: isMaterial != false && station ?? load.station == load.station
      case .consumption?, nil: false
      }
    guard fits else {
      throw RecordIndex.UnknownReference(
        seq: record.seq,
        reason: "it corrects record \(entry), and that is no lot or material of this journal at "
          + "the same station"
      )
    }
  }

  private func check(
    _ entry: Int,
    says consumption: Consumption,
    _ record: JournalRecord
  ) throws {
    let content = entry < record.seq ? try stays.entry(entry) : nil
    if case .consumption(consumption)? = content { return }
    throw RecordIndex.UnknownReference(
      seq: record.seq,
      reason: "it says that \(consumption.inputName) did not go into \(consumption.outputName), "
        + "and record \(entry) of this journal does not say that it did"
    )
  }

  private func withdraw(_ seq: Int, by record: JournalRecord) throws -> Int? {
    let row = try Row.fetchOne(
      db.cachedStatement(
        sql: """
          SELECT entry, withdrawn_by IS NULL AND NOT withdraws AS holds
          FROM correction WHERE journal = ? AND seq = ?
          """
      ),
      arguments: [journal, seq]
    )
    guard let row, row["holds"] else {
      throw RecordIndex.UnknownReference(
        seq: record.seq,
        reason: "it withdraws correction \(seq), which this journal does not hold, or which is "
          + "withdrawn already"
      )
    }
    try db.cachedStatement(
      sql: "UPDATE correction SET withdrawn_by = ? WHERE journal = ? AND seq = ?"
    ).execute(arguments: [record.seq, journal, seq])
    return row["entry"]
  }

  // MARK: What was there

  /// Works out how a lot or material was, one correction after the other.
  private func fold(_ entry: Int) throws {
    switch try stays.entry(entry) {
    case .lot(let binding)?: try fold(entry, binding)
    case .material(let load)?: try fold(entry, load)
    // Whether it holds is asked of the corrections.
    case .consumption?: break
    case nil: throw HubStoreError.damaged("record \(entry), which is corrected, is not there")
    }
  }

  private func fold<Content: Correctable>(_ entry: Int, _ content: Content) throws {
    let recorded = try stays.stay(entry, of: content)
    var stay = CorrectedStay(recorded: recorded?.recorded)
    for (seq, change) in try changes(of: entry) {
      if let change = Content.change(change, stays.epochs(before: seq)) {
        stay.take(change, seq: seq)
      }
    }
    try store(entry, stay, recordedEnd: recorded?.endSeq)
  }

  /// The corrections of a lot or material that hold.
  private func changes(of entry: Int) throws -> [(Int, Correction.Change)] {
    try Row.fetchAll(
      db.cachedStatement(
        sql: """
          SELECT seq, content FROM correction
          WHERE journal = ? AND entry = ? AND withdrawn_by IS NULL AND NOT withdraws
          ORDER BY seq
          """
      ),
      arguments: [journal, entry]
    ).map { row in (row["seq"], try row.json("content", as: Correction.self).change) }
  }

  private func store<Content: Correctable>(
    _ entry: Int,
    _ stays: CorrectedStay<Content>,
    recordedEnd: Int?
  ) throws {
    let (recorded, corrected) = (stays.recorded, stays.corrected)
    guard let known = recorded?.content ?? corrected?.content else {
      // An inserted lot that was withdrawn again: nothing is left of it.
      try forget(entry)
      try db.cachedStatement(sql: "DELETE FROM corrected WHERE journal = ? AND entry = ?")
        .execute(arguments: [journal, entry])
      return
    }
    let positions = RecordPositions(stays: self.stays, last: records.lastSeq)
    let start = try corrected.map { stay in
      try stay.from == recorded?.from ? entry : positions.first(notBefore: stay.from) - 1
    }
    let end = try corrected?.to.map { to in
      if to == recorded?.to, let recordedEnd { return recordedEnd }
      return try positions.first(notBefore: to)
    }
    let progress = try progress(of: entry, stays)
    try db.cachedStatement(
      sql: """
        INSERT OR REPLACE INTO corrected
          (journal, entry, is_material, station, recorded_lot, lot, content, from_epoch, from_at,
           to_epoch, to_at, start_seq, end_seq, recorded_end, counts, counted, recounting, belt,
           frames, settled)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """
    ).execute(arguments: [
      journal, entry, Content.isMaterial, known.station.text, recorded?.content.lot.text,
      corrected?.content.lot.text,
      try corrected.map { try JSONColumn.text($0.content) },
      corrected?.from.epoch, corrected?.from.at.microseconds, corrected?.to?.epoch,
      corrected?.to?.at.microseconds, start, end,
      // What only a correction tells of has its end.
      recorded == nil ? entry : recordedEnd, progress != nil, progress?.counted,
      progress?.isAnew ?? false, progress?.belt, progress?.frames, progress?.isSettled ?? false,
    ])
  }

  /// How far the readings of a lot are counted.
  private struct Progress {
    let counted: Int
    var isAnew = false
    var belt: String?
    var frames: String?
    var isSettled = false
  }

  /// A lot that was there from the same time on is counted on; one that was at another time is counted
  /// anew.
  ///
  /// - Returns: nil when the readings that are recorded to be its own are those that count.
  private func progress<Content: Correctable>(
    of entry: Int,
    _ stays: CorrectedStay<Content>
  ) throws -> Progress? {
    guard !Content.isMaterial, let corrected = stays.corrected, stays.hasOtherTimes else {
      try forget(entry)
      return nil
    }
    let before = try Row.fetchOne(
      db.cachedStatement(
        sql: """
          SELECT counted, recounting, belt, frames, settled FROM corrected
          WHERE journal = ? AND entry = ? AND counts AND from_epoch = ? AND from_at = ?
            AND (to_at IS NULL OR to_epoch = ? AND to_at = ?)
          """
      ),
      arguments: [
        journal, entry, corrected.from.epoch, corrected.from.at.microseconds, corrected.to?.epoch,
        corrected.to?.at.microseconds,
      ]
    )
    if let before {
      return Progress(
        counted: before["counted"],
        isAnew: before["recounting"],
        belt: before["belt"],
        frames: before["frames"],
        isSettled: before["settled"]
      )
    }
    try count.forget(-entry)
    let start = try count.start(from: corrected.from, at: corrected.content.station)
    return Progress(counted: start, isAnew: true)
  }

  private func forget(_ entry: Int) throws {
    try count.forget(entry)
    try count.forget(-entry)
  }
}
