import Foundation
import JournalStore
import Telemetry
import TestSupport

/// A journal in a folder of its own, and something to put into it.
struct Sample {
  /// The sqlite3 shell refused a statement.
  struct Refused: Error { let output: String }

  let folder: TemporaryFolder
  let time = ManualTime()

  init() throws { folder = try TemporaryFolder() }

  var path: String { folder.path("edge.journal") }

  func open(agent: String = "edge-1") throws -> Journal {
    try Journal.open(at: path, opening: Self.opening(agent: agent), time: time)
  }

  static func opening(agent: String = "edge-1") throws -> JournalOpening {
    JournalOpening(
      agent: try AgentID(agent),
      site: try Label("Plant"),
      journal: "0123456789abcdef0123456789abcdef",
      software: "test"
    )
  }

  static func event(_ detail: String) -> Record.Content {
    .event(Event(.agentStarted, detail: detail))
  }

  static func layout() throws -> Record.Content {
    .layout(
      FrameLayout(
        device: try DeviceID("oven-1"),
        group: "zones",
        profile: "oven",
        profileHash: .sha256([]),
        periodMilliseconds: 1_000,
        stations: [try StationID("reflow-1"), try StationID("reflow-2")],
        signals: [
          SignalDescription(name: "zone1", quantity: "temperature", unit: "Cel"),
          SignalDescription(name: "state"),
        ]
      )
    )
  }

  static func binding() throws -> Record.Content {
    .binding(
      Binding(
        station: try StationID("reflow-1"),
        lot: try LotID("L-1"),
        part: try Label("P-1"),
        workOrder: try Label("WO-1"),
        operatorName: try Label("Rösch"),
        program: try Label("SAC305")
      )
    )
  }

  func frame(_ readings: [Reading], layout: Int = 2, bindings: [Bound] = [3, nil]) -> Frame {
    Frame(
      at: time.now(),
      spanMicroseconds: 100,
      layout: layout,
      bindings: bindings,
      readings: readings
    )
  }

  /// Runs a statement in the sqlite3 shell, as a user would on a closed journal.
  func sqlite(_ statement: String) throws -> [String] {
    let (status, output) = try Tool.run("sqlite3", "-bail", path, statement)
    guard status == 0 else { throw Refused(output: output) }
    return output.split(separator: "\n").map(String.init)
  }

  /// Overwrites bytes of a file beside the journal.
  func damage(_ suffix: String, at offset: UInt64, with bytes: [UInt8]) throws {
    let file = try FileHandle(forUpdating: URL(filePath: path + suffix))
    try file.seek(toOffset: offset)
    try file.write(contentsOf: bytes)
    try file.close()
  }
}
