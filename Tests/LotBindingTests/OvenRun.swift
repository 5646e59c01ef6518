import Telemetry
import TestSupport

@testable import LotBinding

/// One run of an agent's ``Transit`` at an ``OvenSimulator``: what is bound is compared with where the
/// boards are, reading by reading.
struct OvenRun {
  struct Plan {
    var seconds = 3_600.0
    var lanes = 1
    var belts = 1
    var reach = 0.0

    /// Boards of a lot, about; and whether its first one may come at the moment the lot is started.
    var lotSize = 4.0
    var hasRaces = false

    /// How much too much the speed signal shows, and what is configured for that.
    var speedError = 0.0
    var accuracy = 0.0
    var hasSpeedFaults = false
    var hasEyeFaults = false
    var hasRestarts = false
    var hasRemovals = false
  }

  /// What was seen to be wrong, and how much was unsure.
  struct Result {
    var readings = 0
    var unsure = 0

    /// Readings that were said to be sure and were not right.
    var wrong: [String] = []

    /// Unsure ones that did not name a lot that was there.
    var incomplete: [String] = []

    /// The furthest that an unsure reading was from the edge of a lot, in metres.
    var furthest = 0.0
    var boards = 0
    var lots = 0
    var moves: [BoardPassage] = []
    var removed = 0
  }

  private let plan: Plan
  private var random: SeededGenerator
  private var oven: OvenSimulator
  private var transit: Transit
  private(set) var result = Result()
  private var records: [Record] = []

  /// Lots of the simulator, by the record that binds them.
  private var lotOfBinding: [Int: Int] = [:]
  private var openLots: [Int: (lot: Int, seq: Int)] = [:]
  private var lastBelts: [BeltReading] = []
  private var speedIsBad = false
  private var eyesAreBad = false

  init(_ plan: Plan, seed: UInt64) {
    self.plan = plan
    random = SeededGenerator(seed: seed)
    oven = OvenSimulator(lanes: plan.lanes, belts: plan.belts)
    transit = Transit(Self.conveyor(plan), at: .zero)
  }

  private static func conveyor(_ plan: Plan) -> Conveyor {
    Conveyor(
      station: StationID(checked: "reflow-1"),
      length: OvenSimulator.length,
      entry: OvenSimulator.entry,
      exit: OvenSimulator.exit,
      reach: plan.reach,
      lanes: plan.lanes == 1 ? [nil] : (1...plan.lanes).map { LaneID(checked: "\($0)") },
      belts: Array(
        repeating: Conveyor.Belt(
          fastest: 150 / 6_000,
          accuracy: plan.accuracy,
          hold: .seconds(5),
          period: .seconds(1)
        ),
        count: plan.belts
      ),
      boardLength: OvenSimulator.boardLength,
      entryEye: .seconds(1),
      exitEye: .seconds(1)
    )
  }

  private mutating func draw(_ perSecond: Double) -> Bool {
    Double.random(in: 0..<1, using: &random) < perSecond * OvenSimulator.step
  }

  private var uptime: Duration { .microseconds(Int64((oven.time * 1e6).rounded())) }

  /// Runs the oven and the agent beside it.
  mutating func run() -> Result {
    var nextScan = 0.5
    var waits = Array(repeating: 2.0, count: plan.lanes)
    var changes = Array(repeating: 100.0, count: plan.belts)
    var badUntil = 0.0
    var holdsUntil = 0.0
    var blindUntil = 0.0
    while oven.time < plan.seconds {
      oven.advance()
      for belt in 0..<plan.belts where oven.time > max(changes[belt], holdsUntil) {
        changes[belt] = oven.time + Double.random(in: 5...250, using: &random)
        let speeds = [0, 50, 65, 80, 80, 95, 110]
        oven.targets[belt] = Double(speeds.randomElement(using: &random) ?? 80) / 6_000
      }
      for lane in 0..<plan.lanes { produce(lane, wait: &waits[lane]) }
      if plan.hasRemovals, draw(1 / 400) { removeByHand() }
      if plan.hasSpeedFaults, oven.time > badUntil, draw(1 / 300) {
        // For as long as the last good speed is believed, the belt keeps to it.
        let isShort = Bool.random(using: &random)
        badUntil = oven.time + (isShort ? 3.5 : Double.random(in: 10...120, using: &random))
        let isSteady = zip(oven.speeds, oven.targets).allSatisfy { abs($0 - $1) < 1e-9 }
        holdsUntil = isSteady ? oven.time + 6.5 : 0
        if !isSteady { badUntil = 0 }
      }
      if plan.hasEyeFaults, oven.time > blindUntil, draw(1 / 400) {
        blindUntil = oven.time + Double.random(in: 5...60, using: &random)
      }
      speedIsBad = oven.time < badUntil
      eyesAreBad = oven.time < blindUntil
      if oven.time >= nextScan {
        scan()
        nextScan = oven.time + 1 + Double.random(in: -0.05...0.05, using: &random)
      }
      if plan.hasRestarts, draw(1 / 900) {
        restart()
        nextScan = oven.time + 0.5
      }
    }
    return result
  }

