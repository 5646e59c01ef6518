package import Telemetry

/// Where a lot or a board was on a conveyor, by what the frames say of the belt.
package struct BeltWindow: Sendable, Hashable, Codable {
  private var head: BeltReading?
  private var tail: BeltReading?

  /// The last reading before the lot began to enter, and before all of it had.
  private var before: BeltReading?

  /// Whether all of it has left the conveyor.
  package private(set) var hasPassed = false

  /// A lot that enters from one time to another, which ``take(_:hasBegun:hasEnded:)`` is told.
  package init() {}

  /// A board, from its front edge to its rear edge.
  ///
  /// - Parameters:
  ///   - front: Where the belt was when its front edge entered.
  ///   - length: Metres.
  package init(front: BeltReading, length: Double) {
    head = front
    tail = front.behind(by: length)
  }

  /// Takes where the lot's ends were by its records; nil for one of which only the time is known.
  package mutating func know(head: BeltReading?, tail: BeltReading?) {
    self.head = self.head ?? head
    self.tail = self.tail ?? tail
  }

  /// Takes a reading of the belt.
  ///
  /// - Parameters:
  ///   - belt: How far the belt had run.
  ///   - hasBegun: Whether the lot had begun to enter then.
  ///   - hasEnded: Whether all of it had entered.
  package mutating func take(_ belt: BeltReading, hasBegun: Bool, hasEnded: Bool) {
    if hasBegun, head == nil { head = mark(at: belt) }
    if hasEnded, tail == nil { tail = mark(at: belt) }
    before = belt
  }

  /// Something that happened between the reading before and this one.
  private func mark(at belt: BeltReading) -> BeltReading {
    BeltReading(low: belt.low, high: before?.high ?? -.greatestFiniteMagnitude)
  }

  /// Whether the lot was at a place when the belt had run so far; nil when that is not known.
  ///
  /// - Parameters:
  ///   - position: Metres along the conveyor; nil for all of it.
  ///   - conveyor: Which.
  ///   - belt: How far the belt had run.
  ///   - margin: Metres that it runs in one scan.
  /// - Returns: Whether it was there for sure, or surely not.
  package func isThere(
    _ position: Double?,
    on conveyor: ConveyorDescription,
    at belt: BeltReading,
    within margin: Double
  ) -> Bool? {
    let whole = 0...(conveyor.length - conveyor.entry)
    let place = position.map { $0 - conveyor.entry }
    let interval = place.map { ($0 - conveyor.reach)...($0 + conveyor.reach) } ?? whole
    let stretch = Stretch(head: head, tail: tail)
    switch stretch.presence(in: interval, at: belt, within: margin) {
    case .no: return false
    case .maybe: return nil
    case .yes: return true
    }
  }

  /// Looks whether all of it has left a conveyor, and an eye at the exit would have missed it.
  package mutating func look(_ conveyor: ConveyorDescription, at belt: BeltReading) {
    guard tail != nil else { return }
    let missed = conveyor.exitTolerance.map { conveyor.exit + $0 - (conveyor.boardLength ?? 0) }
    let end = max(conveyor.length + conveyor.reach, missed ?? 0) - conveyor.entry
    hasPassed = Stretch(head: head, tail: tail).tailTravel(at: belt, within: 0).low > end
  }
}
