import Foundation
import JournalStore
import LotBinding
import Settings
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
    let link: String

    init(_ port: String) async throws {
      var files = try PlantFiles([.tcp("a")])
      let link = files.folder.path("scanner")
      try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: port)
      files.rest = """
        scans:
          codes:
            - {kind: material, pattern: 'PASTE-[0-9]{4}', material: SAC305 paste T4}
        scanners:
          - {id: hand-1, port: "\(link)", station: s1}
        """
      try files.write()
      let plan = try files.plan()
      self.files = files
      self.link = link
      let time = SystemTime()
      let recorder = try await plan.recorder(at: files.journal, time: time)
      self.recorder = recorder
      let desk = ScanDesk(recorder: recorder, time: time) {
        (codes: plan.settings.scans, stations: plan.settings.stations.map(\.id))
      }
      scanners = Scanners(desk: desk, recorder: recorder, time: time) { plan.settings.scanners }
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
          $0.contains("s1, scanner hand-1: \"{0xFF}{GS}\"")
        }
      }
    )
    try Self.type(Array("PASTE-0932\r\n".utf8), into: pair.right)
    #expect(try await eventually { await bench.loaded().count == 2 })
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
