internal import Foundation
internal import JournalStore
internal import StationAPI
internal import Telemetry

/// An agent with a backlog, and the hub that it delivers to, as processes of their own: how fast it
/// catches up, and how much memory that takes.
struct BacklogDelivery {
  let readings: Int
  let seconds: Double

  /// The agent's resident memory a second after its start, and the most it ever was.
  let residentAtStart: Int
  let residentAtMost: Int

  var rows: [[String]] {
    [
      ["readings delivered", "\(readings)"],
      ["readings/s", rounded(Double(readings) / seconds, 0)],
      ["agent's memory at start, MB", "\(residentAtStart / 1_048_576)"],
      ["agent's memory at most, MB", "\(residentAtMost / 1_048_576)"],
    ]
  }

  private static let agent = "http://127.0.0.1:18471"

  static func measure(
    readings: Int,
    programs: String,
    in folder: String
  ) async throws -> BacklogDelivery {
    let journal = folder + "/backlog.sqlite"
    try await JournalThroughput.fill(journal, readings: readings)
    try configure(folder)
    let hub = try start(programs + "/lotline-hub", "serve", "--config", folder + "/hub.yaml")
    defer { hub.terminate() }
    try await Task.sleep(for: .seconds(2))
    let agent = try start(programs + "/lotline", "run", "--config", folder + "/agent.yaml")
    defer { agent.terminate() }
    let begin = ContinuousClock.now
    try await Task.sleep(for: .seconds(1))
    let atStart = ProcessMemory.resident.bytes(of: "\(agent.processIdentifier)")
    while try !isUpToDate(programs) { try await Task.sleep(for: .milliseconds(100)) }
    let seconds = begin.duration(to: .now).inSeconds
    return BacklogDelivery(
      readings: readings,
      seconds: seconds,
      residentAtStart: atStart,
      residentAtMost: ProcessMemory.peak.bytes(of: "\(agent.processIdentifier)")
    )
  }

  private static func configure(_ folder: String) throws {
    let hub = """
      listen: 127.0.0.1:18481
      database: hub.sqlite

      """
    try hub.write(toFile: folder + "/hub.yaml", atomically: true, encoding: .utf8)
    let agent = """
      agent: \(JournalThroughput.agent)
      site: Bench
      stations:
        - {id: reflow-1}
      buses:
        - {id: nothing, tcp: "127.0.0.1:9"}
      devices:
        - {id: absent, profile: reflow-oven-10-zone, bus: nothing, unit: 1, station: reflow-1}
      profiles: \(FileManager.default.currentDirectoryPath)/DeviceProfiles
      journal: {path: backlog.sqlite}
      uplinks:
        - {id: hub, url: "http://127.0.0.1:18481", batch_records: 5000}
      api: 127.0.0.1:18471

      """
    try agent.write(toFile: folder + "/agent.yaml", atomically: true, encoding: .utf8)
  }

  private static func start(_ program: String, _ arguments: String...) throws -> Process {
    let process = Process()
    process.executableURL = URL(filePath: program)
    process.arguments = arguments
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
    return process
  }

  /// Less than a second of new records waits.
  private static func isUpToDate(_ programs: String) throws -> Bool {
    let process = Process()
    process.executableURL = URL(filePath: programs + "/lotline")
    process.arguments = ["status", "--json", "--agent", agent]
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = FileHandle.nullDevice
    try process.run()
    let data = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    guard let status = try? JSONDecoder().decode(AgentStatus.self, from: data) else { return false }
    return status.uplinks.allSatisfy { $0.confirmed > 0 && $0.backlog < 10 }
  }
}
