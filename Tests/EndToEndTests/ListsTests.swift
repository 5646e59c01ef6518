import Foundation
import TestSupport
import Testing

/// The whole way of a hold: hub, agent, record, status, output, and back.
@Suite("Lists from the hub to the line", .serialized)
struct ListsTests {
  private func plant() async throws -> Plant {
    let plant = try await Plant()
    let verdict = plant.folder.path("reflow-1.verdict")
    try plant.editConfiguration {
      $0 + """

        lists: {uplink: hub, every: 500ms}
        interlock:
          - station: reflow-1
            file: {path: \(verdict)}
        """
    }
    try plant.startHub()
    return plant
  }

  private func verdict(in plant: Plant) -> String {
    let text = try? String(contentsOfFile: plant.folder.path("reflow-1.verdict"), encoding: .utf8)
    return String((text ?? "").prefix { $0 != "\n" })
  }

  private func events(_ kind: String, in plant: Plant) async throws -> String {
    try await plant.query(
      "journal.sqlite",
      "SELECT body ->> 'station', body ->> 'lot' FROM record WHERE body ->> 'event' = '\(kind)'"
    )
  }

  private func put(_ text: String, in plant: Plant) async throws {
    let file = try plant.folder.write(text, to: "lots.csv")
    try await Plant.until("the hub takes a list") {
      try await plant.lotlineHub("list", "put", "lots", file, "--by", "mes").status == 0
    }
  }

  @Test("A hold at the hub stops the line in seconds, and stays without the hub")
  func hold() async throws {
    let plant = try await plant()
    try await put("lot,state\nPCB-1,released\nPCB-2,released\n", in: plant)
    try plant.startAgent()
    try await plant.awaitAgent()
    try await Plant.until("the list is in force") {
      try await plant.lotline("status").output.contains("lots")
    }
    let start = [
      "lot", "start", "reflow-1", "PCB-1", "--part", "4711", "--work-order", "WO-88", "--operator",
      "mara",
    ]
    #expect(try await plant.lotline(start).status == 0)
    try await Plant.until("the file says run") { verdict(in: plant) == "run" }
    let free = try await plant.lotline("interlock", "reflow-1")
    #expect(free.status == 0 && free.output.contains("reflow-1: run, lot PCB-1"), "\(free.output)")

    let clock = ContinuousClock()
    let begin = clock.now
    let hold = try await plant.lotlineHub(
      "list",
      "hold",
      "PCB-1",
      "--reason",
      "solder voids",
      "--by",
      "qa.meier"
    )
    #expect(hold.status == 0, "\(hold.output)")
    try await Plant.until("the file says stop") { verdict(in: plant) == "stop" }
    #expect(begin.duration(to: clock.now) < .seconds(10))
    #expect(try await events("lot_held", in: plant) == "reflow-1|PCB-1")
    #expect(try await events("interlock_stop", in: plant).contains("reflow-1|PCB-1"))
    let status = try await plant.lotline("status").output
    #expect(status.contains("HELD") && status.contains("solder voids"), "\(status)")
    let stopped = try await plant.lotline("interlock", "reflow-1")
    #expect(stopped.status == 2 && stopped.output.contains("[lot_on_hold]"), "\(stopped.output)")

    #expect(try await plant.lotline("lot", "end", "reflow-1").status == 0)
    plant.agent?.end(SIGTERM)
    try await Plant.until("the agent has ended") { verdict(in: plant) == "stop" }
    plant.hub?.end(SIGTERM)
    try plant.startAgent()
    try await plant.awaitAgent()
    let refused = try Tool.run(built: "lotline", start + ["--agent", plant.agentAddress])
    #expect(refused.status == 3 && refused.output.contains("solder voids"), "\(refused.output)")

    try plant.startHub()
    try await Plant.until("the release arrives") {
      _ = try await plant.lotlineHub("list", "release", "PCB-1", "--by", "qa.meier")
      return try await plant.lotline(start).status == 0
    }
    try await Plant.until("the file says run again") { verdict(in: plant) == "run" }
    let history = try await plant.lotlineHub("list", "history", "lots", "PCB-1")
    #expect(history.output.contains("qa.meier") && history.output.contains("mes"))
  }

  @Test("A table with a mistake is refused with its place, and a lot that is nowhere is not held")
  func mistakes() async throws {
    let plant = try await plant()
    try await put("lot,state\nPCB-2411,released\n", in: plant)
    let file = try plant.folder.write("lot,state\nPCB-1,released\nPCB-2,helt\n", to: "bad.csv")
    let hub = ["--config", plant.folder.path("hub.yaml")]
    let refused = try Tool.run(
      built: "lotline-hub",
      ["list", "put", "lots", file, "--by", "mes"] + hub
    )
    #expect(refused.status == 2)
    #expect(
      refused.output.contains("bad.csv:3: state: \"helt\" is not one of"),
      "\(refused.output)"
    )
    let mistyped = try await plant.lotlineHub("list", "hold", "PCB-2411", "--by", "qa")
    #expect(mistyped.status == 0)
    let nowhere = try Tool.run(
      built: "lotline-hub",
      ["list", "hold", "PCB-2412", "--by", "qa"] + hub
    )
    #expect(nowhere.status == 66 && nowhere.output.contains("did you mean PCB-2411?"))
    let unlike = try Tool.run(built: "lotline-hub", ["list", "hold", "QX", "--by", "qa"] + hub)
    #expect(unlike.output.contains("names lot QX. To put it on the list"), "\(unlike.output)")
    let shown = try await plant.lotlineHub("list", "get", "lots")
    #expect(shown.output.contains("PCB-2411") && !shown.output.contains("PCB-1"), "\(shown.output)")
  }
}
