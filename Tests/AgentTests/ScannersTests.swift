import Foundation
import JournalStore
import LotBinding
import Settings
import StationAPI
import Telemetry
import TestSupport
import Testing

@testable import Agent

/// Scanners on pseudo terminals.
@Suite("Serial scanners", .serialized, .timeLimit(.minutes(2)))
struct ScannersTests {
  private final class Bench: Sendable {
    let files: PlantFiles
    let recorder: Recorder
    let scanners: Scanners
    let board: ScannerBoard
    let plan: PlantPlan
    let link: String

    init(_ port: String) async throws {
      var files = try PlantFiles([.tcp("a")])
      let link = files.folder.path("scanner")
      try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: port)
      files.stations = ["{id: s1, lanes: [front, rear]}"]
      files.rest = """
        scans:
          codes:
            - {kind: material, pattern: 'PASTE-[0-9]{4}', material: SAC305 paste T4}
            - {kind: lot, pattern: 'PCB-[0-9]{4}', part: P-1, work_order: WO-1, operator: mara}
        scanners:
          - {id: hand-1, port: "\(link)", station: s1, lane: rear}
        """
      try files.write()
      let plan = try files.plan()
      self.files = files
      self.link = link
      let time = SystemTime()
      let recorder = try await plan.recorder(at: files.journal, time: time)
      self.recorder = recorder
      self.plan = plan
      board = ScannerBoard(time: time)
      let desk = ScanDesk(recorder: recorder, time: time) {
        (codes: plan.settings.scans, stations: plan.settings.stations.map(\.id))
      }
      scanners = Scanners(desk: desk, recorder: recorder, time: time, board: board) {
        plan.settings.scanners
      }
    }

    /// What the status says of the scanner.
    func status() async -> ScannerStatus? {
      await board.statuses(of: plan.settings.scanners)?.first
    }

    /// Where lots run.
    func places() async -> [String] {
      await recorder.bindings.lots.active(at: StationID(checked: "s1")).map { "\($0.place)" }
    }

    func loaded() async -> [String] {
      await recorder.facts(at: StationLane(StationID(checked: "s1"))).materials.map(\.text).sorted()
    }

    func events(_ kind: Event.Kind) async -> [String] {
      await recorder.commitObservations()
      let records = try? JournalReader(path: files.journal)
        .records(after: 0, limit: 1_000, bytes: 1_000_000)
      return (records ?? []).compactMap { record in
        guard case .event(let event) = try? RecordCoding.decode(record.body).content,
          event.kind == kind
        else {
          return nil
        }
        return event.detail
      }
    }
  }

  private static func type(_ bytes: [UInt8], into port: String) throws {
    try FileHandle(forWritingTo: URL(filePath: port)).write(contentsOf: Data(bytes))
  }

  /// Whether this process has a terminal open.
  private static func isOpen(_ port: String) -> Bool {
    let terminal = URL(filePath: port).resolvingSymlinksInPath().path
    let files = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")) ?? []
    return files.contains {
      (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/\($0)"))
        == terminal
    }
  }

  @Test("A scan is done, garbage is an event with its bytes, and the next scan is done")
  func scans() async throws {
    let pair = try await PtyPair()
    let bench = try await Bench(pair.left)
    let task = Task { await bench.scanners.run() }
    #expect(
      try await eventually {
        // What is typed before the port is read is thrown away.
        try? Self.type(Array("PASTE-0931\r".utf8), into: pair.right)
        return await bench.loaded() == ["PASTE-0931"]
      }
    )
    try Self.type([0xFF, 0x1D, 0x0D], into: pair.right)
    #expect(
      try await eventually {
        await bench.events(.scanRefused).contains {
          $0.contains("s1 lane rear, scanner hand-1: \"{0xFF}{GS}\"")
        }
      }
    )
    try Self.type(Array("PASTE-0932\r\n".utf8), into: pair.right)
    #expect(try await eventually { await bench.loaded().count == 2 })
    #expect(try await eventually { await bench.status()?.last?.code == "PASTE-0932" })
    let status = try #require(await bench.status())
    #expect(status.state == .connected && status.since != nil && status.lane?.text == "rear")
    #expect(status.last?.isTaken == true)
    #expect(status.last?.outcome == "SAC305 paste T4, lot PASTE-0932, is loaded at s1")
    try Self.type(Array("PCB-2411\r".utf8), into: pair.right)
    #expect(try await eventually { await bench.places() == ["s1 lane rear"] })
    try Self.type(Array("WHAT\r".utf8), into: pair.right)
    #expect(try await eventually { await bench.status()?.last?.code == "WHAT" })
    #expect(await bench.status()?.last?.isTaken == false)
    task.cancel()
    await task.value
  }

  @Test("A scanner that is unplugged is told once, and read again when it is back")
  func replugged() async throws {
    let pair = try await PtyPair()
    let bench = try await Bench(pair.left)
    let task = Task { await bench.scanners.run() }
    #expect(try await eventually { Self.isOpen(pair.left) })
    pair.unplug()
    #expect(try await eventually { await bench.events(.scannerLost).count == 1 })
    #expect(try await eventually { await bench.status()?.state == .lost })
    #expect(await bench.status()?.detail?.isEmpty == false)
    let again = try await PtyPair()
    try FileManager.default.removeItem(atPath: bench.link)
    try FileManager.default.createSymbolicLink(atPath: bench.link, withDestinationPath: again.left)
    #expect(try await eventually { await bench.events(.scannerRecovered).count == 1 })
    try Self.type(Array("PASTE-0931\r".utf8), into: again.right)
    #expect(try await eventually { await bench.loaded() == ["PASTE-0931"] })
    #expect(await bench.events(.scannerLost).count == 1)
    task.cancel()
    await task.value
  }
}
