import LotBinding
import Telemetry
import TestSupport

/// Clocks, runs and frames.
extension ModelRun {
  /// Stations without a conveyor, of which one device tells.
  private static let rooms = [ReferencePlant.oven, ReferencePlant.stand]

  mutating func describeFrames() throws {
    layout = journal.records.count + 1
    try record(
      .layout(
        FrameLayout(
          device: DeviceID(checked: "room"),
          group: "air",
          profile: "room",
          profileHash: .sha256([]),
          periodMilliseconds: 1_000,
          stations: Self.rooms,
          signals: [
            SignalDescription(name: "humidity", calibration: ReferencePlant.instrument.text)
          ]
        )
      )
    )
    beltLayoutSeq = journal.records.count + 1
    try record(.layout(Self.beltLayout))
  }

  /// The clock shows another time from the next second on.
  mutating func setClock(by step: Int) throws {
    let expected = PlantClock.instant(model.clock.wall(at: model.second))
    let wall = model.clock.wall(at: model.second) + step
    model.clock.set(to: wall, at: model.second, lastSeen: model.second)
    try recordStep(from: expected, step: step)
  }

  mutating func recordStep(from: Instant, step: Int?) throws {
    try record(
      .clockStep(
        ClockStep(
          epoch: model.clock.steps,
          stepMicroseconds: step.map { $0 * 1_000_000 },
          from: from,
          to: now
        )
      )
    )
  }

  mutating func restart(after pause: Int, setBack: Int) throws {
    bindings = Bindings(plan)
    for bytes in journal.records { bindings.apply(try RecordCoding.decode(bytes)) }
    // The last record is of a second ago.
    let last = model.second - 1
    let shown = model.clock.wall(at: last)
    model.second += pause
    model.started = model.second
    try restartBelt()
    if setBack > 0 {
      model.clock.set(to: shown - setBack, at: model.second, lastSeen: last)
      try recordStep(from: PlantClock.instant(shown), step: nil)
    }
    try describeFrames()
  }

  /// Time passes; for a little while, the conveyor is scanned every second.
  mutating func wait(_ seconds: Int) throws -> String? {
    let end = model.second + seconds
    while seconds <= 15, model.second < end, model.beltScans.count < Self.mostBeltScans {
      let second = model.second
      if let difference = try scanBelt(second) { return difference }
      model.second = max(model.second, second + 1)
    }
    model.second = max(model.second, end)
    return nil
  }

  mutating func scan(_ ago: Int) throws -> String? {
    let second = max(model.second - ago, model.started, model.clock.lastSet)
    let bound = Self.rooms.map { bindings.inForce(at: $0, uptime: .seconds(second)) }
    let expected = Self.rooms.map { Bound(model.lots(at: $0, second: second)) }
    guard bound == expected else { return "a scan is bound to \(bound), model: \(expected)" }
    let seq = journal.records.count + 1
    model.add(
      ReferencePlant.Scan(seq: seq, second: second, bound: Set(bound.flatMap(\.bindings)))
    )
    try record(
      .frame(
        Frame(
          at: model.clock.instant(at: second),
          spanMicroseconds: 1_840,
          layout: layout,
          bindings: bound,
          crews: Self.rooms.map {
            bindings.crewInForce(at: $0, uptime: .seconds(second))
          },
          readings: [Reading(.integer(Int64(seq)))]
        )
      )
    )
    return try scanBelt(second)
  }

  /// A moment that the agent still remembers.
  mutating func randomMoment() -> Int {
    // Of each place, the agent remembers the last seven changes.
    let changes = model.facts.suffix(7).map(\.second)
    return source.number(max(model.started, changes.first ?? 0)...model.second)
  }
}
