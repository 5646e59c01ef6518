internal import Telemetry

/// What is on one lane of a conveyor: pure.
struct LaneTransit: Sendable, Hashable {
  private let conveyor: Conveyor
  private let lane: LaneID?

  /// In the order in which they were started; what has surely left is forgotten.
  private(set) var lots: [LotStretch] = []

  /// In the order in which they entered.
  private(set) var boards: [BoardStretch] = []

  /// Serial numbers that were scanned before the eye has seen their boards.
  private var scanned: [SerialNumber] = []

  /// Scans that may be ahead of the eye; more are those of boards that it did not see.
  private static let scannedAhead = 16

  /// Whether each lot's tail lies behind that of the one before, so that a search need not look at
  /// all of them.
  private var isOrdered = true

  /// Whether the entry's eye may still tell where a lot's tail is: most of its readings tell nothing.
  private var hasAwaitedTails = false

  private var entryEye: PhotoEye
  private var exitEye: PhotoEye

  /// A lane of which nothing is known; the eyes were last seen when the belt had run so far.
  init(_ conveyor: Conveyor, lane: LaneID?, belt: BeltReading) {
    self.conveyor = conveyor
    self.lane = lane
    entryEye = PhotoEye(blindFrom: belt)
    exitEye = PhotoEye(blindFrom: belt)
  }

  /// Metres from the entry to the exit, and to the end of the belt.
  private var exitTravel: Double { conveyor.exit - conveyor.entry }
  private var endTravel: Double { conveyor.length - conveyor.entry }

  // MARK: Records

  /// Takes a record of this lane.
  ///
  /// - Parameters:
  ///   - record: What is in the journal.
  ///   - belt: How far the belt has run; where it was at a record that does not say so is not known.
  mutating func apply(_ record: Record, at belt: BeltReading) {
    switch record.content {
    case .binding(let binding): start(record.seq, binding, at: belt)
    case .bindingEnd(let end): close(end.binding, tail: end.belt, at: belt)
    case .board(let passage):
      if passage.event == .entered {
        if let serial = passage.serial { scanned.removeAll { $0 == serial } }
        let front = passage.belt ?? unknown(at: belt)
        enter(
          BoardStretch(record.seq, of: passage.binding, passage.serial, front: front, conveyor)
        )
      } else {
        boards.removeAll { $0.seq == passage.entered }
      }
    case .unit(let passage): take(passage, seq: record.seq, at: belt)
    default: break
    }
  }

  /// A scan at the entry names the next board that the eye will see, or is itself what tells that a
  /// board enters.
  private mutating func take(_ passage: UnitPassage, seq: Int, at belt: BeltReading) {
    guard passage.event == .entered else {
      boards.removeAll { $0.serial == passage.serial }
      scanned.removeAll { $0 == passage.serial }
      return
    }
    if conveyor.hasEntryEye {
      scanned.append(passage.serial)
      if scanned.count > Self.scannedAhead { scanned.removeFirst() }
    } else {
      let front = passage.belt ?? unknown(at: belt)
      enter(BoardStretch(seq, of: passage.binding, passage.serial, front: front, conveyor))
    }
  }

  /// A record that does not say where the belt was, of something that was there before now.
  private func unknown(at belt: BeltReading) -> BeltReading {
    BeltReading(low: belt.low, high: -.infinity)
  }

  private mutating func start(_ seq: Int, _ binding: Binding, at belt: BeltReading) {
    let start = binding.belt ?? unknown(at: belt)
    if let last = lots.last, last.isOpen { close(last.binding, tail: nil, at: start) }
    // An eye tells when the first board enters; without one, the lot enters now.
    let isSeen = conveyor.hasEntryEye && binding.belt != nil
    lots.append(
      LotStretch(
        binding: seq,
        lot: binding.lot,
        stretch: Stretch(head: isSeen ? nil : start),
        started: start
      )
    )
  }

  private mutating func close(_ binding: Int, tail: BeltReading?, at belt: BeltReading) {
    guard let index = lots.lastIndex(where: { $0.isOpen && $0.binding == binding }) else { return }
    lots[index].stretch.tail = tail ?? self.tail(at: belt)
    lots[index].ended = belt
    lots[index].awaitsEye = conveyor.hasEntryEye
    if conveyor.hasEntryEye { hasAwaitedTails = true }
    if index > 0, let before = lots[index - 1].stretch.tail,
      before.low > lots[index].stretch.tail?.low ?? before.low
    {
      isOrdered = false
    }
  }

