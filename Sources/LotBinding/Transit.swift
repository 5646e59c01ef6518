package import Telemetry

/// What is where on a station's conveyor: pure.
///
/// Fed with readings of the belt's speed, what photo-eyes see and the journal's records, it tells for
/// every place which lots are there, or may be.
package struct Transit: Sendable, Hashable {
  /// An eye of a conveyor.
  package enum Eye: Sendable, Hashable { case entry, exit }

  package let conveyor: Conveyor
  private var odometers: [Odometer]
  private var lanes: [LaneTransit]

  /// When each lane's eyes were last heard of.
  private var seen: [[Eye: Duration]]

  /// An eye counts as blind when it was not heard of for so many of its periods.
  private static let silentPeriods = 3

  /// How long after its middle a scan may be recorded.
  private static let lateness = Duration.seconds(60)

  /// A conveyor of which nothing is known yet but how far its belts had run.
  ///
  /// - Parameters:
  ///   - conveyor: As it is configured.
  ///   - last: How far the belts had run when they were last recorded; zero when they never were.
  ///   - uptime: Now, on the monotonic clock. Since then everything may have left the conveyor, as
  ///     nobody knows for how long it was not watched.
  package init(_ conveyor: Conveyor, resumingAt last: [BeltReading] = [], at uptime: Duration) {
    self.conveyor = conveyor
    let unwatched = conveyor.length + conveyor.reach + conveyor.boardLength
    let starts = conveyor.belts.indices.map { index in
      let start = last.indices.contains(index) ? last[index] : BeltReading(low: 0, high: 0)
      return last.isEmpty ? start : BeltReading(low: start.low, high: start.high + unwatched)
    }
    odometers = zip(conveyor.belts, starts).map { Odometer($0, start: $1, at: uptime) }
    lanes = conveyor.lanes.enumerated().map { index, lane in
      let belt = conveyor.belt(ofLane: index)
      let never = BeltReading(low: starts[belt].low, high: -.infinity)
      return LaneTransit(
        conveyor,
        lane: lane,
        belt: last.indices.contains(belt) ? last[belt] : never
      )
    }
    seen = Array(repeating: [:], count: conveyor.lanes.count)
  }

  // MARK: Observations

  /// Takes a good reading of a belt's speed, in metres a second.
  package mutating func take(speed: Double, ofBelt belt: Int, at uptime: Duration) {
    odometers[belt].take(speed, at: uptime)
  }

  /// Takes what an eye sees.
  ///
  /// - Parameters:
  ///   - eye: Which.
  ///   - lane: Of which lane, by index.
  ///   - isCovered: Whether a board is before it; nil when the signal is bad.
  ///   - uptime: When, on the monotonic clock.
  /// - Returns: What to record, and to ``apply(_:uptime:)`` then.
  package mutating func take(
    _ eye: Eye,
    ofLane lane: Int,
    isCovered: Bool?,
    at uptime: Duration
  ) -> BoardPassage? {
    noteSilentEyes(at: uptime)
    if isCovered != nil { seen[lane][eye] = uptime }
    let belt = reading(ofLane: lane, at: uptime)
    switch eye {
    case .entry: return lanes[lane].takeEntry(isCovered, at: belt)
    case .exit: return lanes[lane].takeExit(isCovered, at: belt)
    }
  }

  /// Looks for boards that should have left long ago, and forgets what has left.
  ///
  /// - Returns: What to record, and to ``apply(_:uptime:)`` then.
  package mutating func look(at uptime: Duration) -> [BoardPassage] {
    noteSilentEyes(at: uptime)
    return lanes.indices.flatMap { lane in
      let belt = reading(ofLane: lane, at: uptime)
      let moves = lanes[lane].overdue(at: belt)
      forget(ofLane: lane, at: uptime)
      return moves
    }
  }

  /// Forgets what has left, but for what a scan that is recorded late may tell of.
  private mutating func forget(ofLane lane: Int, at uptime: Duration) {
    let belt = reading(ofLane: lane, at: uptime - Self.lateness)
    lanes[lane].forget(at: belt, within: margin(ofLane: lane, .zero, at: uptime))
  }

  /// An eye of which nothing is heard sees nothing.
  private mutating func noteSilentEyes(at uptime: Duration) {
    for lane in lanes.indices {
      for (eye, period) in [(Eye.entry, conveyor.entryEye), (.exit, conveyor.exitEye)] {
        guard let period, let last = seen[lane][eye], uptime - last > period * Self.silentPeriods
        else { continue }
        seen[lane][eye] = nil
        let belt = reading(ofLane: lane, at: uptime)
        switch eye {
        case .entry: _ = lanes[lane].takeEntry(nil, at: belt)
        case .exit: _ = lanes[lane].takeExit(nil, at: belt)
        }
      }
    }
  }

  // MARK: Records

  /// Takes a record of this station.
  package mutating func apply(_ record: Record, uptime: Duration) {
    let lane: LaneID?
    switch record.content {
    case .binding(let binding): lane = binding.lane
    case .bindingEnd(let end): lane = end.lane
    case .unit(let passage): lane = passage.lane
    case .board(let passage): lane = passage.lane
    default: return
    }
    let index = index(of: lane)
    let belt = reading(ofLane: index, at: uptime)
    lanes[index].apply(record, at: belt)
    forget(ofLane: index, at: uptime)
  }

  /// Where the belt is when a lot or board enters at a moment, for its record.
  package func entryMark(in lane: LaneID?, at uptime: Duration) -> BeltReading {
    reading(ofLane: index(of: lane), at: uptime).roundedMark
  }

  /// Where the belt was when the tail of the lot in work had entered, for the record of its end.
  package func tailMark(in lane: LaneID?, at uptime: Duration) -> BeltReading {
    let index = index(of: lane)
    return lanes[index].tail(at: reading(ofLane: index, at: uptime)).roundedMark
  }

  private func index(of lane: LaneID?) -> Int { conveyor.lanes.firstIndex(of: lane) ?? 0 }

  // MARK: What is where

  /// How far the belts had run, as a frame says it.
  package func belts(at uptime: Duration) -> [BeltReading] {
    odometers.map { $0.reading(at: uptime).rounded }
  }

  /// How far the lanes' belts had run in one scan, and how much further in its time, for all places of
  /// its frame.
  package struct Moment: Sendable, Hashable {
    fileprivate struct Lane: Sendable, Hashable {
      let belt: BeltReading
      let margin: Double
    }

    fileprivate let lanes: [Lane]
  }

  /// Takes how far the belts had run, once for a frame.
  ///
  /// - Parameters:
  ///   - period: From one scan of the frame's group to the next.
  ///   - uptime: The middle of the scan.
  /// - Returns: What ``bound(at:in:)`` needs.
  package func moment(scannedEvery period: Duration, at uptime: Duration) -> Moment {
    Moment(
      lanes: lanes.indices.map { lane in
        Moment.Lane(
          belt: reading(ofLane: lane, at: uptime).rounded,
          margin: margin(ofLane: lane, period, at: uptime)
        )
      }
    )
  }

  /// Works out what a frame's place is bound to.
  ///
  /// - Parameters:
  ///   - position: Metres along the conveyor; nil for all of it.
  ///   - moment: When.
  /// - Returns: The lots that are there, or may be, and whether it is sure that they all are.
  package func bound(at position: Double?, in moment: Moment) -> (bound: Bound, isSure: Bool) {
    var seqs: [Int] = []
    var isSure = true
    let interval = interval(around: position)
    for (lane, at) in zip(lanes, moment.lanes) {
      lane.find(interval, at: at.belt, within: at.margin) { binding, presence in
        seqs.append(binding)
        if presence == .maybe { isSure = false }
      }
    }
    return (Bound(seqs), isSure)
  }

  private func interval(around position: Double?) -> ClosedRange<Double> {
    guard let position else { return 0...(conveyor.length - conveyor.entry) }
    let travel = position - conveyor.entry
    return (travel - conveyor.reach)...(travel + conveyor.reach)
  }

  private func reading(ofLane lane: Int, at uptime: Duration) -> BeltReading {
    odometers[conveyor.belt(ofLane: lane)].reading(at: uptime)
  }

  private func margin(ofLane lane: Int, _ period: Duration, at uptime: Duration) -> Double {
    odometers[conveyor.belt(ofLane: lane)].travel(inScanOf: period, at: uptime)
  }

  /// Something on the conveyor, for people.
  package struct Item: Sendable, Hashable {
    package let lane: LaneID?

    /// Sequence number of its lot's binding, and the lot; nil for a board of none, or of one that has
    /// left already.
    package let binding: Int?
    package let lot: LotID?
    package let serial: SerialNumber?

    /// Metres along the conveyor that it reaches over, as far as that is known.
    package let from: Double
    package let to: Double

    /// Metres that either may be wrong; nil when nothing is known of where it is.
    package let doubt: Double?
  }

  /// The lots on the conveyor, the one that is furthest first, lane by lane.
  package func lots(at uptime: Duration) -> [Item] {
    items(at: uptime) { lane, belt, margin in
      lane.lots.filter {
        $0.stretch.presence(in: interval(around: nil), at: belt, within: margin) != .no
      }.map { ($0.binding, nil, $0.stretch) }
    }
  }

  /// The boards on the conveyor, in the same order.
  package func boards(at uptime: Duration) -> [Item] {
    items(at: uptime) { lane, belt, margin in
      lane.boards(in: interval(around: nil), at: belt, within: margin)
        .map { ($0.board.binding, $0.board.serial, $0.board.stretch) }
    }
  }

  private func items(
    at uptime: Duration,
    _ found: (LaneTransit, BeltReading, Double) -> [(Int?, SerialNumber?, Stretch)]
  ) -> [Item] {
    lanes.indices.flatMap { index in
      let belt = reading(ofLane: index, at: uptime)
      let margin = margin(ofLane: index, .zero, at: uptime)
      let names = Dictionary(lanes[index].lots.map { ($0.binding, $0.lot) }) { first, _ in first }
      return found(lanes[index], belt, margin).map { binding, serial, stretch in
        let head = stretch.headTravel(at: belt, within: margin) ?? (0, 0)
        let tail = stretch.tailTravel(at: belt, within: margin)
        let doubt = (head.high - head.low) / 2
        return Item(
          lane: conveyor.lanes[index],
          binding: binding,
          lot: binding.flatMap { names[$0] },
          serial: serial,
          from: place(tail.low.isFinite ? (tail.low + tail.high) / 2 : 0),
          to: place(doubt.isFinite ? (head.low + head.high) / 2 : .infinity),
          doubt: doubt.isFinite ? doubt : nil
        )
      }
    }
  }

  /// A place on the belt, so many metres from the entry.
  private func place(_ travel: Double) -> Double {
    min(max(conveyor.entry + travel, conveyor.entry), conveyor.length)
  }

  /// Whether a belt's speed is not known.
  package func speedLost(at uptime: Duration) -> Bool {
    odometers.contains { $0.isLost(at: uptime) }
  }

  /// The belts' last good speeds in metres a second; nil before the first.
  package var speeds: [Double?] { odometers.map(\.speed) }
}
