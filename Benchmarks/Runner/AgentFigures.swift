internal import ArgumentParser
internal import Foundation
internal import Telemetry

struct AgentFigures: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "agent",
    abstract: "An agent that polls many devices into its durable journal: CPU, memory, schedule."
  )

  @Option(help: "Seconds to measure, after ten to settle.") var seconds = 60
  @Option(help: "The lotline binary.") var lotline = ".build/release/lotline"
  @Option(help: "Only cases whose name holds this.") var only = ""

  private static let cases = [
    PlantCase(name: "10 × 1,000 float32, 1 s", devices: 10, signals: 1_000),
    PlantCase(name: "100 × 1,000 float32, 1 s", devices: 100, signals: 1_000),
    PlantCase(
      name: "1 × 1,000, 10 ms latency, 1 in flight",
      devices: 1,
      signals: 1_000,
      latency: .milliseconds(10)
    ),
    PlantCase(
      name: "1 × 1,000, 10 ms latency, 8 in flight",
      devices: 1,
      signals: 1_000,
      latency: .milliseconds(10),
      inFlight: 8
    ),
    PlantCase(
      name: "200 × 100 float32, 100 ms",
      devices: 200,
      signals: 100,
      period: .milliseconds(100)
    ),
    PlantCase(
      name: "1 × 300, one illegal register",
      devices: 1,
      signals: 300,
      illegalRegister: 301
    ),
  ]

  func run() async throws {
    var rows: [[String]] = []
    for plant in Self.cases where only.isEmpty || plant.name.contains(only) {
      rows.append(try await measure(plant))
    }
    printTable(
      [
        "devices × signals, period", "CPU, % of a core", "resident MB", "of it private",
        "peak, MB", "grew, MB", "frames", "of", "late scans", "scan p50, ms", "p99",
        "jitter p50, ms",
        "p99", "bad signals",
      ],
      rows
    )
  }

  private func measure(_ plant: PlantCase) async throws -> [String] {
    let folder = try ScratchFolder()
    let running = try Plant(plant, lotline: lotline, in: folder.path)
    let journal = running.journal
    try await Task.sleep(for: .seconds(10))
    let before = try running.sample()
    try await Task.sleep(for: .seconds(seconds))
    let after = try running.sample()
    running.stop()
    let elapsed = after.at.duration(since: before.at).inSeconds
    let seen = try PlantFrames(
      journal: journal,
      from: before.at,
      to: after.at,
      period: plant.period
    )
    return [
      plant.name,
      rounded((after.cpuSeconds - before.cpuSeconds) / elapsed * 100, 1),
      megabytes(after.resident), megabytes(after.ofItsOwn), megabytes(after.peak),
      megabytes(after.resident - before.resident),
      "\(seen.frames)", rounded(elapsed * plant.framesPerSecond, 0), "\(seen.late)",
      rounded(seen.spans.percentile(50), 2), rounded(seen.spans.percentile(99), 2),
      rounded(seen.jitters.percentile(50), 2), rounded(seen.jitters.percentile(99), 2),
      "\(seen.badReadings)",
    ]
  }

  private func megabytes(_ bytes: Int) -> String { rounded(Double(bytes) / 1_048_576, 1) }
}
