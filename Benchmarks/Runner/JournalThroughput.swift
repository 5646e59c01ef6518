internal import BareSQLite
internal import FoundationEssentials
internal import JournalStore
internal import Telemetry

/// How fast readings become durable, and how much room they take.
///
/// A ten-zone oven's 50 temperatures, with one decimal and changing from scan to scan, bound to a
/// lot, hashed, and committed with `synchronous=FULL` in groups; and plain SQLite in C, which then
/// inserts and commits the same bytes.
struct JournalThroughput {
  static let readingsPerFrame = 50

  /// One run.
  struct Row: Sendable, Hashable {
    /// Frames that one transaction makes durable together.
    let framesPerCommit: Int
    let readings: Int

    /// From the first append to the end of the last commit; making the frames is left out.
    let seconds: Double

    /// That plain SQLite needs for the same inserts and commits.
    var bareSeconds = 0.0

    /// The file after its log was checkpointed into it.
    let bytes: Int

    var readingsPerSecond: Double { Double(readings) / seconds }
    var framesPerSecond: Double { readingsPerSecond / Double(JournalThroughput.readingsPerFrame) }
    var bytesPerReading: Double { Double(bytes) / Double(readings) }

    /// How fast it is, to plain SQLite, which gets bytes and hashes ready-made.
    var ratio: Double { bareSeconds / seconds }
  }

  /// Plain SQLite did not do it.
  struct BareFailure: Error, CustomStringConvertible {
    let description: String
  }

  /// Measures one journal for each group size.
  ///
  /// - Parameters:
  ///   - folder: An existing folder on the disk to be measured; the journals in it are removed.
  ///   - readings: Readings per run, rounded down to whole groups.
  ///   - rounds: Runs of each; that with the median ratio counts.
  ///   - groups: Frames per commit.
  /// - Returns: One row per group size.
  /// - Throws: `JournalError` when the disk does not take the records, or ``BareFailure``.
  static func measure(
    in folder: String,
    readings: Int = 10_000_000,
    rounds: Int = 5,
    groups: [Int] = [1_000, 100, 10]
  ) async throws -> [Row] {
    var rows: [Row] = []
    for group in groups {
      // Commits of few frames wait for the disk and nothing else.
      let readings = min(readings, group * 100_000)
      var runs: [Row] = []
      for _ in 0..<rounds {
        let path = folder + "/throughput-\(group).journal"
        var row = try await run(at: path, readings: readings, framesPerCommit: group)
        row.bareSeconds = try bareSeconds(path, framesPerCommit: group)
        runs.append(row)
        for suffix in ["", "-wal", "-shm", ".lock", ".anchor", ".bare"] {
          try? FileManager.default.removeItem(atPath: path + suffix)
        }
      }
      rows.append(runs.sorted { $0.ratio < $1.ratio }[rounds / 2])
    }
    return rows
  }

  private static func bareSeconds(_ path: String, framesPerCommit: Int) throws -> Double {
    var result = bare_inserts()
    let (code, problem) = withUnsafeTemporaryAllocation(of: CChar.self, capacity: 200) { problem in
      problem.initialize(repeating: 0)
      let code = bare_insert(
        path,
        path + ".bare",
        CInt(framesPerCommit),
        &result,
        problem.baseAddress
      )
      return (code, problem.baseAddress.map { String(cString: $0) } ?? "")
    }
    guard code == 0 else { throw BareFailure(description: "plain SQLite says: \(problem)") }
    return result.seconds
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
    let spent = try await journal.record(groups, of: framesPerCommit) { index in
      frame(index, layout: layout, binding: binding, at: time.now())
    }
    try await journal.close()
    let bytes = try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int ?? 0
    return Row(
      framesPerCommit: framesPerCommit,
      readings: groups * framesPerCommit * readingsPerFrame,
      seconds: spent.inSeconds,
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

extension Journal {
  /// Frames that are made at a time, before the clock runs.
  private static let framesMade = 40_000

  /// Records groups of frames, each in a commit of its own, as the agent does: on the journal's own
  /// thread, while earlier commits go on beside it.
  ///
  /// - Returns: What that took.
  fileprivate func record(
    _ groups: Int,
    of size: Int,
    frame: (Int) -> Frame
  ) async throws -> Duration {
    let time = SystemTime()
    var spent = Duration.zero
    let stride = max(1, Self.framesMade / size)
    for first in Swift.stride(from: 0, to: groups, by: stride) {
      let made = (first..<min(first + stride, groups)).map { group in
        (0..<size).map { frame(group * size + $0) }
      }
      let start = time.uptime()
      var commits: [Task<Void, any Error>] = []
      for frames in made {
        try append(frames)
        // Enough for the disk to go on while the log is moved into the file.
        if commits.count == 8 { try await commits.removeFirst().value }
        commits.append(Task.immediate { try await self.commitAside() })
      }
      for commit in commits { try await commit.value }
      spent += time.uptime() - start
    }
    return spent
  }
}
