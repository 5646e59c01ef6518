internal import FoundationEssentials
internal import JournalStore
internal import Telemetry

/// How fast readings become durable, and how much room they take.
///
/// A ten-zone oven's 50 temperatures, with one decimal and changing from scan to scan, bound to a
/// lot, hashed, and committed with `synchronous=FULL` in groups.
struct JournalThroughput {
  static let readingsPerFrame = 50

  /// One run.
  struct Row: Sendable, Hashable {
    /// Frames that one transaction makes durable together.
    let framesPerCommit: Int
    let readings: Int

    /// From the first append to the return of the last commit.
    let seconds: Double

    /// The file after its log was checkpointed into it.
    let bytes: Int

    var readingsPerSecond: Double { Double(readings) / seconds }
    var framesPerSecond: Double { readingsPerSecond / Double(JournalThroughput.readingsPerFrame) }
    var bytesPerReading: Double { Double(bytes) / Double(readings) }
  }

  /// Measures one journal for each group size.
  ///
  /// - Parameters:
  ///   - folder: An existing folder on the disk to be measured; the journals in it are removed.
  ///   - readings: Readings per run, rounded down to whole groups.
  ///   - groups: Frames per commit, one run each.
  /// - Returns: One row per group size.
  /// - Throws: `JournalError` when the disk does not take the records.
  static func measure(
    in folder: String,
    readings: Int = 10_000_000,
    groups: [Int] = [1_000, 100]
  ) async throws -> [Row] {
    var rows: [Row] = []
    for group in groups {
      let path = folder + "/throughput-\(group).journal"
      rows.append(try await run(at: path, readings: readings, framesPerCommit: group))
      for suffix in ["", "-wal", "-shm", ".lock", ".anchor"] {
        try? FileManager.default.removeItem(atPath: path + suffix)
      }
    }
    return rows
  }

  /// The agent that the journals belong to.
  static let agent = "benchmark"

  /// Leaves a journal behind, for another measurement.
  static func fill(_ path: String, readings: Int) async throws {
    _ = try await run(at: path, readings: readings, framesPerCommit: 1_000)
  }

  private static func run(
    at path: String,
    readings: Int,
    framesPerCommit: Int
  ) async throws -> Row {
    let time = SystemTime()
    let journal = try Journal.open(at: path, opening: opening(), time: time)
    let layout = try await journal.append(.layout(layout()), at: time.now()).seq
    let binding = try await journal.append(.binding(binding()), at: time.now()).seq
    try await journal.commit()
    let groups = readings / readingsPerFrame / framesPerCommit
    let start = time.uptime()
    for group in 0..<groups {
      let frames = (0..<framesPerCommit).map { index in
        frame(group * framesPerCommit + index, layout: layout, binding: binding, at: time.now())
      }
      try await journal.append(frames)
      try await journal.commit()
    }
    let seconds = (time.uptime() - start).inSeconds
    try await journal.close()
    let bytes = try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int ?? 0
    return Row(
      framesPerCommit: framesPerCommit,
      readings: groups * framesPerCommit * readingsPerFrame,
      seconds: seconds,
      bytes: bytes
    )
  }

  /// Zones between 100 and 260 °C, each moving by a tenth or two from scan to scan.
  private static func frame(_ number: Int, layout: Int, binding: Int, at: Instant) -> Frame {
    let readings = (0..<readingsPerFrame).map { signal in
      let wave = (number &* 7 &+ signal &* 13) % 41
      return Reading(.single(Float(1_000 + signal * 32 + wave) / 10))
    }
    return Frame(
      at: at,
      spanMicroseconds: 1_800 + number % 97,
      layout: layout,
      bindings: [.one(binding)],
      readings: readings
    )
  }

  private static func opening() throws -> JournalOpening {
    JournalOpening(
      agent: try AgentID(Self.agent),
      site: try Label("Benchmark"),
      journal: "00000000000000000000000000000001",
      software: "benchmark"
    )
  }

  private static func layout() throws -> FrameLayout {
    FrameLayout(
      device: try DeviceID("oven"),
      group: "zones",
      profile: "oven",
      profileHash: .sha256([]),
      periodMilliseconds: 1_000,
      stations: [try StationID("reflow-1")],
      signals: (1...readingsPerFrame).map {
        SignalDescription(name: "zone\($0).temperature", quantity: "temperature", unit: "Cel")
      }
    )
  }

  private static func binding() throws -> Binding {
    Binding(
      station: try StationID("reflow-1"),
      lot: try LotID("L-2026-0001"),
      part: try Label("PCB-4711"),
      workOrder: try Label("WO-1"),
      operatorName: try Label("A. Operator"),
      program: try Label("SAC305-A")
    )
  }
}
