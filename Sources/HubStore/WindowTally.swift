internal import LotBinding
internal import Telemetry

/// What was read of a lot, or of one unit of it, that was at a station from one time to another.
struct WindowTally {
  /// How the frames of a scan group tell of a station.
  struct Layout {
    let signals: Int
    let heartbeat: Duration

    /// Nil where the station has none.
    let conveyor: ConveyorDescription?

    /// The places at the station, by their indices.
    let places: [(index: Int, position: Double?)]

    /// Which of a frame's belts carry the lane.
    let belts: Range<Int>

    /// - Parameters:
    ///   - layout: The layout.
    ///   - station: Whose conveyor and places count.
    ///   - lane: Nil where it does not matter, or is not known: then all belts count as one.
    init(_ layout: FrameLayout, station: StationID, lane: LaneID? = nil) {
      signals = layout.signals.count
      heartbeat = .milliseconds(layout.heartbeatMilliseconds ?? 0)
      let conveyors = layout.conveyors ?? []
      let index = conveyors.firstIndex { $0.station == station }
      conveyor = index.map { conveyors[$0] }
      let first = conveyors[..<(index ?? 0)].reduce(0) { $0 + $1.belts }
      let all = first..<(first + (index.map { conveyors[$0].belts } ?? 0))
      let own = lane.flatMap { lane in index.flatMap { conveyors[$0].lanes?.firstIndex(of: lane) } }
      belts = own.map { (first + $0)..<(first + $0 + 1) } ?? all
      places = layout.boundPlaces.enumerated().filter { $0.element.station == station }
        .map { ($0.offset, $0.element.position) }
    }
  }

  private let entry: Int
  private let from: JournalTime
  private let to: JournalTime?
  private let layouts: [Int: Layout]
  private var latest: [Int: (frame: Frame, seq: Int, time: JournalTime)] = [:]

  /// Where it was on a conveyor.
  private(set) var belt: BeltWindow
  private(set) var tallies: [PreparedRecords.TallyKey: [SignalTally]] = [:]

  init(
    entry: Int,
    from: JournalTime,
    to: JournalTime?,
    layouts: [Int: Layout],
    belt: BeltWindow
  ) {
    self.entry = entry
    self.from = from
    self.to = to
    self.layouts = layouts
    self.belt = belt
  }

  /// Follows a board from where the belt took it.
  mutating func follow(_ board: BeltWindow) { belt = board }

  /// Takes a frame that is counted already.
  mutating func remember(_ frame: Frame, seq: Int, at time: JournalTime) {
    latest[frame.layout] = (frame, seq, time)
  }

  /// The last frame of each layout that it took, by their numbers: scans may have been left out after
  /// them.
  var latestFrames: [Int] { latest.values.map(\.seq).sorted() }

  /// Takes the next frame of the journal.
  mutating func take(_ frame: Frame, seq: Int, at time: JournalTime) {
    guard let layout = layouts[frame.layout], frame.readings.count == layout.signals else { return }
    let before = latest[frame.layout]
    latest[frame.layout] = (frame, seq, time)
    if let conveyor = layout.conveyor {
      take(frame, at: time, after: before?.frame, layout, conveyor)
      return
    }
    if frame.skipped > 0, let (last, _, then) = before, then.epoch == time.epoch {
      count(last, times: leftOut(frame.skipped, between: then, and: time), nil)
    }
    if holds(time) { count(frame, times: 1, nil) }
  }

  private mutating func take(
    _ frame: Frame,
    at time: JournalTime,
    after last: Frame?,
    _ layout: Layout,
    _ conveyor: ConveyorDescription
  ) {
    guard let reading = frame.belts.reading(layout.belts) else { return }
    let travel = last?.belts.reading(layout.belts).map {
      max(reading.low - $0.low, reading.high - $0.high, 0)
    }
    belt.take(reading, hasBegun: from <= time, hasEnded: to.map { $0 <= time } ?? false)
    let now = presence(of: layout, conveyor, frame, within: travel ?? 0)
    if frame.skipped > 0, let last {
      // Where the lot is now and was not then, it came between them.
      let then = presence(of: layout, conveyor, last, within: 0)
      count(last, times: frame.skipped, now.joined(with: then))
    }
    count(frame, times: 1, now)
    belt.look(conveyor, at: reading)
  }

  private func holds(_ time: JournalTime) -> Bool { from <= time && to.map { time < $0 } ?? true }

  /// How many of the scans that were left out lie in the window: they were taken at equal distances.
  private func leftOut(_ scans: Int, between last: JournalTime, and next: JournalTime) -> Int {
    if holds(last), holds(next) { return scans }
    let distance = Double(next.at.microseconds - last.at.microseconds)
    return (1...scans).count { scan in
      let passed = Int64((distance * Double(scan) / Double(scans + 1)).rounded())
      let at = Instant(microseconds: last.at.microseconds + passed)
      return holds(JournalTime(epoch: last.epoch, at: at))
    }
  }

  /// The places of a conveyor that the lot was at.
  private func presence(
    of layout: Layout,
    _ conveyor: ConveyorDescription,
    _ frame: Frame,
    within travel: Double
  ) -> PreparedRecords.Presence {
    var presence = PreparedRecords.Presence()
    guard let reading = frame.belts.reading(layout.belts) else { return presence }
    for place in layout.places {
      switch belt.isThere(place.position, on: conveyor, at: reading, within: travel) {
      case true?: presence.sure.append(place.index)
      case nil: presence.unsure.append(place.index)
      case false?: break
      }
    }
    return presence
  }

  private mutating func count(
    _ frame: Frame,
    times: Int,
    _ presence: PreparedRecords.Presence?
  ) {
    let isNowhere = presence.map { $0.sure.isEmpty && $0.unsure.isEmpty } ?? false
    guard times > 0, !isNowhere, frame.readings.count == layouts[frame.layout]?.signals else {
      return
    }
    let key = PreparedRecords.TallyKey(binding: entry, layout: frame.layout, presence: presence)
    var signals = tallies[key] ?? Array(repeating: SignalTally(), count: frame.readings.count)
    tallies[key] = nil
    for index in frame.readings.indices { signals[index].add(frame.readings[index], times: times) }
    tallies[key] = signals
  }
}

extension PreparedRecords.Presence {
  /// Places where the lot was at both moments, and those where it was at one of them.
  fileprivate func joined(with other: Self) -> Self {
    let both = sure.filter(other.sure.contains)
    let all = Set(sure + unsure + other.sure + other.unsure)
    return Self(sure: both, unsure: all.subtracting(both).sorted())
  }
}

extension [BeltReading] {
  /// The readings of one conveyor's belts as one: no less and no more than any of them.
  fileprivate func reading(_ belts: Range<Int>) -> BeltReading? {
    guard !belts.isEmpty, belts.upperBound <= count else { return nil }
    let readings = self[belts]
    return BeltReading(
      low: readings.reduce(.infinity) { Swift.min($0, $1.low) },
      high: readings.reduce(-.infinity) { Swift.max($0, $1.high) }
    )
  }
}
