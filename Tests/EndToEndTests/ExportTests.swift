import Foundation
import TestSupport
import Testing

@Suite("Reading a journal beside its agent")
struct ExportTests {
  private func lotline(_ plant: Plant, _ arguments: String...) throws -> (Int32, String) {
    let answer = try Tool.run(built: "lotline", arguments + ["--config", plant.agentConfiguration])
    return (answer.status, answer.output)
  }

  @Test("A lot's readings and events are exported, and shown line by line, while the agent runs")
  func export() async throws {
    let plant = try await Plant()
    try plant.startAgent()
    try await plant.awaitAgent()
    let start = [
      "lot", "start", "reflow-1", "PCB-1", "--part", "P", "--work-order", "W", "--operator", "O",
    ]
    #expect(try await plant.lotline(start).status == 0)
    let rows =
      "SELECT count(*) FROM reading WHERE lot = 'PCB-1' AND signal GLOB 'zone9.*.temperature'"
    try await Plant.until("readings of the lot are recorded") {
      (Int(try await plant.query("journal.sqlite", rows)) ?? 0) > 4
    }
    #expect(try await plant.lotline(["lot", "end", "reflow-1"]).status == 0)

    let file = plant.folder.path("PCB-1.csv")
    let (status, said) = try lotline(
      plant,
      "export",
      "--lot",
      "PCB-1",
      "--signal",
      "zone9.*.temperature",
      "--output",
      file
    )
    #expect(status == 0 && said.hasSuffix(" readings in \(file)\n"), "\(said)")
    let lines = try String(contentsOfFile: file, encoding: .utf8).split(separator: "\n")
    #expect(lines.count == Int(try await plant.query("journal.sqlite", rows)).map { $0 + 1 })
    #expect(lines[0].hasPrefix("seq,at,device,signal,value,unit,quality,station,lot,"))
    #expect(lines[1].contains(",oven-1,zone9."))

    let (_, events) = try lotline(
      plant,
      "export",
      "--events",
      "--lot",
      "PCB-1",
      "--format",
      "jsonl"
    )
    #expect(events.contains(#""type":"binding""#) && events.contains(#""type":"binding_end""#))
    let (missing, hint) = try lotline(plant, "export", "--lot", "PCB-2")
    #expect(missing == 66 && hint.contains("did you mean PCB-1?"), "\(hint)")

    let (_, tail) = try lotline(plant, "tail", "--lines", "3", "--lot", "PCB-1")
    let shown = tail.split(separator: "\n")
    #expect(shown.count == 3 && shown[2].contains("  binding_end  reflow-1, lot PCB-1"), "\(tail)")
    #expect(shown[0].contains("all good  reflow-1 lot PCB-1"), "\(tail)")
    let (_, raw) = try lotline(plant, "tail", "-n", "1", "--device", "oven-1", "--json")
    #expect(raw.hasPrefix(#"{"type":"frame","seq":"#), "\(raw)")
  }

  @Test("What is recorded is followed until Ctrl-C")
  func follow() async throws {
    let plant = try await Plant()
    try plant.startAgent()
    try await plant.awaitAgent()
    let tail = try Plant.start(
      "lotline",
      [
        "tail", "--follow", "--lines", "0", "--station", "reflow-1", "--config",
        plant.agentConfiguration,
      ]
    )
    _ = try await tail.line { $0.contains("oven-1") }
    let start = [
      "lot", "start", "reflow-1", "PCB-1", "--part", "P", "--work-order", "W", "--operator", "O",
    ]
    #expect(try await plant.lotline(start).status == 0)
    _ = try await tail.line { $0.contains("  binding  reflow-1, lot PCB-1") }
    _ = try await tail.line { $0.contains("reflow-1 lot PCB-1") }
    tail.end(SIGINT)
    #expect(try await tail.finish().status == 0)
  }
}
