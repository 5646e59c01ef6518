internal import ArgumentParser
internal import BareLibmodbus
internal import Foundation
internal import Glibc
internal import JournalStore
internal import MerkleLog
internal import Telemetry

/// What a journal of years costs: to start on, to check, and to prove a record of.
struct Archive {
  /// Proofs of each kind.
  private static let proofs = 1_000

  let lotline: String
  let folder: String
  private var path: String { folder + "/journal.sqlite" }

  /// Makes the journal and measures.
  ///
  /// - Parameter readings: Readings in it.
  /// - Returns: The table's rows.
  /// - Throws: What the journal, or a process, says.
  func measure(readings: Int) async throws -> [[String]] {
    try await JournalThroughput.fill(path, readings: readings)
    let bytes = try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int ?? 0
    var rows = [
      ["readings in the file", "\(readings)"],
      ["file, MB", rounded(Double(bytes) / 1e6, 0)],
    ]
    rows += try proofRows()
    rows += try checkRows(bytes: bytes)
    for (name, isKilled) in [("its first", false), ("a stop", true), ("kill -9", false)] {
      evict()
      rows.append([
        "start to first request, after \(name), file not in memory, s",
        rounded(try await start(isKilled: isKilled), 3),
      ])
    }
    rows.append(["the same, file in memory, s", rounded(try await start(isKilled: false), 3)])
    return rows
  }

  // MARK: - Proofs

  private func proofRows() throws -> [[String]] {
    let reader = try JournalReader(path: path)
    defer { try? reader.close() }
    let size = try reader.identity().head.size
    var random = SystemRandomNumberGenerator()
    let times = try (0..<Self.proofs).map { _ in
      let index = Int.random(in: 0..<size, using: &random)
      let inclusion = try milliseconds {
        // A new tree has none of the hashes of the proof before in memory.
        var tree = MerkleTree(size: size, in: reader)
        _ = try tree.inclusion(of: index)
      }
      let consistency = try milliseconds {
        var tree = MerkleTree(size: size, in: reader)
        _ = try tree.consistency(from: index + 1)
      }
      return (inclusion, consistency)
    }
    return [("inclusion", times.map(\.0).sorted()), ("consistency", times.map(\.1).sorted())].map {
      [
        "\($0) proof, p50 and p99, ms",
        "\(rounded($1.percentile(50), 2)) and \(rounded($1.percentile(99), 2))",
      ]
    }
  }

  private func milliseconds(_ body: () throws -> Void) rethrows -> Double {
    try ContinuousClock().measure(body).inSeconds * 1_000
  }

  // MARK: - Checking

  private func checkRows(bytes: Int) throws -> [[String]] {
    // Both read the file from memory: the second one would have found it there in any case.
    _ = try seconds("/usr/bin/sha256sum", path)
    let hashed = try seconds("/usr/bin/sha256sum", path)
    let verified = try seconds(lotline, "verify", "--journal", path)
    let rate = { (seconds: Double) in rounded(Double(bytes) / seconds / 1e6, 0) }
    return [
      ["sha256sum, MB/s", rate(hashed)],
      ["lotline verify, MB/s", rate(verified)],
      ["to sha256sum", rounded(hashed / verified, 2)],
    ]
  }

  private func seconds(_ program: String, _ arguments: String...) throws -> Double {
    let process = Process()
    process.executableURL = URL(filePath: program)
    process.arguments = arguments
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    let begin = ContinuousClock.now
    try process.run()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
      throw PollLoopBenchmark.Failure(
        description: "\(program) ended with \(process.terminationStatus)"
      )
    }
    return begin.duration(to: .now).inSeconds
  }

  // MARK: - Starting

  /// Seconds from the start of the process until its device has a request.
  private func start(isKilled: Bool) async throws -> Double {
    let begin = Self.now()
    let plant = try Plant(
      PlantCase(name: "one", devices: 1, signals: 50),
      lotline: lotline,
      in: folder
    )
    while bare_server_first_request() == 0 { try await Task.sleep(for: .milliseconds(1)) }
    let first = bare_server_first_request()
    // Until it has recorded, and anchored what it recorded.
    try await Task.sleep(for: .seconds(7))
    isKilled ? plant.kill() : plant.stop()
    return first - begin
  }

  private static func now() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }

  /// Has the kernel forget the file, as after a boot.
  private func evict() {
    let file = open(path, O_RDONLY)
    fsync(file)
    posix_fadvise(file, 0, 0, CInt(POSIX_FADV_DONTNEED))
    close(file)
  }
}

struct ArchiveFigures: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "archive",
    abstract: "A journal of 100 M readings: to start on, to check, and to prove a record of."
  )

  @Option(help: "Readings in the journal.") var readings = 100_000_000
  @Option(help: "The lotline binary.") var lotline = ".build/release/lotline"

  func run() async throws {
    let folder = try ScratchFolder()
    let rows = try await Archive(lotline: lotline, folder: folder.path).measure(readings: readings)
    printTable(["journal of many readings", "value"], rows)
  }
}
