import Foundation
import TestSupport
import Testing

@Suite("A restored copy, end to end")
struct RestoredCopyTests {
  private let plant: Plant
  private static let files = ["journal.sqlite", "journal.sqlite.anchor"]

  init() async throws { plant = try await Plant() }

  private func startAgent() async throws {
    try plant.startAgent()
    try await plant.awaitAgent()
  }

  private func startLot(_ lot: String) async throws {
    let start = try await plant.lotline(
      ["lot", "start", "reflow-1", lot, "--part", "P", "--work-order", "W", "--operator", "O"]
    )
    #expect(start.status == 0, "\(start.output)")
    try await Plant.until("readings of \(lot) are recorded") {
      try await plant.query(
        "journal.sqlite",
        "SELECT EXISTS (SELECT 1 FROM reading WHERE lot = '\(lot)' AND quality = 'good')"
      ) == "1"
    }
  }

  private func copy(_ name: String, to target: String) throws {
    let path = plant.folder.path(target)
    if FileManager.default.fileExists(atPath: path) {
      try FileManager.default.removeItem(atPath: path)
    }
    try FileManager.default.copyItem(atPath: plant.folder.path(name), toPath: path)
  }

  @Test("What it records before the hub is back is traced there, once, beside what the hub had")
  func restored() async throws {
    try plant.startHub()
    try await startAgent()
    try await startLot("L-1")
    try await plant.awaitUpToDate()
    plant.agent?.end(SIGTERM)
    for file in Self.files { try copy(file, to: file + ".backup") }

    try await startAgent()
    #expect(try await plant.lotline("lot", "end", "reflow-1").status == 0)
    try await startLot("L-2")
    try await plant.awaitUpToDate()
    plant.agent?.end(SIGTERM)
    plant.hub?.end(SIGTERM)
    let held = try await plant.query("hub.sqlite", "SELECT journal, count(*) FROM records")

    for file in Self.files { try copy(file + ".backup", to: file) }
    for suffix in ["-wal", "-shm"] {
      try? FileManager.default.removeItem(atPath: plant.folder.path("journal.sqlite" + suffix))
    }
    try await startAgent()
    #expect(try await plant.lotline("lot", "end", "reflow-1").status == 0)
    try await startLot("L-3")
    #expect(try await plant.lotline("lot", "end", "reflow-1").status == 0)
    let count = "SELECT count(DISTINCT seq) FROM reading WHERE lot = 'L-3'"
    let frames = try await plant.query("journal.sqlite", count)

    try plant.startHub()
    try await Plant.until("what was recorded alone is at the hub") {
      let status = try await plant.lotline("status").output
      return status.contains("journal.sqlite.kept-2: the hub has its")
    }
    try await plant.awaitUpToDate()
    // Nothing was added to what the hub had, and nothing of it is doubled.
    let journal = held.split(separator: "|").first.map(String.init) ?? ""
    #expect(
      try await plant.query(
        "hub.sqlite",
        "SELECT journal, count(*) FROM records WHERE journal = '\(journal)'"
      ) == held
    )
    #expect(try await plant.query("journal.sqlite.kept-2", count) == frames)
    for lot in ["L-1", "L-2", "L-3"] {
      let trace = try await plant.lotlineHub("trace", lot)
      #expect(trace.status == 0 && trace.output.contains("zone1"), "\(trace.output)")
    }
    #expect(try await plant.lotlineHub("verify").status == 0)
    for file in ["journal.sqlite.kept-1", "journal.sqlite.kept-2"] {
      let check = try Tool.run(
        built: "lotline",
        ["verify", "--journal", plant.folder.path(file)]
      )
      #expect(check.status == 0, "\(check.output)")
    }
    let atHub = try await plant.lotlineHub("evidence", "L-3", "-o", plant.folder.path("hub-L-3"))
    #expect(atHub.status == 0, "\(atHub.output)")
    let evidence = try Tool.run(
      built: "lotline",
      [
        "evidence", "L-3", "--journal", plant.folder.path("journal.sqlite.kept-1"), "-o",
        plant.folder.path("L-3"),
      ]
    )
    #expect(evidence.status == 0, "\(evidence.output)")
  }
}
