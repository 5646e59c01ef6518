internal import ArgumentParser
internal import Glibc
internal import HubStore
internal import Telemetry

struct RecountFigures: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "recount",
    abstract: "A lot of many frames is corrected: how long its recount takes, and others wait."
  )

  @Option(help: "Frames of the lot, 50 values each.") var frames = 1_000_000

  func run() async throws {
    let folder = try ScratchFolder()
    let figures = try await HubRecount.measure(frames: frames, in: folder.path)
    printTable(["recount of a lot with \(frames) frames", "value"], figures.rows)
  }
}

/// How long the hub counts a corrected lot anew, and how long other agents' batches take meanwhile.
struct HubRecount {
  /// Until the correction is acknowledged, and until its lot is counted anew.
  let acknowledged: Duration
  let counted: Duration

  /// What each batch of another agent took before and meanwhile, in milliseconds.
  let quiet: [Double]
  let meanwhile: [Double]

  var rows: [[String]] {
    [
      ["correction acknowledged after, ms", rounded(acknowledged.inSeconds * 1_000, 0)],
      ["lot counted anew after, s", rounded(counted.inSeconds, 1)],
      ["another agent's batch before, ms, p50", rounded(quiet.sorted().percentile(50), 1)],
      ["the same, the longest", rounded(quiet.max() ?? 0, 1)],
      ["another agent's batch meanwhile, ms, p50", rounded(meanwhile.sorted().percentile(50), 1)],
      ["the same, the longest", rounded(meanwhile.max() ?? 0, 1)],
      ["batches meanwhile", "\(meanwhile.count)"],
    ]
  }

  private static let valuesPerFrame = 50
  private static let batchFrames = 2_000

  static func measure(frames: Int, in folder: String) async throws -> HubRecount {
    let database = try HubDatabase(path: folder + "/hub-recount.sqlite")
    defer { try? database.close() }
    var backlog = try Backlog(valuesPerFrame: valuesPerFrame)
    while backlog.frames < frames {
      _ = try await database.take(
        backlog.next(frames: min(batchFrames, frames - backlog.frames))
      )
    }
    var other = try Backlog(agent: "other", valuesPerFrame: valuesPerFrame)
    var quiet: [Double] = []
    for _ in 0..<50 { quiet.append(try await take(other.next(frames: 10), database)) }
    let correction = try backlog.correction()
    let others = Task { [other] in
      var (other, took) = (other, [Double]())
      while !Task.isCancelled {
        let batch = try other.next(frames: 10)
        do {
          took.append(try await take(batch, database))
        } catch is CancellationError {
          break
        }
      }
      return took
    }
    let start = ContinuousClock.now
    _ = try await database.take(correction)
    let acknowledged = start.duration(to: .now)
    while try await database.recount() {}
    let counted = start.duration(to: .now)
    others.cancel()
    return HubRecount(
      acknowledged: acknowledged,
      counted: counted,
      quiet: quiet,
      meanwhile: try await others.value
    )
  }

  /// Milliseconds until a batch is durable.
  private static func take(_ batch: JournalBatch, _ database: HubDatabase) async throws -> Double {
    let start = ContinuousClock.now
    _ = try await database.take(batch)
    return start.duration(to: .now).inSeconds * 1_000
  }
}
