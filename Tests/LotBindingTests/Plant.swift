import LotBinding
import Telemetry

/// A plant with an oven of two lanes and a burn-in stand, and the journal that tests write for it.
struct Plant {
  static let oven = StationID(checked: "reflow-1")
  static let stand = StationID(checked: "servo-1")
  static let front = LaneID(checked: "front")
  static let rear = LaneID(checked: "rear")
  static let start = Instant(microseconds: 1_795_521_600_000_000)

  var bindings: Bindings
  private(set) var seq = 0

  init(rules: [BindingRule: BindingRules.Verdict] = [:], crews: CrewRules = CrewRules()) {
    bindings = Bindings(
      BindingPlan(
        stations: [Self.oven: [Self.front, Self.rear], Self.stand: []],
        rules: BindingRules(rules),
        crews: crews
      )
    )
  }

  /// Records what was judged, as the agent does.
  @discardableResult
  mutating func record(
    _ judgement: Judgement,
    at: Instant = start,
    uptime: Duration? = nil
  ) -> Judgement {
    seq += 1
    bindings.apply(Record(seq: seq, at: at, content: judgement.content), uptime: uptime)
    return judgement
  }

  /// Brings a list of the plant into force.
  mutating func put(_ list: PlantListName, _ entries: [PlantListEntry]) {
    let head = PlantListHead(
      list: list,
      revision: 3,
      sha256: .sha256([]),
      count: entries.count,
      by: Label(checked: "qa"),
      at: Self.start
    )
    let part = PlantListPart(
      head: head,
      uplink: "hub",
      base: nil,
      part: 1,
      hasMore: false,
      entries: entries,
      removed: []
    )
    record(Judgement(.plantList(part)))
  }

  static func order(
    _ lot: String,
    at station: StationID = stand,
    lane: LaneID? = nil,
    program: String? = nil,
    operatorName: String? = "mara"
  ) -> LotOrder {
    LotOrder(
      station: station,
      lane: lane,
      lot: LotID(checked: lot),
      part: Label(checked: "4711"),
      workOrder: Label(checked: "WO-1"),
      operatorName: operatorName.map { Label(checked: $0) },
      program: program.map { Label(checked: $0) }
    )
  }

  /// Starts a lot and records it.
  @discardableResult
  mutating func start(
    _ lot: String,
    at station: StationID = stand,
    lane: LaneID? = nil,
    uptime: Duration? = nil
  ) throws -> Judgement {
    record(
      try bindings.start(Self.order(lot, at: station, lane: lane), now: Self.start),
      uptime: uptime
    )
  }
}
