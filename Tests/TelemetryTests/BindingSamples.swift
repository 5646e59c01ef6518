import Telemetry

/// Lots, units and crews with every member that their records can have.
enum BindingSamples {
  static func records(at: Instant) throws -> [Record.Content] {
    let station = try StationID("reflow-1")
    let lane = try LaneID("front")
    let lot = try LotID("L-2026-0815")
    return [
      .binding(
        Binding(
          station: station,
          lane: lane,
          lot: lot,
          part: try Label("PCB 4711"),
          revision: try Label("C"),
          workOrder: try Label("WO-77"),
          operatorName: try Label("M. Rösch"),
          program: try Label("SAC305-A"),
          quantity: 40,
          notes: ["lot_elsewhere", "nobody_signed_on"]
        )
      ),
      .unit(
        UnitPassage(
          station: station,
          lane: lane,
          binding: 31,
          serial: try SerialNumber("SN-000123"),
          event: .entered,
          source: .scan,
          operatorName: try Label("M. Rösch")
        )
      ),
      .bindingEnd(
        BindingEnd(station: station, lane: lane, lot: lot, binding: 31, reason: .handedOver)
      ),
      .crew(
        CrewChange(
          station: station,
          operators: [try Label("jon"), try Label("M. Rösch")],
          change: .timedOut,
          operatorName: try Label("ana"),
          shift: try Label("early"),
          until: at.advanced(by: .seconds(3_600)),
          notes: ["operator_unknown"]
        )
      ),
      .frame(
        Frame(
          at: at,
          spanMicroseconds: 1_840,
          layout: 3,
          bindings: [.several([4, 31]), nil],
          crews: [34, nil],
          readings: [Reading(.integer(1)), Reading(.timeout)]
        )
      ),
    ]
  }
}
