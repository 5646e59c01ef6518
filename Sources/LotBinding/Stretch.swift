internal import Telemetry

/// What a belt carries from a head to a tail: a lot, or one board.
struct Stretch: Sendable, Hashable {
  /// Whether something is in an interval of the belt.
  enum Presence: Sendable, Hashable { case no, maybe, yes }

  /// Where the belt was when the head entered; nil before that.
  var head: BeltReading?

  /// Where it was when the tail had entered; nil before that.
  var tail: BeltReading?

  /// Metres from the entry to the head: at least and at most.
  func headTravel(at belt: BeltReading, within margin: Double) -> (low: Double, high: Double)? {
    head.map { (belt.low - $0.low - margin, belt.high - $0.high + margin) }
  }

  func tailTravel(at belt: BeltReading, within margin: Double) -> (low: Double, high: Double) {
    tail.map { (belt.low - $0.low - margin, belt.high - $0.high + margin) }
      ?? (-.infinity, -.infinity)
  }

  /// Whether it is in an interval, in metres from the entry, when the belt has run so far, give or
  /// take the margin.
  func presence(
    in interval: ClosedRange<Double>,
    at belt: BeltReading,
    within margin: Double
  ) -> Presence {
    guard let head = headTravel(at: belt, within: margin), head.high >= interval.lowerBound else {
      return .no
    }
    let tail = tailTravel(at: belt, within: margin)
    if tail.low > interval.upperBound { return .no }
    return head.low >= interval.lowerBound && tail.high <= interval.upperBound ? .yes : .maybe
  }
}

/// A lot on a lane.
struct LotStretch: Sendable, Hashable {
  let binding: Int
  let lot: LotID
  var stretch: Stretch

  /// Where the belt was when the lot was started.
  let started: BeltReading

  /// Where it was when the lot was ended, or the next one was started; nil while more of it may enter.
  var ended: BeltReading?

  /// The rear edge of its last board that was seen to enter.
  var rear: BeltReading?

  /// Whether the eye at the entry may still tell of a board that entered before the lot was ended.
  var awaitsEye = false

  var isOpen: Bool { ended == nil }
}

/// A board on a lane.
struct BoardStretch: Sendable, Hashable {
  /// The record by which it entered.
  let seq: Int
  let binding: Int?
  let serial: SerialNumber?
  let stretch: Stretch

  /// Where the belt was when its front edge entered.
  let front: BeltReading

  init(
    _ seq: Int,
    of binding: Int?,
    _ serial: SerialNumber?,
    front: BeltReading,
    _ conveyor: Conveyor
  ) {
    self.seq = seq
    self.binding = binding
    self.serial = serial
    self.front = front
    stretch = Stretch(head: front, tail: front.behind(by: conveyor.boardLength))
  }
}
