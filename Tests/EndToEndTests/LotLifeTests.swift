import TestSupport
import Testing

/// A lot with its boards and people, as a technician makes it, from the command line to the trace.
@Suite("The life of a lot", .serialized)
struct LotLifeTests {
  @Test("Badges, boards, a hand-over and a doubtful restart are in status and trace")
  func life() async throws {
    let plant = try await Plant()
    try plant.startHub()
    try plant.startAgent()
    try await plant.awaitAgent()
    let order = ["--part", "4711", "--work-order", "WO-1"]
    let nobody = try await plant.lotline(["lot", "start", "reflow-1", "PCB-1"] + order)
    #expect(nobody.status == 3)

    try await plant.expect(["operator", "on", "reflow-1", "mara"], 0, "mara is signed on")
    try await plant.expect(
      [
        "lot", "start", "reflow-1", "PCB-1", "--part", "4711", "--revision", "C", "--work-order",
        "WO-1", "--quantity", "40",
      ],
      0,
      "reflow-1 works on lot PCB-1"
    )
    try await plant.expect(["unit", "enter", "reflow-1", "SN-1"], 0, "SN-1 is at reflow-1")
    try await plant.expect(["unit", "scrap", "reflow-1", "SN-1"], 0, "SN-1 is scrapped")
    let again = try await plant.lotline("unit", "enter", "reflow-1", "SN-1")
    #expect(again.status == 3)
    try await plant.expect(
      ["operator", "on", "reflow-1", "jon", "--replace"],
      0,
      "at reflow-1: jon"
    )
    try await Plant.until("a frame names the second crew") {
      try await plant.query(
        "journal.sqlite",
        "SELECT count(*) > 0 FROM reading WHERE lot = 'PCB-1' AND crew = 'jon'"
      ) == "1"
    }
    let status = try await plant.lotline("status").output
    for words in ["part 4711 revision C", "40 pieces", "1 scrapped", "signed on: jon"] {
      #expect(status.contains(words), "no \(words) in\n\(status)")
    }
    try await plant.expect(["lot", "end", "reflow-1", "--finished"], 0, "works on no lot")
    try await plant.expect(
      ["lot", "start", "reflow-1", "PCB-1", "--part", "4711", "--work-order", "WO-1"],
      0,
      "[lot_finished]"
    )
    try await plant.awaitUpToDate()
    let trace = try await plant.lotlineHub("trace", "PCB-1").output
    for words in ["revision C", "40 pieces planned", "signed on: mara; from", "SN-1"] {
      #expect(trace.contains(words), "no \(words) in\n\(trace)")
    }
    #expect(trace.contains("lot_finished"), "\(trace)")
  }
}
