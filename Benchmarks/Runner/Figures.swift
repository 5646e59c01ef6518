internal import ArgumentParser
internal import Foundation

/// A folder for one measurement, on the disk of the current directory, so that what is measured is
/// a disk and not memory.
struct ScratchFolder: ~Copyable {
  let path = FileManager.default.currentDirectoryPath + "/.build/benchmark"

  init() throws {
    try? FileManager.default.removeItem(atPath: path)
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }
}

/// A Markdown table.
func printTable(_ columns: [String], _ rows: [[String]]) {
  print("| " + columns.joined(separator: " | ") + " |")
  print("| --- " + String(repeating: "| ---: ", count: columns.count - 1) + "|")
  for row in rows { print("| " + row.joined(separator: " | ") + " |") }
}

func rounded(_ value: Double, _ decimals: Int) -> String {
  String(format: "%.\(decimals)f", value)
}

struct PollFigures: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "poll",
    abstract: "125 registers over one Modbus TCP connection, against a bare libmodbus loop in C."
  )

  @Option(help: "Rounds; the median counts.") var rounds = 9

  func run() async throws {
    let rows = try await PollLoopBenchmark(rounds: rounds).run()
    printTable(
      ["poll loop, 125 registers", "requests/s", "to the bare loop"],
      rows.map { [$0.name, rounded($0.requestsPerSecond, 0), rounded($0.ratio, 2)] }
    )
  }
}

struct JournalFigures: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "journal",
    abstract: "50-value frames, bound, hashed and durable, against plain SQLite in C."
  )

  @Option(help: "Readings in each run.") var readings = 10_000_000

  func run() async throws {
    let folder = try ScratchFolder()
    let rows = try await JournalThroughput.measure(in: folder.path, readings: readings)
    printTable(
      [
        "journal, frames a commit", "readings/s", "frames/s", "to plain SQLite in C",
        "bytes a reading",
      ],
      rows.map {
        [
          "\($0.framesPerCommit)", rounded($0.readingsPerSecond, 0), rounded($0.framesPerSecond, 0),
          rounded($0.ratio, 2), rounded($0.bytesPerReading, 2),
        ]
      }
    )
  }
}

struct IntakeFigures: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "intake",
    abstract: "The hub's intake, and an agent that delivers a backlog to it over HTTP."
  )

  @Option(help: "Readings in the backlog.") var readings = 10_000_000
  @Option(help: "Folder of the lotline and lotline-hub binaries.") var programs = ".build/release"

  func run() async throws {
    let folder = try ScratchFolder()
    let intake = try await HubIntake.measure(readings: readings, in: folder.path)
    printTable(["figure", "value", "unit"], intake.rows.map { [$0.name, $0.value, $0.unit] })
    let delivery = try await BacklogDelivery.measure(
      readings: readings,
      programs: programs,
      in: folder.path
    )
    print("")
    printTable(["delivery over HTTP, agent and hub on one machine", "value"], delivery.rows)
  }
}
