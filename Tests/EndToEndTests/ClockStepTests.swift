import Foundation
import TestSupport
import Testing

@Suite("A clock that is set", .serialized)
struct ClockStepTests {
  /// One line of the journal, as the sqlite3 shell gives it.
  private struct Line {
    let type: String
    let at: Double

    /// The layout of a frame, or this record where it is one.
    let layout: Int

    /// Microseconds of a step, or milliseconds of a layout's period.
    let size: Double

    init(_ row: Substring) throws {
      let cells = row.split(separator: "|", omittingEmptySubsequences: false)
      try #require(cells.count == 4)
      type = String(cells[0])
      at = try #require(Double(cells[1]))
      layout = try #require(Int(cells[2]))
      size = Double(cells[3]) ?? 0
    }
  }

  private static let lines = """
    SELECT body ->> 'type', unixepoch(substr(body ->> 'at', 1, 19)) + substr(body ->> 'at', 20, 7),
      coalesce(body ->> 'layout', seq), coalesce(body ->> 'step_us', body ->> 'period_ms')
    FROM record ORDER BY seq
    """

  private func count(_ type: String, in plant: Plant) async throws -> Int {
    let sql = "SELECT count(*) FROM record WHERE body ->> 'type' = '\(type)'"
    return Int(try await plant.query("journal.sqlite", sql)) ?? 0
  }

  /// Sets the clock and waits until the agent has seen it and gone on for a while.
  private func set(_ clock: ShiftedClock, to seconds: Int64, in plant: Plant) async throws {
    let steps = try await count("clock_step", in: plant)
    try clock.set(seconds: seconds)
    try await Plant.until("the step is recorded") {
      try await count("clock_step", in: plant) > steps
    }
    let frames = try await count("frame", in: plant)
    try await Plant.until("frames follow") { try await count("frame", in: plant) >= frames + 8 }
  }

  @Test("Set by an hour back and forth, it loses no frame, and the lot's story tells of it")
  func backAndForth() async throws {
    let plant = try await Plant()
    let clock = try ShiftedClock(in: plant.folder)
    try plant.startHub()
    try plant.startAgent(clock: clock)
    try await plant.awaitAgent()
    let lot = ["--part", "4711-C", "--work-order", "WO-88", "--operator", "mara"]
    let started = try await plant.lotline(["lot", "start", "reflow-1", "PCB-1"] + lot)
    #expect(started.status == 0, "\(started.output)")
    for seconds in [-3_600, 0, 3_600, 0] as [Int64] {
      try await set(clock, to: seconds, in: plant)
    }
    #expect(try await plant.lotline("lot", "end", "reflow-1").status == 0)
    try await plant.awaitUpToDate()
    let trace = try await plant.lotlineHub("trace", "PCB-1")
    plant.agent?.end(SIGTERM)

    let lines = try await plant.query("journal.sqlite", Self.lines).split(separator: "\n")
      .map { try Line($0) }
    let steps = lines.filter { $0.type == "clock_step" }.map(\.size)
    #expect(steps.map { ($0 / 1e9).rounded() } == [-4, 4, 4, -4])
    #expect(steps.allSatisfy { ($0.magnitude - 3_600e6).magnitude < 1_000_000 })
    try expectFrames(lines)

    let words = trace.output.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    #expect(words.contains("A clock was set meanwhile"), "\(trace.output)")
    #expect(words.components(separatedBy: "! the clock was set back by").count == 3)
    #expect(words.components(separatedBy: "! the clock was set forward by").count == 3)
    let json = try await plant.lotlineHub("trace", "PCB-1", "--json").output
    #expect(json.components(separatedBy: "\"step_us\"").count == 5)
  }

  /// Within each epoch times rise; brought onto one epoch, no frame is missing.
  private func expectFrames(_ lines: [Line]) throws {
    var shift = 0.0
    var periods: [Int: Double] = [:]
    var last: [Int: (at: Double, shift: Double)] = [:]
    for line in lines {
      switch line.type {
      case "clock_step": shift += line.size / 1e6
      case "layout": periods[line.layout] = line.size / 1e3
      case "frame":
        let period = try #require(periods[line.layout])
        if let before = last[line.layout] {
          let passed = (line.at - shift) - (before.at - before.shift)
          // A frame's time is the middle of its scan, which may have had to wait for another.
          #expect(passed > 0 && passed < 1.5 * period, "\(passed) s between two frames")
          if shift == before.shift { #expect(line.at > before.at) }
        }
        last[line.layout] = (line.at, shift)
      default: break
      }
    }
    #expect(last.count >= 3)
  }
}
