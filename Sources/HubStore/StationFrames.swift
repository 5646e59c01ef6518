internal import GRDB
internal import LotBinding
internal import Telemetry

/// The frames of a journal that tell of a station, and where in the journal those of a time are.
struct StationFrames {
  /// How long after its scan a frame is written at most, beside its layout's heartbeat.
  private static let delay = Duration.seconds(300)

  let layouts: [Int: WindowTally.Layout]
  private let positions: RecordPositions

  /// - Parameters:
  ///   - stays: The journal.
  ///   - last: Its last record that counts.
  ///   - station: The station.
  ///   - lane: The lane of it whose belt counts; nil for all.
  /// - Throws: The database's errors.
  init(_ stays: RecordedStays, last: Int, station: StationID, lane: LaneID? = nil) throws {
    positions = RecordPositions(stays: stays, last: last)
    let seqs = try Int.fetchAll(
      stays.db.cachedStatement(
        sql: """
          SELECT seq FROM layout
          WHERE journal = ? AND seq <= ?
            AND EXISTS (SELECT 1 FROM json_each(stations) WHERE value = ?)
          """
      ),
      arguments: [stays.journal, last, station.text]
    )
    var layouts: [Int: WindowTally.Layout] = [:]
    for seq in seqs {
      let record = try StoredRecord.record(stays.db, journal: stays.journal, seq)
      guard case .layout(let layout)? = record?.content else { continue }
      layouts[seq] = WindowTally.Layout(layout, station: station, lane: lane)
    }
    self.layouts = layouts
  }

  var isOnConveyor: Bool { layouts.values.contains { $0.conveyor != nil } }

  /// The station's conveyor as it was when a record was written; nil where it had none.
  func conveyor(before seq: Int) -> ConveyorDescription? {
    layouts.filter { $0.key < seq }.max { $0.key < $1.key }?.value.conveyor
  }

  private var slack: Duration {
    layouts.values.reduce(Self.delay) { max($0, Self.delay + $1.heartbeat) }
  }

  /// The number of a record before all that were read from a time on, and before the last ones that
  /// scans which were left out then are counted as.
  func start(from: JournalTime) throws -> Int {
    try max(0, positions.roughly(from.advanced(by: .zero - slack)) - 1)
  }

  /// When no frame that was read before a time can come any more, and the record that is about there.
  func end(to: JournalTime) throws -> (time: JournalTime, record: Int) {
    let time = to.advanced(by: slack)
    return (time, try positions.roughly(time))
  }
}

extension JournalTime {
  fileprivate func advanced(by duration: Duration) -> JournalTime {
    JournalTime(epoch: epoch, at: at.advanced(by: duration))
  }
}