  /// Lots of a few boards, one after the other, often without a gap.
  private mutating func produce(_ lane: Int, wait: inout Double) {
    wait -= OvenSimulator.step
    guard wait <= 0, oven.hasRoom(lane, gap: 0.06) else { return }
    guard let open = openLots[lane] else {
      start(lane)
      wait = Double.random(in: (plan.hasRaces ? 0 : 1.2)...3, using: &random)
      return
    }
    if oven.lots[open.lot]?.first != nil,
      Double.random(in: 0..<1, using: &random) < 1 / plan.lotSize
    {
      if Bool.random(using: &random) { start(lane) } else { end(lane) }
      wait = Double.random(in: plan.hasRaces ? 0...1 : 1.2...2, using: &random)
      if Int.random(in: 0..<10, using: &random) == 0 { wait += 200 }
      return
    }
    oven.lay(open.lot)
    result.boards += 1
    wait = [0, 0, 0, 5, 20, 60].randomElement(using: &random) ?? 0
  }

  private mutating func start(_ lane: Int) {
    end(lane)
    let lot = oven.lots.count
    oven.lots[lot] = OvenSimulator.Lot(lane: lane)
    let name = transit.conveyor.lanes[lane]
    let seq = record(
      .binding(
        Binding(
          station: transit.conveyor.station,
          lane: name,
          lot: LotID(checked: "L\(lot)"),
          part: Label(checked: "p"),
          workOrder: Label(checked: "w"),
          operatorName: Label(checked: "o"),
          belt: transit.entryMark(in: name, at: uptime)
        )
      )
    )
    lotOfBinding[seq] = lot
    openLots[lane] = (lot, seq)
    result.lots += 1
  }

  private mutating func end(_ lane: Int) {
    guard let open = openLots.removeValue(forKey: lane) else { return }
    let name = transit.conveyor.lanes[lane]
    oven.lots[open.lot]?.isOpen = false
    record(
      .bindingEnd(
        BindingEnd(
          station: transit.conveyor.station,
          lane: name,
          lot: LotID(checked: "L\(open.lot)"),
          binding: open.seq,
          belt: transit.tailMark(in: name, at: uptime)
        )
      )
    )
  }

  @discardableResult
  private mutating func record(_ content: Record.Content) -> Int {
    let record = Record(seq: records.count + 1, at: Instant(microseconds: 0), content: content)
    records.append(record)
    transit.apply(record, uptime: uptime)
    return record.seq
  }

  private mutating func removeByHand() {
    let place = OvenSimulator.zones.randomElement(using: &random) ?? 1
    let lane = Int.random(in: 0..<plan.lanes, using: &random)
    if oven.remove(near: place, lane) { result.removed += 1 }
  }

  /// The agent was away for a while, and reads its journal anew.
  private mutating func restart() {
    let end = oven.time + Double.random(in: 0.5...400, using: &random)
    while oven.time < end {
      oven.advance()
      // Boards of a lot that was started before go on coming.
      for lane in 0..<plan.lanes where oven.hasRoom(lane, gap: 0.06) && draw(1 / 20) {
        if let open = openLots[lane] { oven.lay(open.lot) }
      }
    }
    transit = Transit(transit.conveyor, resumingAt: lastBelts, at: uptime)
    for record in records { transit.apply(record, uptime: uptime) }
  }

  // MARK: The agent

  private mutating func scan() {
    for belt in 0..<plan.belts where !speedIsBad {
      // The oven shows tenths of a centimetre a minute.
      let shown = (oven.speeds[belt] * 60_000 * (1 + plan.speedError)).rounded() / 60_000
      transit.take(speed: shown, ofBelt: belt, at: uptime)
    }
    for lane in 0..<plan.lanes {
      for eye in [Transit.Eye.entry, .exit] {
        let isCovered = eyesAreBad ? nil : oven.isCovered(eye, lane: lane)
        take(transit.take(eye, ofLane: lane, isCovered: isCovered, at: uptime))
      }
    }
    for move in transit.look(at: uptime) { take(move) }
    lastBelts = transit.belts(at: uptime)
    for place in OvenSimulator.zones { compare(place) }
  }

  private mutating func take(_ move: BoardPassage?) {
    guard let move else { return }
    record(.board(move))
    result.moves.append(move)
  }

  private mutating func compare(_ place: Double) {
    let (bound, isSure) = transit.bound(
      at: place,
      in: transit.moment(scannedEvery: .seconds(1), at: uptime)
    )
    let lots = Set(bound.bindings.compactMap { lotOfBinding[$0] })
    let truth = oven.lots(over: place, reach: plan.reach)
    let boards = oven.lotsOfBoards(at: place, reach: plan.reach)
    result.readings += 1
    let text = "\(oven.time) s at \(place) m: bound to \(lots.sorted()), there is \(truth.sorted())"
    if isSure {
      if lots != truth { result.wrong.append(text) }
    } else {
      result.unsure += 1
      if !lots.isSuperset(of: truth) { result.incomplete.append(text) }
      result.furthest = max(
        result.furthest,
        oven.distanceToEdge(at: place, reach: plan.reach)
      )
    }
    if !lots.isSuperset(of: boards) { result.incomplete.append(text + ", boards of \(boards)") }
  }
}