  /// Where the tail of the lot in work is when it ends at `now`.
  func tail(at now: BeltReading) -> BeltReading {
    guard let lot = lots.last else { return now }
    guard conveyor.hasEntryEye else {
      return BeltReading(
        low: max(now.low, lot.rear?.low ?? -.infinity),
        high: max(now.high, lot.rear?.high ?? -.infinity)
      )
    }
    // A board may have entered since the eye was last heard of.
    return BeltReading(
      low: max(now.low + conveyor.boardLength, lot.rear?.low ?? -.infinity),
      high: lot.rear?.high ?? lot.started.high
    )
  }

  private mutating func enter(_ board: BoardStretch) {
    boards.append(board)
    let front = board.front
    let rear = front.behind(by: conveyor.boardLength)
    guard let index = lots.lastIndex(where: { $0.binding == board.binding }) else {
      if let last = lots.indices.last { extend(last, to: front, rear) }
      return
    }
    // It may have entered just before its lot was started: then it is the one before's.
    let isDoubtful = lots[index].started.low > front.high
    if isDoubtful, index > 0 { extend(index - 1, to: front, rear) }
    let head = lots[index].stretch.head
    lots[index].stretch.head = BeltReading(
      low: min(head?.low ?? .infinity, isDoubtful ? .infinity : front.low),
      high: min(head?.high ?? .infinity, front.high)
    )
    lots[index].rear = rear
  }

  /// Says that a lot that was ended may reach to a board, if that may have entered before the end.
  private mutating func extend(_ index: Int, to front: BeltReading, _ rear: BeltReading) {
    guard let ended = lots[index].ended, ended.low > front.high else { return }
    lots[index].awaitsEye = false
    let tail = lots[index].stretch.tail ?? rear
    let earlier = lots[index].rear ?? tail
    lots[index].stretch.tail = BeltReading(low: rear.low, high: min(earlier.high, tail.high))
    let head = lots[index].stretch.head
    lots[index].stretch.head = BeltReading(
      low: head?.low ?? .infinity,
      high: min(head?.high ?? .infinity, front.high)
    )
  }

  /// The lot that boards which enter now belong to.
  private var open: Int? { lots.last.flatMap { $0.isOpen ? $0.binding : nil } }

  // MARK: Photo-eyes

  /// Takes what the eye at the entry sees.
  ///
  /// - Parameters:
  ///   - isCovered: Whether a board is before it; nil when the signal is bad.
  ///   - belt: How far the belt has run.
  /// - Returns: What to record.
  mutating func takeEntry(_ isCovered: Bool?, at belt: BeltReading) -> BoardPassage? {
    let wasBlindFrom = entryEye.blindFrom
    let edge = entryEye.take(isCovered, at: belt)
    if let wasBlindFrom, isCovered != nil { fear(since: wasBlindFrom, until: belt) }
    if wasBlindFrom == nil, isCovered != nil, edge == nil { settleTails() }
    guard let edge else { return nil }
    // After blindness, what is before the eye may be the board that was there before.
    if wasBlindFrom != nil, let last = boards.last,
      belt.low - last.front.low <= conveyor.boardLength
    {
      return nil
    }
    return BoardPassage(
      station: conveyor.station,
      lane: lane,
      binding: open,
      serial: scanned.first,
      event: .entered,
      belt: edge.roundedMark
    )
  }

  /// While the eye was blind, boards of the lots in work may have entered.
  private mutating func fear(since from: BeltReading, until now: BeltReading) {
    for index in lots.indices {
      lots[index].awaitsEye = false
      let start = lots[index].started.high
      if lots[index].stretch.head == nil {
        lots[index].stretch.head = BeltReading(low: .infinity, high: max(from.high, start))
      }
      if lots[index].isOpen {
        let rear = lots[index].rear
        lots[index].rear = BeltReading(
          low: max(now.low + conveyor.boardLength, rear?.low ?? -.infinity),
          high: rear?.high ?? start
        )
      }
    }
  }

  /// The eye has seen no board since lots were ended: they end with their last board.
  private mutating func settleTails() {
    guard hasAwaitedTails else { return }
    hasAwaitedTails = false
    for index in lots.indices.reversed() where lots[index].awaitsEye {
      lots[index].awaitsEye = false
      if let rear = lots[index].rear {
        lots[index].stretch.tail = rear
      } else if lots[index].stretch.head == nil {
        lots.remove(at: index)
      }
    }
  }

  /// Takes what the eye at the exit sees.
  mutating func takeExit(_ isCovered: Bool?, at belt: BeltReading) -> BoardPassage? {
    let wasBlind = exitEye.blindFrom != nil
    guard exitEye.take(isCovered, at: belt) != nil, !wasBlind else { return nil }
    let (boards, exitTravel) = (boards, exitTravel)
    let due = boards.indices.filter { index in
      guard let travel = boards[index].stretch.headTravel(at: belt, within: conveyor.exitTolerance)
      else { return false }
      return travel.low <= exitTravel && travel.high >= exitTravel
    }
    guard let first = due.first else { return move(.left, of: nil, remark: .extra) }
    // Of several that may be it, the one that is nearest to the exit by what is believed.
    let distance = { (index: Int) in
      let front = boards[index].front
      return abs((belt.low + belt.high - front.low - front.high) / 2 - exitTravel)
    }
    let nearest = due.min { distance($0) < distance($1) } ?? first
    return move(.left, of: boards[nearest], remark: nil)
  }

