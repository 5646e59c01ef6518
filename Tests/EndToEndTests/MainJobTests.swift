import Foundation
import TestSupport
import Testing

@Suite("The main job", .serialized)
struct MainJobTests {
  private static let lot = [
    "--part", "4711-C", "--work-order", "WO-88", "--operator", "mara", "--program", "SAC305-A",
  ]

  private func start(_ lot: String, in plant: Plant) async throws -> (status: Int32, output: String)
  {
    try await plant.lotline(
      "lot",
      "start",
      "reflow-1",
      lot,
      "--part",
      "4711-C",
      "--work-order",
      "WO-88",
      "--operator",
      "mara",
      "--program",
      "SAC305-A"
    )
  }

  @Test("A recalled device lot leads down to its PCB lot, with figures, operator and program")
  func recall() async throws {
    let plant = try await Plant()
    try plant.startHub()
    try plant.startAgent()
    try await plant.awaitAgent()
    let load = try await plant.lotline(
      "material",
      "load",
      "reflow-1",
      "PASTE-0931",
      "--material",
      "SAC305 paste"
    )
    #expect(load.status == 0, "\(load.output)")
    let started = try await start("PCB-2411", in: plant)
    #expect(started.status == 0, "\(started.output)")
    try await Plant.until("ten frames are bound to the lot") {
      let bound = try await plant.query(
        "journal.sqlite",
        """
        SELECT count(*) FROM record JOIN (SELECT seq AS binding FROM record
        WHERE body ->> 'type' = 'binding') WHERE body ->> 'type' = 'frame'
        AND body ->> '$.bind[0]' = binding
        """
      )
      return (Int(bound) ?? 0) >= 10
    }
    #expect(try await plant.lotline("lot", "end", "reflow-1").status == 0)
    #expect(try await plant.lotline("lot", "consume", "PM-500", "PCB-2411").status == 0)
    try await plant.awaitUpToDate()

    let trace = try await plant.lotlineHub("trace", "PM-500")
    #expect(trace.status == 0)
    let expected = [
      "PM-500", "PCB-2411", "PASTE-0931", "mara", "SAC305-A", "WO-88", "reflow-1",
      "zone10.top.temperature", "conveyor.speed", "oxygen",
    ]
    for word in expected { #expect(trace.output.contains(word), "no \(word) in\n\(trace.output)") }
    let up = try await plant.lotlineHub("trace", "PASTE-0931")
    #expect(up.output.contains("PM-500"), "\(up.output)")
    #expect(try await plant.lotlineHub("verify").status == 0)
  }

  @Test("The agent works the same with the hub away, and catches up")
  func hubAway() async throws {
    let plant = try await Plant()
    try plant.startAgent()
    try await plant.awaitAgent()
    #expect(try await start("PCB-1", in: plant).status == 0)
    try await Plant.until("the hub's absence is seen") {
      try await plant.lotline("status").output.contains("recording locally, hub away since")
    }
    #expect(try await plant.lotline("lot", "end", "reflow-1").status == 0)
    try plant.startHub()
    try await plant.awaitUpToDate()
    #expect(try await plant.lotlineHub("trace", "PCB-1").status == 0)
  }

  @Test("With no active lot, a frame is bound to none, openly")
  func unbound() async throws {
    let plant = try await Plant()
    try plant.startAgent()
    try await plant.awaitAgent()
    try await Plant.until("frames are recorded and bound to none") {
      let count = try await plant.query(
        "journal.sqlite",
        "SELECT count(*) FROM record WHERE body ->> 'type' = 'frame' "
          + "AND body -> '$.bind' = '[null]'"
      )
      return (Int(count) ?? 0) >= 3
    }
  }

  @Test("Wrong commands are refused in words, each with its exit status")
  func refusals() async throws {
    let plant = try await Plant()
    try plant.startAgent()
    try await plant.awaitAgent()
    #expect(try await start("PCB-1", in: plant).status == 0)
    #expect(try await start("PCB-2", in: plant).status == 3)
    #expect(try await plant.lotline("lot", "end", "reflow-9").status == 3)
    #expect(try await plant.lotline("statuss").status == 64)
    plant.agent?.end(SIGTERM)
    #expect(try await plant.lotline("status").status == 69)
  }

  @Test("Asked to stop, the agent records it, signs the journal, and ends with status 0")
  func stops() async throws {
    let plant = try await Plant()
    try plant.startAgent()
    try await plant.awaitAgent()
    let agent = try #require(plant.agent)
    kill(agent.processIdentifier, SIGTERM)
    #expect(try await agent.finish().status == 0)
    let last = try await plant.query(
      "journal.sqlite",
      "SELECT coalesce(body ->> 'event', body ->> 'type') FROM record ORDER BY seq DESC LIMIT 2"
    )
    #expect(last == "checkpoint\nagent_stopped")
  }
}
