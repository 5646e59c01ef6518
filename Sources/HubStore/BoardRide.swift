internal import LotBinding
internal import Telemetry

/// A board's way through a conveyor, from its scan at the entry until it has left: pure.
struct BoardRide {
  private let scan: UnitPassage
  private let scanSeq: Int
  private let conveyor: ConveyorDescription

  /// What is counted since the belt took the board.
  private var tally: WindowTally
  private var hasEntered = false

  /// The record by which the photo-eye saw it enter; nil where its scan tells that.
  private var seen: Int?

  /// It did not come to the exit when it should have: nobody knows where it was since it entered.
  private var isLost = false

  /// Whether it has left.
  private(set) var isOver = false

  /// - Parameters:
  ///   - scan: What was recorded when it was scanned.
  ///   - seq: The number of that record.
  ///   - conveyor: As it was then.
  ///   - tally: With nothing counted.
  init(
    _ scan: UnitPassage,
    seq: Int,
    on conveyor: ConveyorDescription,
    counting tally: WindowTally
  ) {
    self.scan = scan
    scanSeq = seq
    self.conveyor = conveyor
    self.tally = tally
  }

  /// What was read of it; nil when it is not known when it entered.
  var tallies: [PreparedRecords.TallyKey: [SignalTally]]? {
    guard hasEntered else { return nil }
    guard isLost else { return tally.tallies }
    var unsure: [PreparedRecords.TallyKey: [SignalTally]] = [:]
    for (key, signals) in tally.tallies {
      let all = PreparedRecords.TallyKey(
        binding: key.binding,
        layout: key.layout,
        presence: key.presence.map { .init(unsure: ($0.sure + $0.unsure).sorted()) }
      )
      unsure[all] = unsure[all].map { $0.merged(with: signals) } ?? signals
    }
    return unsure
  }

  /// Without a length, a board is where its front edge is.
  private mutating func begin(at front: BeltReading) {
    tally.follow(BeltWindow(front: front, length: conveyor.boardLength ?? 0))
    hasEntered = true
  }

  /// Takes the next record of the journal; the first ones may be from before the scan.
  mutating func take(_ record: JournalRecord, at time: JournalTime) {
    switch record.content {
    case .frame(let frame):
      if hasEntered {
        // That an eye missed it is recorded about the frame in which it has passed.
        isOver = tally.belt.hasPassed
        tally.take(frame, seq: record.seq, at: time)
      } else {
        tally.remember(frame, seq: record.seq, at: time)
      }
    case .board(let passage)
    where record.seq > scanSeq && passage.station == scan.station && passage.lane == scan.lane:
      take(passage, record.seq)
    case .unit where record.seq == scanSeq:
      if conveyor.hasEntryEye != true, let belt = scan.belt { begin(at: belt) }
    case .unit(let passage) where record.seq > scanSeq:
      isOver = passage.place == scan.place && passage.serial == scan.serial
    default: break
    }
  }

  private mutating func take(_ passage: BoardPassage, _ seq: Int) {
    switch passage.event {
    case .entered:
      guard seen == nil, passage.serial == scan.serial, let belt = passage.belt else { return }
      seen = seq
      begin(at: belt)
    case .left, .removed:
      guard passage.entered == seen ?? scanSeq else { return }
      isLost = passage.remark == .overdue
      isOver = true
    }
  }
}
