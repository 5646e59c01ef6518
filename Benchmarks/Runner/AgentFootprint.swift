internal import ArgumentParser
internal import Foundation
internal import Profiles
internal import StationAPI

struct AgentFigures: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "agent",
    abstract: "CPU share and memory of an agent that polls 10 devices × 1,000 float32 every second."
  )

  @Option(help: "Seconds to measure, after ten to settle.") var seconds = 60
  @Option(help: "The lotline binary.") var lotline = ".build/release/lotline"

  func run() async throws {
    let plant = try FootprintPlant(lotline: lotline)
    defer { plant.stop() }
    try await Task.sleep(for: .seconds(10))
    let before = try plant.sample()
    try await Task.sleep(for: .seconds(seconds))
    let after = try plant.sample()
    let share = (after.cpuSeconds - before.cpuSeconds) / Double(seconds) * 100
    print("| figure | measured | aim |")
    print("| --- | ---: | ---: |")
    print("| CPU, % of one core | \(String(format: "%.1f", share)) | < 3.9 |")
    print("| resident memory, MB | \(String(format: "%.1f", after.residentMegabytes)) | < 34 |")
    print("| of it private, MB | \(rounded(after.privateMegabytes, 1)) | |")
    print("| requests a cycle and device | \(try plant.requestsPerCycle()) | 16 |")
    print(
      "| frames recorded in \(seconds) s | \(after.records - before.records) | \(seconds * 10) |"
    )
  }
}

/// Ten simulated devices and one agent that polls them, as processes of their own.
struct FootprintPlant {
  struct Sample {
    let cpuSeconds: Double
    let residentMegabytes: Double

    /// The part of it that is not the program's own files.
    let privateMegabytes: Double
    let records: Int
  }

  static let devices = 10
  static let signals = 1_000

  private let folder: URL
  private let lotline: String
  private let simulators: [Process]
  private let agent: Process

  init(lotline: String) throws {
    self.lotline = lotline
    folder = FileManager.default.temporaryDirectory.appending(path: "lotline-footprint")
    try? FileManager.default.removeItem(at: folder)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    try Self.profile.write(
      to: folder.appending(path: "thousand-floats.yaml"),
      atomically: true,
      encoding: .utf8
    )
    try Self.configuration.write(
      to: folder.appending(path: "agent.yaml"),
      atomically: true,
      encoding: .utf8
    )
    let profiles = folder.path
    simulators = try (1...Self.devices).map { device in
      try Self.start(
        lotline,
        [
          "simulate", "thousand-floats@1", "--profiles", profiles, "--tcp", Self.address(device),
        ]
      )
    }
    Thread.sleep(forTimeInterval: 2)
    agent = try Self.start(
      lotline,
      ["run", "--config", folder.appending(path: "agent.yaml").path]
    )
  }

  func stop() {
    for process in [agent] + simulators where process.isRunning {
      process.terminate()
      process.waitUntilExit()
    }
    try? FileManager.default.removeItem(at: folder)
  }

  func sample() throws -> Sample {
    let process = "\(agent.processIdentifier)"
    let stat = try String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8)
    let fields = stat.split(separator: ")").last?.split(separator: " ") ?? []
    // proc(5): utime and stime are fields 14 and 15, in clock ticks of 10 ms.
    let ticks = (Double(fields[11]) ?? 0) + (Double(fields[12]) ?? 0)
    // Memory first: an answer with 10,000 signals in it takes some of its own.
    let resident = ProcessMemory.resident.bytes(of: process)
    let ofItsOwn = ProcessMemory.ofItsOwn.bytes(of: process)
    let answer = try Self.output(lotline, ["status", "--json", "--agent", Self.api])
    let journal = try JSONDecoder().decode(AgentStatus.self, from: answer).journal
    return Sample(
      cpuSeconds: ticks / 100,
      residentMegabytes: Double(resident) / 1_048_576,
      privateMegabytes: Double(ofItsOwn) / 1_048_576,
      records: journal.seq
    )
  }

  /// Requests that the agent sends to each device every second.
  func requestsPerCycle() throws -> Int {
    let path = folder.appending(path: "thousand-floats.yaml").path
    let profile = try ProfileLoader.load(path)
    guard case .modbus(let access) = profile.access else { return 0 }
    return access.groups.reduce(0) { $0 + ReadPlan(group: $1, access: access).blocks.count }
  }

  private static func address(_ device: Int) -> String { "127.0.0.1:\(15_089 + device)" }

  private static let api = "http://127.0.0.1:18470"

  private static var profile: String {
    let head = """
      profile: thousand-floats
      title: A thousand 32-bit numbers
      kind: other
      source: generic
      modbus:
        address_base: 0
        order: ABCD
      groups:
        - name: all
          period: 1s
          signals:

      """
    let signals = (0..<Self.signals).map {
      "      - {name: value\($0), table: holding, address: \($0 * 2), type: float32}\n"
    }
    return head + signals.joined()
  }

  private static var configuration: String {
    let buses = (1...devices).map { "  - {id: bus\($0), tcp: \"\(address($0))\"}\n" }
    let members = (1...devices).map {
      "  - {id: device\($0), profile: thousand-floats, bus: bus\($0), unit: 1, "
        + "stations: [rig]}\n"
    }
    return """
      agent: footprint
      site: Bench
      stations:
        - {id: rig}
      buses:
      \(buses.joined())devices:
      \(members.joined())profiles: .
      journal: {path: journal.sqlite}
      api: 127.0.0.1:18470

      """
  }

  private static func start(_ program: String, _ arguments: [String]) throws -> Process {
    let process = Process()
    process.executableURL = URL(filePath: program)
    process.arguments = arguments
    process.standardOutput = FileHandle.nullDevice
    try process.run()
    return process
  }

  private static func output(_ program: String, _ arguments: [String]) throws -> Data {
    let process = Process()
    process.executableURL = URL(filePath: program)
    process.arguments = arguments
    let pipe = Pipe()
    process.standardOutput = pipe
    try process.run()
    let data = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return data
  }
}
