internal import ArgumentParser
internal import Genealogy
internal import HubStore
internal import Telemetry

struct PieceFigures: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "piece",
    abstract: "Traces of single devices, whose own readings are counted when they are asked for."
  )

  @Option(help: "Frames of the lot, 50 values each.") var frames = 200_000

  func run() async throws {
    let folder = try ScratchFolder()
    let rows = try await PieceTrace.measure(frames: frames, in: folder.path)
    printTable(
      ["frames while the device was there", "trace, ms"],
      rows.map { ["\($0.frames)", rounded($0.milliseconds, 0)] }
    )
  }
}

/// How long a trace of one device takes, by how long it was at the station.
enum PieceTrace {
  struct Figure {
    let frames: Int
    let milliseconds: Double
  }

  private static let batchFrames = 2_000
  private static let rounds = 5

  static func measure(frames: Int, in folder: String) async throws -> [Figure] {
    let database = try HubDatabase(path: folder + "/hub-piece.sqlite")
    defer { try? database.close() }
    var backlog = try Backlog(valuesPerFrame: 50)
    while backlog.frames < frames {
      _ = try await database.take(backlog.next(frames: batchFrames))
    }
    var figures: [Figure] = []
    for stay in [300, 3_600, 45_000] {
      let serial = "SN-\(stay)"
      _ = try await database.take(backlog.passage(of: serial, .entered))
      for first in stride(from: 0, to: stay, by: batchFrames) {
        _ = try await database.take(backlog.next(frames: min(batchFrames, stay - first)))
      }
      _ = try await database.take(backlog.passage(of: serial, .left))
      var took: [Double] = []
      for _ in 0..<rounds {
        let start = ContinuousClock.now
        let trace = try await database.reader.trace(
          LotID("PCB-1"),
          serial: Label(serial),
          at: Instant(microseconds: 0)
        )
        took.append(start.duration(to: .now).inSeconds * 1_000)
        let unit = trace?.lots.first?.visits.first?.units.first { $0.serial.text == serial }
        guard unit?.figures?.signals.first?.good == stay else { throw WrongFigures(stay: stay) }
      }
      figures.append(Figure(frames: stay, milliseconds: took.sorted().percentile(50)))
    }
    return figures
  }

  private struct WrongFigures: Error, CustomStringConvertible {
    let stay: Int

    var description: String { "the trace does not count the \(stay) readings of the device" }
  }
}
