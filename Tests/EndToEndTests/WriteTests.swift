import Foundation
import TestSupport
import Testing

@Suite("lotline write", .serialized)
struct WriteTests {
  private static let permit =
    "[{signal: zone1.top.setpoint, reason: trial of a slower profile, range: [20, 300]}]"

  private static let orders = """
    SELECT body ->> 'type' || ' ' || coalesce(body ->> 'outcome', body ->> 'value') FROM record
    WHERE body ->> 'type' LIKE 'write%' ORDER BY seq
    """

  /// A plant whose agent has read the setpoints.
  private func plant(ovenFaults: [String] = [], timeout: String = "1s") async throws -> Plant {
    let plant = try await Plant(writes: Self.permit, ovenFaults: ovenFaults, timeout: timeout)
    try plant.startAgent()
    try await awaitReadings(plant)
    return plant
  }

  private func awaitReadings(_ plant: Plant) async throws {
    try await plant.awaitAgent()
    try await Plant.until("the oven was read") {
      try await plant.lotline("status").output.contains(/oven-1 +[0-9]+ signals, all good/)
    }
  }

  @Test("A permitted signal is written, read back and read from then on; others are refused")
  func write() async throws {
    let plant = try await plant()
    let signal = "zone1.top.setpoint"
    let done = try await plant.lotline("write", "oven-1", signal, "185.5", "--operator", "mara")
    #expect(done.status == 0, "\(done.output)")
    #expect(done.output.contains("oven-1 zone1.top.setpoint = 185.5 Cel: confirmed by the device"))
    #expect(done.output.contains("Permitted for this reason: trial of a slower profile."))
    try await Plant.until("the agent reads what was written") {
      try await plant.lotline("status", "--signals").output
        .contains(/zone1\.top\.setpoint +185\.5 Cel/)
    }
    let refusals = [
      ["oven-1", "zone2.top.setpoint", "185"], ["oven-1", signal, "301"],
      ["oven-1", "zone1.top.setpiont", "185"], ["oven-2", signal, "185"],
    ]
    for refusal in refusals {
      let refused = try await plant.lotline(
        ["write"] + refusal + ["--operator", "mara"]
      )
      #expect(refused.status == 3, "\(refusal)")
    }
    #expect(try await plant.lotline("write", "oven-1", signal, "185").status == 64)
    let story = try await plant.query("journal.sqlite", Self.orders)
    #expect(story == "write 185.5\nwrite_outcome done")
  }

  @Test(
    "Where the device says nothing, the exit status says that nobody knows, and it is not repeated"
  )
  func lost() async throws {
    let plant = try await plant(ovenFaults: ["silence, functions: 6"])
    let lost = try await plant.lotline(
      "write",
      "oven-1",
      "zone1.top.setpoint",
      "185.5",
      "--operator",
      "mara",
      "--json"
    )
    #expect(lost.status == 4, "\(lost.output)")
    #expect(lost.output.contains("\"outcome\" : \"unknown\""), "\(lost.output)")
    // The simulated oven did it, and its answer was lost.
    #expect(lost.output.contains("\"read_back\" : 185.5"), "\(lost.output)")
    let story = try await plant.query("journal.sqlite", Self.orders)
    #expect(story == "write 185.5\nwrite_outcome unknown")
  }

  @Test(
    "An agent that is killed between order and outcome says so when it runs again; a hub takes it"
  )
  func killed() async throws {
    let plant = try await plant(ovenFaults: ["latency, functions: 6, delay: 20s"], timeout: "30s")
    try plant.startHub()
    let order = try plant.startLotline(
      ["write", "oven-1", "zone1.top.setpoint", "185.5", "--operator", "mara"]
    )
    try await Plant.until("the order is on disk") {
      try await plant.query("journal.sqlite", Self.orders).hasPrefix("write 185.5")
    }
    plant.agent?.end(SIGKILL)
    #expect(try await order.finish().status == 4)
    try plant.startAgent()
    try await awaitReadings(plant)
    let story = try await plant.query("journal.sqlite", Self.orders)
    #expect(story == "write 185.5\nwrite_outcome unknown")
    try await plant.awaitUpToDate()
    #expect(try await plant.lotlineHub("verify").status == 0)
  }
}
