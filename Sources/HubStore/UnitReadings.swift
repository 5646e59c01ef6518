internal import GRDB
internal import Genealogy
internal import LotBinding
internal import Telemetry

/// What was read while one unit of a lot was at a station, counted from the stored frames when it is
/// asked for.
///
/// At a conveyor a reading counts while the board is before the sensor, by where the belt was when it
/// entered; elsewhere while it was at the station.
struct UnitReadings {
  /// Records that are gone through for one stay: more take longer than a trace may.
  static let limit = 50_000

  /// What is known of a unit after it has gone through some records.
  private enum Outcome { case counted, entryUnknown, tooLong }

  private let db: Database
  private let visit: StationVisit
  private let unit: UnitStay
  private let stays: RecordedStays
  private let last: Int
  private var layouts: StoredLayouts

  /// By lane: a unit can come several times.
  private var frames: [LaneID?: StationFrames] = [:]
  private var tallies: [PreparedRecords.TallyKey: [SignalTally]] = [:]

  /// - Returns: nil for a journal that is not there.
  private init?(_ db: Database, _ unit: UnitStay, _ visit: StationVisit) throws {
    let start = visit.span.start
    let state = try JournalState.fetch(db, agent: start.agent, journal: start.journal)
    guard let journal = state.id else { return nil }
    self.db = db
    self.unit = unit
    self.visit = visit
    last = state.frontier.size
    stays = try RecordedStays(db: db, journal: journal)
    layouts = StoredLayouts(db: db, journal: journal)
  }

  /// What was read of a unit during a visit of its lot.
  ///
  /// - Throws: The database's errors.
  static func figures(
    of unit: UnitStay,
    during visit: StationVisit,
    _ db: Database
  ) throws -> UnitFigures? {
    guard var readings = try UnitReadings(db, unit, visit) else { return nil }
    return try readings.figures()
  }

  private mutating func figures() throws -> UnitFigures {
    var missing: UnitFigures.Missing? =
      unit.events.first.map { $0.event != .entered } == true ? .entry : nil
    for (index, event) in unit.events.enumerated() where event.event == .entered {
      let next = unit.events.indices.contains(index + 1) ? unit.events[index + 1] : nil
      switch try count(from: event, to: next) {
      case .counted: break
      case .entryUnknown: missing = .entry
      case .tooLong: missing = .tooLong
      }
    }
    var summaries = SummaryList()
    let rows = try SummaryTable.rows(tallies, &layouts)
      .sorted { ($0.key.layout, $0.key.signal) < ($1.key.layout, $1.key.signal) }
    for (key, tally) in rows {
      guard let layout = try layouts.layout(key.layout) else { continue }
      summaries.add(
        tally,
        device: layout.device,
        signal: layout.signals[key.signal],
        isSure: key.isSure
      )
    }
    return UnitFigures(signals: summaries.all, missing: missing)
  }

  private mutating func count(
    from entered: UnitStay.Event,
    to next: UnitStay.Event?
  ) throws -> Outcome {
    guard
      case .unit(let passage)? = try StoredRecord.record(db, journal: stays.journal, entered.seq)?
        .content
    else { throw HubStoreError.damaged("record \(entered.seq) is not that of a unit") }
    let frames =
      try frames[passage.lane]
      ?? StationFrames(stays, last: last, station: passage.station, lane: passage.lane)
    self.frames[passage.lane] = frames
    let from = stays.time(entered.at, of: entered.seq)
    if let conveyor = frames.conveyor(before: entered.seq) {
      return try follow(passage, entered.seq, from, until: next?.seq, on: conveyor, frames)
    }
    return try count(from: from, to: next.map { stays.time($0.at, of: $0.seq) } ?? end, frames)
  }

  /// When the visit ended; nil while it lasts.
  private var end: JournalTime? {
    visit.to.map { stays.time($0, of: visit.extent.end ?? last) }
  }

  // MARK: Stations without a conveyor

  private mutating func count(
    from: JournalTime,
    to: JournalTime?,
    _ frames: StationFrames
  ) throws -> Outcome {
    let first = try frames.start(from: from) + 1
    let end = min(try to.map { try frames.end(to: $0).record } ?? last, last)
    guard end - first < Self.limit else { return .tooLong }
    var tally = tally(from: from, to: to, frames)
    try read(from: first, through: end) { record in
      if case .frame(let frame) = record.content {
        tally.take(frame, seq: record.seq, at: stays.time(frame.at, of: record.seq))
      }
      return true
    }
    add(tally.tallies)
    return .counted
  }

  // MARK: Conveyors

  /// Follows a board from its scan at the entry until it has left.
  private mutating func follow(
    _ scan: UnitPassage,
    _ seq: Int,
    _ from: JournalTime,
    until next: Int?,
    on conveyor: ConveyorDescription,
    _ frames: StationFrames
  ) throws -> Outcome {
    var ride = BoardRide(
      scan,
      seq: seq,
      on: conveyor,
      counting: tally(from: from, to: nil, frames)
    )
    let end = min(next ?? last, last)
    let isCut = end - seq > Self.limit
    let first = min(try frames.start(from: from) + 1, seq)
    try read(from: first, through: min(end, seq + Self.limit)) { record in
      ride.take(record, at: stays.time(record.at, of: record.seq))
      return !ride.isOver
    }
    if isCut, !ride.isOver { return .tooLong }
    guard let tallies = ride.tallies else { return .entryUnknown }
    add(tallies)
    return .counted
  }

  // MARK: Records

  private func tally(
    from: JournalTime,
    to: JournalTime?,
    _ frames: StationFrames
  ) -> WindowTally {
    WindowTally(
      entry: visit.span.start.seq,
      from: from,
      to: to,
      layouts: frames.layouts,
      belt: BeltWindow()
    )
  }

  private func read(
    from first: Int,
    through last: Int,
    _ take: (JournalRecord) -> Bool
  ) throws {
    try StoredRecord.each(db, journal: stays.journal, first..<max(first, last + 1), take)
  }

  private mutating func add(_ counted: [PreparedRecords.TallyKey: [SignalTally]]) {
    tallies.merge(counted) { $0.merged(with: $1) }
  }
}
