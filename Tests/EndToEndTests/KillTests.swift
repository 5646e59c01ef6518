import Foundation
import TestSupport
import Testing

@Suite("Killed at any time", .serialized)
struct KillTests {
  /// Rounds of killing; `LOTLINE_KILL_ROUNDS` asks for a longer run.
  private static let rounds =
    ProcessInfo.processInfo.environment["LOTLINE_KILL_ROUNDS"].flatMap { Int($0) } ?? 25

  @Test("After kill -9 of agent and hub the hub has 1…n, and every acknowledged lot is there")
  func killed() async throws {
    var random = SeededGenerator(seed: 2_411)
    let plant = try await Plant()
    try plant.startHub()
    try plant.startAgent()
    try await plant.awaitAgent()
    var acknowledged: [String] = []
    for round in 1...Self.rounds {
      let lot = "LOT-\(round)"
      let answer = try await plant.lotline(
        "lot",
        "start",
        "reflow-1",
        lot,
        "--part",
        "P",
        "--work-order",
        "W",
        "--operator",
        "O"
      )
      if answer.status == 0 { acknowledged.append(lot) }
      try await Task.sleep(for: .milliseconds(Int.random(in: 0...400, using: &random)))
      if Int.random(in: 0..<3, using: &random) > 0 {
        plant.agent?.end(SIGKILL)
        try plant.startAgent()
      }
      if Int.random(in: 0..<3, using: &random) > 0 {
        plant.hub?.end(SIGKILL)
        try plant.startHub()
      }
      try await plant.awaitAgent()
      _ = try await plant.lotline("lot", "end", "reflow-1")
    }
    try await plant.awaitUpToDate()

    #expect(try await plant.query("journal.sqlite", Self.holes(in: "record")) == "1|0")
    #expect(try await plant.query("hub.sqlite", Self.holes(in: "records")) == "1|0")
    let started = try await plant.query(
      "hub.sqlite",
      "SELECT body ->> 'lot' FROM records WHERE body ->> 'type' = 'binding'"
    )
    let recorded = started.split(separator: "\n").map(String.init)
    #expect(Set(acknowledged).isSubset(of: recorded))
    #expect(Set(recorded).count == recorded.count, "a lot was started twice")
    #expect(acknowledged.count > Self.rounds / 2)
    #expect(try await plant.lotlineHub("verify").status == 0)
  }

  /// The first sequence number, and how many are missing between it and the last.
  private static func holes(in table: String) -> String {
    "SELECT min(seq), max(seq) - min(seq) + 1 - count(*) FROM \(table)"
  }
}
