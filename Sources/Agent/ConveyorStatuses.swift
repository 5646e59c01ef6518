internal import LotBinding
internal import StationAPI
internal import Telemetry

extension ConveyorStatus {
  /// Boards that are shown; a page need not have more.
  private static let boardLimit = 200

  init(_ transit: Transit, at uptime: Duration, problems: [String]) {
    let conveyor = transit.conveyor
    self.init(
      length: conveyor.length,
      entry: conveyor.entry,
      exit: conveyor.exit,
      lanes: conveyor.lanes.compactMap(\.self),
      speeds: transit.speeds.map { $0.map { ($0 * 100_000).rounded() / 100_000 } },
      isSpeedLost: transit.speedLost(at: uptime),
      lots: transit.lots(at: uptime).map(Item.init),
      boards: transit.boards(at: uptime).prefix(Self.boardLimit).map(Item.init),
      problems: problems.isEmpty ? nil : problems
    )
  }
}

extension ConveyorStatus.Item {
  fileprivate init(_ item: Transit.Item) {
    self.init(
      lane: item.lane,
      seq: item.binding,
      lot: item.lot,
      serial: item.serial,
      from: Self.millimetres(item.from),
      to: Self.millimetres(item.to),
      doubt: item.doubt.map(Self.millimetres)
    )
  }

  private static func millimetres(_ metres: Double) -> Double { (metres * 1_000).rounded() / 1_000 }
}
