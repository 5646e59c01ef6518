internal import FoundationEssentials
internal import Glibc
internal import Gzip
internal import Hub
internal import HubStore
internal import Telemetry

/// Figure 4: how fast the hub takes a backlog, from compressed batch to committed mark.
///
/// Expanding, judging, storing (`synchronous=FULL`) and summarising are measured; making the
/// batches is not.
struct HubIntake: Sendable {
  let readings: Int
  let records: Int
  let batches: Int

  /// Time in the hub's intake.
  let elapsed: Duration

  /// Most memory that the process held, in bytes, beside what it held before.
  let residentGrowth: Int

  /// Bytes of the database and its log.
  let fileBytes: Int

  var readingsPerSecond: Double { Double(readings) / elapsed.inSeconds }

  /// The figures as table rows: what, value, unit.
  var rows: [(name: String, value: String, unit: String)] {
    [
      ("hub intake, 50-value frames", String(Int(readingsPerSecond)), "readings/s"),
      ("hub intake, records", String(Int(Double(records) / elapsed.inSeconds)), "records/s"),
      ("hub intake, readings", String(readings), "readings"),
      ("hub intake, batches", String(batches), "batches"),
      ("hub intake, memory growth", String(residentGrowth / 1_024 / 1_024), "MiB"),
      ("hub database", String(Double(fileBytes * 10 / readings) / 10), "bytes/reading"),
    ]
  }

  private static let valuesPerFrame = 50

  /// Takes a backlog into a fresh database.
  ///
  /// - Parameters:
  ///   - readings: About as many as there shall be; 10 M for the figure.
  ///   - batchRecords: Records in one batch, 2,000 to 5,000.
  ///   - folder: A folder on the disk that is measured.
  /// - Returns: What was measured.
  /// - Throws: What the hub throws.
  static func measure(
    readings: Int = 10_000_000,
    batchRecords: Int = 2_000,
    in folder: String
  ) async throws -> HubIntake {
    let path = folder + "/hub-intake.sqlite"
    for suffix in ["", "-wal", "-shm", "-writer"] { unlink(path + suffix) }
    let database = try HubDatabase(path: path)
    let intake = Intake(database)
    var backlog = try Backlog(valuesPerFrame: valuesPerFrame)
    let before = ProcessMemory.resident.bytes()
    let frames = readings / valuesPerFrame
    var elapsed = Duration.zero
    var batches = 0
    while backlog.frames < frames {
      let count = min(batchRecords, frames - backlog.frames)
      let body = try Gzip.compress(backlog.next(frames: count).encode(), level: 1)
      let start = ContinuousClock.now
      _ = try await intake.take(body, from: backlog.agent)
      elapsed += start.duration(to: .now)
      batches += 1
    }
    let growth = ProcessMemory.peak.bytes() - before
    let bytes = ["", "-wal"].reduce(0) { $0 + size(path + $1) }
    try database.close()
    return HubIntake(
      readings: backlog.frames * valuesPerFrame,
      records: backlog.records,
      batches: batches,
      elapsed: elapsed,
      residentGrowth: growth,
      fileBytes: bytes
    )
  }

  private static func size(_ path: String) -> Int {
    var status = stat()
    return stat(path, &status) == 0 ? Int(status.st_size) : 0
  }
}