  /// Boards that should have passed the exit's eye long ago.
  mutating func overdue(at belt: BeltReading) -> [BoardPassage] {
    guard conveyor.hasExitEye else { return [] }
    return boards.prefix { board in
      let travel = board.stretch.headTravel(at: belt, within: 0)
      return (travel?.low ?? 0) > exitTravel + conveyor.exitTolerance
    }.filter(wasWatched).map { move(.removed, of: $0, remark: .overdue) }
  }

  /// Whether the exit's eye has seen since before the board was due.
  private func wasWatched(_ board: BoardStretch) -> Bool {
    guard exitEye.blindFrom == nil, let from = exitEye.seesFrom else { return false }
    return from.high - board.front.high < exitTravel - conveyor.exitTolerance
  }

  private func move(
    _ event: BoardPassage.Event,
    of board: BoardStretch?,
    remark: BoardPassage.Remark?
  ) -> BoardPassage {
    BoardPassage(
      station: conveyor.station,
      lane: lane,
      binding: board?.binding,
      serial: board?.serial,
      event: event,
      entered: board?.seq,
      remark: remark
    )
  }

  // MARK: Where things are

  /// Lots in an interval of the belt, and whether each is there for sure.
  func find(
    _ interval: ClosedRange<Double>,
    at belt: BeltReading,
    within margin: Double,
    _ found: (Int, Stretch.Presence) -> Void
  ) {
    for lot in lots[firstNotPassed(interval.upperBound, belt, margin)...] {
      if lot.stretch.head == nil {
        if mayHaveEntered(lot, beyond: interval.lowerBound, at: belt) { found(lot.binding, .maybe) }
        continue
      }
      switch lot.stretch.presence(in: interval, at: belt, within: margin) {
      case .no:
        let head = lot.stretch.headTravel(at: belt, within: margin)
        // Those that follow are behind it.
        if isOrdered, (head?.high ?? -.infinity) < interval.lowerBound { return }
      case let presence: found(lot.binding, presence)
      }
    }
  }

  /// Whether a lot of which no board was seen may have come so far since the eye was last heard of.
  private func mayHaveEntered(
    _ lot: LotStretch,
    beyond place: Double,
    at belt: BeltReading
  ) -> Bool {
    let seen = max(entryEye.lastSeen?.high ?? -.infinity, lot.started.high)
    let travel = belt.high - seen
    return travel > 0 && travel >= place
  }

  /// The first lot whose tail may not have passed a place; those before it have.
  private func firstNotPassed(_ place: Double, _ belt: BeltReading, _ margin: Double) -> Int {
    guard isOrdered else { return 0 }
    var (low, high) = (0, lots.count)
    while low < high {
      let middle = (low + high) / 2
      if lots[middle].stretch.tailTravel(at: belt, within: margin).low > place {
        low = middle + 1
      } else {
        high = middle
      }
    }
    return low
  }

  /// Boards in an interval of the belt.
  func boards(
    in interval: ClosedRange<Double>,
    at belt: BeltReading,
    within margin: Double
  ) -> [(board: BoardStretch, presence: Stretch.Presence)] {
    boards.compactMap { board in
      let presence = board.stretch.presence(in: interval, at: belt, within: margin)
      return presence == .no ? nil : (board, presence)
    }
  }

  /// Forgets what has surely left the belt.
  mutating func forget(at belt: BeltReading, within margin: Double) {
    let end = endTravel + conveyor.reach
    let gone = lots.prefix {
      !$0.isOpen && $0.stretch.tailTravel(at: belt, within: margin).low > end
    }
    if !gone.isEmpty {
      lots.removeFirst(gone.count)
      let tails = lots.compactMap(\.stretch.tail?.low)
      isOrdered = zip(tails, tails.dropFirst()).allSatisfy { $0 <= $1 }
    }
    let left = boards.prefix { $0.stretch.tailTravel(at: belt, within: margin).low > end }
    // One that the exit's eye must still be asked about stays until it is overdue.
    let limit = exitTravel + conveyor.exitTolerance
    let asked = left.prefix {
      !conveyor.hasExitEye || ($0.stretch.headTravel(at: belt, within: 0)?.low ?? 0) > limit
    }
    if !asked.isEmpty { boards.removeFirst(asked.count) }
  }
}
