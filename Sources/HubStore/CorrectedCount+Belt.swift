internal import FoundationEssentials
internal import GRDB
internal import LotBinding
internal import Telemetry

/// Where a lot's ends were on a conveyor's belt, where no correction says when that was.
extension CorrectedCount {
  /// Records after a lot's beginning among which its first board is looked for.
  private static let reach = 50_000

  /// What is known of where a lot is on a conveyor before its next readings are counted.
  ///
  /// - Parameters:
  ///   - entry: The record by which the lot began, or a correction that tells of it.
  ///   - from: When it began to enter, as it is corrected.
  ///   - to: When it had entered; nil while more of it may.
  ///   - counted: What is known by what is counted already; nil before that.
  ///   - station: Where.
  /// - Returns: The same, with the ends of which no correction says when they were.
  /// - Throws: The database's errors.
  func belt(
    of entry: Int,
    from: JournalTime,
    to: JournalTime?,
    counted: BeltWindow?,
    _ station: StationFrames
  ) throws -> BeltWindow {
    var belt = counted ?? BeltWindow()
    guard let conveyor = station.conveyor(before: entry),
      case .lot(let binding)? = try stays.entry(entry),
      let (recorded, endSeq) = try stays.stay(entry, of: binding)
    else { return belt }
    var (head, tail): (BeltReading?, BeltReading?)
    if counted == nil, recorded.from == from, let started = binding.belt {
      head = try self.head(of: entry, startedAt: started, through: endSeq ?? last, conveyor)
    }
    if let to, recorded.to == to, let endSeq,
      case .bindingEnd(let end)? = try StoredRecord.record(db, journal: journal, endSeq)?.content
    {
      tail = end.belt
    }
    belt.know(head: head, tail: tail)
    return belt
  }

  /// Where the front edge of its first board was; where no eye tells of boards, where it was started.
  private func head(
    of entry: Int,
    startedAt started: BeltReading,
    through end: Int,
    _ conveyor: ConveyorDescription
  ) throws -> BeltReading {
    let fronts = try fronts(of: entry, through: end)
    guard let earliest = fronts.map(\.high).min() else {
      // Of boards that an eye has not seen nothing is sure.
      return conveyor.hasEntryEye == true
        ? BeltReading(low: .greatestFiniteMagnitude, high: started.high) : started
    }
    // One that may have entered before its lot was started may be the one before's.
    let own = fronts.first { started.low <= $0.high }
    return BeltReading(low: own?.low ?? .greatestFiniteMagnitude, high: earliest)
  }

  /// Where the first boards of a lot entered that an eye has seen.
  private func fronts(of entry: Int, through end: Int) throws -> [BeltReading] {
    let bodies = try Data.fetchAll(
      db.cachedStatement(
        sql: """
          SELECT body FROM record
          WHERE position BETWEEN ? AND ? AND instr(body, CAST('"type":"board"' AS BLOB)) > 0
            AND instr(body, CAST('"event":"entered"' AS BLOB)) > 0
            AND instr(body, CAST(? AS BLOB)) > 0
          ORDER BY position LIMIT 3
          """
      ),
      arguments: [
        Schema.position(journal: journal, seq: entry),
        Schema.position(journal: journal, seq: min(end, entry + Self.reach)),
        "\"binding\":\(entry),",
      ]
    )
    return try bodies.compactMap { body in
      guard case .board(let board) = try RecordCoding.decode([UInt8](body)).content else {
        return nil
      }
      return board.belt
    }
  }
}
