import TestSupport
import Testing

/// Corrections as a technician makes them, from the command line to the trace.
@Suite("Corrections from the command line", .serialized)
struct CorrectionTests {
  @Test("An operator who forgot to sign off is gone from the lots that came later, and only there")
  func forgottenSignOff() async throws {
    let plant = try await Plant()
    try plant.startHub()
    try plant.startAgent()
    try await plant.awaitAgent()
    try await plant.expect(["operator", "on", "reflow-1", "mara"], 0, "mara is signed on")
    let order = ["--part", "4711", "--work-order", "WO-1", "--operator", "mara"]
    for lot in ["PCB-1", "PCB-2"] {
      try await plant.expect(["lot", "start", "reflow-1", lot] + order, 0, "works on lot \(lot)")
      try await plant.expect(["lot", "end", "reflow-1"], 0, "works on no lot")
    }
    let gone = try await plant.query(
      "journal.sqlite",
      "SELECT min(body ->> 'at') FROM record WHERE body ->> 'type' = 'binding_end'"
    )
    let correction = ["correct", "operator", "reflow-1", "mara", "--not-there", "--from", gone]
    let reason = ["--by", "jon", "--reason", "went home"]
    let early = try await plant.lotline(correction + reason)
    #expect(early.status == 3, "who is recorded to be there still is signed off first")
    try await plant.expect(["operator", "off", "reflow-1", "mara"], 0, "at reflow-1: nobody")
    try await plant.expect(correction + reason, 0, "mara")
    let list = try await plant.lotline("correct", "list").output
    #expect(list.contains("mara") && list.contains("went home"), "\(list)")
    try await plant.awaitUpToDate()

    for (lot, arguments, isThere) in [
      ("PCB-1", [], true), ("PCB-2", [], false), ("PCB-2", ["--as-recorded"], true),
    ] as [(String, [String], Bool)] {
      let trace = try await plant.lotlineHub(["trace", lot] + arguments).output
      #expect(trace.contains("signed on: mara") == isThere, "\(trace)")
      #expect(trace.contains("mara was not at reflow-1") == (lot == "PCB-2"), "\(trace)")
    }
  }
}
