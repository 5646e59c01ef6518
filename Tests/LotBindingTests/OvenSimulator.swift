import Telemetry

@testable import LotBinding

/// A reflow oven that knows where each of its boards is: belts that ramp, stop and start again, lanes,
/// boards of one length, and a photo-eye at the entry and at the exit of each lane.
///
/// Only ``speed(ofBelt:)`` and ``isCovered(_:lane:)`` are what an agent can see of it.
struct OvenSimulator {
  struct Board {
    let lot: Int

    /// Where the belt was when the front edge was at the entry.
    let front: Double

    /// When somebody took it out, if so.
    var removedAt: Double?
  }

  /// What truly happened with a lot: where its first board's front edge and its last one's rear edge
  /// were on the belt.
  struct Lot {
    let lane: Int
    var first: Double?
    var last: Double?
    var isOpen = true
  }

  static let step = 0.02
  static let length = 4.2
  static let entry = 0.1
  static let exit = 4.0
  static let boardLength = 0.25
  static let zones = (0..<10).map { 0.5 + 0.35 * Double($0) }

  let belts: Int
  let lanes: Int
  private(set) var time = 0.0
  private(set) var run: [Double]
  private(set) var speeds: [Double]
  private(set) var boards: [[Board]]
  var targets: [Double]
  var lots: [Int: Lot] = [:]

  init(lanes: Int, belts: Int) {
    self.lanes = lanes
    self.belts = belts
    run = Array(repeating: 0, count: belts)
    speeds = Array(repeating: 0, count: belts)
    targets = Array(repeating: 80 / 6_000.0, count: belts)
    boards = Array(repeating: [], count: lanes)
  }

  func run(ofLane lane: Int) -> Double { run[min(lane, belts - 1)] }

  /// Moves the belts for a step; they gain or lose a centimetre a second in each second.
  mutating func advance() {
    time += Self.step
    for belt in run.indices {
      let change = targets[belt] - speeds[belt]
      let limit = 0.01 * Self.step
      let before = speeds[belt]
      speeds[belt] += min(max(change, -limit), limit)
      run[belt] += (before + speeds[belt]) / 2 * Self.step
    }
    for lane in boards.indices {
      let run = run(ofLane: lane)
      boards[lane].removeAll { run - $0.front - Self.boardLength > Self.length + 1 }
    }
  }

  func travel(of board: Board, _ lane: Int) -> Double { run(ofLane: lane) - board.front }

  /// Whether a board can be laid on a lane, so that the eye sees a gap before it.
  func hasRoom(_ lane: Int, gap: Double) -> Bool {
    boards[lane].last.map { travel(of: $0, lane) >= Self.boardLength + gap } ?? true
  }

  /// Lays a board of a lot on its lane, its front edge at the entry.
  mutating func lay(_ lot: Int) {
    guard let lane = lots[lot]?.lane else { return }
    let front = run(ofLane: lane)
    boards[lane].append(Board(lot: lot, front: front))
    if lots[lot]?.first == nil { lots[lot]?.first = front }
    lots[lot]?.last = front + Self.boardLength
  }

  /// Takes out by hand the board that is nearest to a place; none where there is none near it.
  mutating func remove(near place: Double, _ lane: Int) -> Bool {
    let travel = place - Self.entry
    guard
      let index = boards[lane].indices.first(where: {
        boards[lane][$0].removedAt == nil
          && abs(self.travel(of: boards[lane][$0], lane) - travel) < 0.3
      })
    else { return false }
    boards[lane][index].removedAt = time
    return true
  }

  func isCovered(_ eye: Transit.Eye, lane: Int) -> Bool {
    let place = eye == .entry ? 0 : Self.exit - Self.entry
    return boards[lane].contains { board in
      let front = travel(of: board, lane)
      return board.removedAt == nil && front >= place && front - Self.boardLength <= place
    }
  }

  /// Lots whose boards are at a place now, within `reach` of it.
  func lotsOfBoards(at place: Double, reach: Double) -> Set<Int> {
    let travel = place - Self.entry
    return Set(
      boards.indices.flatMap { lane in
        boards[lane].filter { board in
          let front = self.travel(of: board, lane)
          return board.removedAt == nil && front >= travel - reach
            && front - Self.boardLength <= travel + reach
        }.map(\.lot)
      }
    )
  }

  /// Lots that reach over a place: from the front edge of the first board, to the rear edge of the
  /// last one once the lot is ended.
  func lots(over place: Double, reach: Double) -> Set<Int> {
    let travel = place - Self.entry
    return Set(
      lots.filter { _, lot in
        guard let first = lot.first, let last = lot.last else { return false }
        let run = run(ofLane: lot.lane)
        return run - first >= travel - reach && (lot.isOpen || run - last <= travel + reach)
      }.keys
    )
  }

  /// Metres from a place to the nearest edge of a lot.
  func distanceToEdge(at place: Double, reach: Double) -> Double {
    let travel = place - Self.entry
    let distances = lots.values.flatMap { lot in
      let run = run(ofLane: lot.lane)
      return [
        lot.first.map { abs(run - $0 - (travel - reach)) },
        lot.isOpen ? nil : lot.last.map { abs(run - $0 - (travel + reach)) },
      ].compactMap { $0 }
    }
    return distances.min() ?? .infinity
  }
}
