import LotBinding
import Telemetry
import TestSupport
import Testing

@testable import Settings

@Suite("Settings of lots and operators")
struct BindingSettingsTests {
  private func plan(_ rest: String) throws -> BindingPlan {
    let text = """
      agent: edge-1
      site: Plant 7
      profiles: .
      journal: {path: j.sqlite}
      \(rest)
      """
    return try AgentSettings.load(bytes: Array(text.utf8), path: "/etc/lotline/agent.yaml").binding
  }

  @Test("A file that says nothing of them has every rule's default, no lanes and no shifts")
  func silent() throws {
    let plan = try plan("stations: [{id: reflow-1}]")
    #expect(plan == BindingPlan(stations: [StationID(checked: "reflow-1"): []]))
    #expect(plan.rules[.lotOnHold] == .refuse && plan.rules[.lotUnknown] == .allow)
    #expect(plan.crews.timeOut == .seconds(12 * 3_600) && plan.crews.shifts.isEmpty)
  }

  @Test("Lanes, rules, shifts and the time-out are read as they stand there")
  func stated() throws {
    let plan = try plan(
      """
      stations: [{id: reflow-1, lanes: [1, rear]}]
      rules: {lot_on_hold: warn, nobody_signed_on: refuse}
      operators: {time_out: 10h, shift_end: false, early: 15m}
      shifts:
        - {name: early, from: "06:00", to: "14:30"}
        - {name: night, from: "22:00", to: "06:00"}
      """
    )
    #expect(plan.stations[StationID(checked: "reflow-1")]?.map(\.text) == ["1", "rear"])
    #expect(plan.rules[.lotOnHold] == .warn && plan.rules[.nobodySignedOn] == .refuse)
    #expect(plan.rules[.lotScrapped] == .refuse)
    #expect(plan.crews.timeOut == .seconds(36_000) && plan.crews.early == .seconds(900))
    #expect(!plan.crews.endsWithShift)
    #expect(plan.crews.shifts.map { [$0.from, $0.to] } == [[360, 870], [1_320, 360]])
  }
}
