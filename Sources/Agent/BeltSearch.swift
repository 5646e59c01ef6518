internal import Acquisition
internal import JournalStore
internal import LotBinding
internal import Logging
internal import Telemetry

/// How far belts had run when the run before ended: pure.
///
/// It is shown the journal's records from the last one back, as ``CrashAccount`` is. Frames say it, and
/// so do records of what entered.
struct BeltSearch: Sendable {
  /// Records that are looked at; a conveyor whose last frame is further back counts from what entered
  /// last.
  private static let reach = 50_000

  private let layouts: [Int: [ConveyorDescription]]
  private let tails: [StationID: Double]
  private var missing: Set<StationID>
  private var looked = 0

  /// For each station, its belts.
  private(set) var found: [StationID: [BeltReading]] = [:]

  /// - Parameters:
  ///   - story: What the journal says of its layouts.
  ///   - stations: Those that have a conveyor.
  init(_ story: JournalStory, stations: some Sequence<StationID>) {
    layouts = story.conveyors
    missing = Set(stations)
    tails = story.tails
    for (station, mark) in story.marks where missing.contains(station) {
      let high = max(mark.high, tails[station] ?? mark.high)
      found[station] = [BeltReading(low: mark.low, high: high)]
    }
  }

  /// Takes the last record, then the one before, and so on.
  ///
  /// - Returns: Whether the one before may say more.
  mutating func take(_ record: Record) -> Bool {
    looked += 1
    if case .frame(let frame) = record.content, let conveyors = layouts[frame.layout] {
      var belts = frame.belts[...]
      for conveyor in conveyors {
        let own = Array(belts.prefix(conveyor.belts))
        belts = belts.dropFirst(conveyor.belts)
        guard missing.remove(conveyor.station) != nil, !own.isEmpty else { continue }
        // What entered after the frame is further on.
        let mark = found[conveyor.station]?.first
        found[conveyor.station] = own.map { belt in
          BeltReading(
            low: max(belt.low, mark?.low ?? belt.low),
            high: max(belt.high, mark?.high ?? belt.high, tails[conveyor.station] ?? belt.high)
          )
        }
      }
    }
    return !missing.isEmpty && looked < Self.reach
  }
}

extension Recorder {
  /// Follows these conveyors from now on.
  ///
  /// - Parameters:
  ///   - conveyors: Of all stations that have one.
  ///   - layouts: What the frames of all scan groups are.
  ///   - story: What the journal says; nil while the agent runs.
  /// - Throws: `JournalError` when the journal cannot be read.
  func follow(
    _ conveyors: [PlannedConveyor],
    layouts: [FrameLayout],
    after story: JournalStory?
  ) throws {
    var last: [StationID: [BeltReading]] = [:]
    if let story, !conveyors.isEmpty {
      let search = BeltSearch(story, stations: conveyors.map(\.conveyor.station))
      last = try journal.assumeIsolated { journal in
        try journal.replayBackwards(into: search) { $0.take($1) }
      }.found
    }
    let uptime = time.uptime()
    let anew = self.conveyors.adopt(conveyors, layouts: layouts, resumingAt: last, at: uptime)
    if anew.isEmpty { return }
    self.conveyors = try journal.assumeIsolated { [board = self.conveyors] journal in
      try journal.replay(into: board) { board, record in
        if let station = record.content.conveyorStation, anew.contains(station) {
          board.apply(record, uptime: uptime)
        }
      }
    }
  }

  /// Takes what a scan says of belts and boards, and records which boards came and went.
  func followBoards(_ scan: Scan) {
    if conveyors.isEmpty { return }
    passages += conveyors.take(scan)
    for (station, isLost) in conveyors.speedChanges(at: scan.uptime) {
      if isLost {
        logger.warning(
          "\(station): the speed of the conveyor is not known; readings near the edges of lots are unsure"
        )
      } else {
        logger.notice("\(station): the speed of the conveyor is known again")
      }
    }
    while let passage = passages.first {
      do {
        let record = try append(.board(passage), at: scan.at)
        conveyors.apply(record, uptime: scan.uptime)
        passages.removeFirst()
      } catch {
        // It is tried again with the next scan; where the belt was, it says itself.
        noteStorage(error)
        return
      }
      if let remark = passage.remark { logger.warning("\(passage.sentence(remark))") }
    }
  }
}
