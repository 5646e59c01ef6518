internal import BareLibmodbus
internal import Foundation
internal import Glibc
internal import Telemetry

/// What an agent has to read.
struct PlantCase: Sendable {
  let name: String
  let devices: Int
  let signals: Int
  var period: Duration = .seconds(1)
  var latency: Duration = .zero
  var inFlight = 1

  /// A register that every device refuses.
  var illegalRegister: Int?

  var framesPerSecond: Double { Double(devices) / period.inSeconds }
}

/// One agent that polls many devices into its journal, as a process of its own; the devices are
/// threads of this one.
struct Plant {
  struct Sample {
    let at: Instant
    let cpuSeconds: Double

    /// Bytes.
    let resident: Int
    let ofItsOwn: Int
    let peak: Int
  }

  /// Where the agent keeps its journal.
  let journal: String
  private let agent: Process

  /// Starts devices and agent.
  ///
  /// - Parameters:
  ///   - plant: What is to be read.
  ///   - lotline: The program.
  ///   - settings: More of `agent.yaml`.
  ///   - folder: For profile, configuration and journal; there, and empty.
  /// - Throws: When a file cannot be written, or a process or server not started.
  init(_ plant: PlantCase, lotline: String, settings: String = "", in folder: String) throws {
    let device = bare_device(
      latency_us: CInt(plant.latency.wholeMicroseconds),
      illegal: CInt(plant.illegalRegister ?? -1)
    )
    let port = Int(bare_server_start(device))
    guard port > 0 else {
      throw PollLoopBenchmark.Failure(description: "the Modbus server did not start")
    }
    journal = folder + "/journal.sqlite"
    try Self.profile(plant).write(
      toFile: folder + "/floats.yaml",
      atomically: true,
      encoding: .utf8
    )
    let configuration = folder + "/agent.yaml"
    try (Self.configuration(plant, port: port) + settings)
      .write(toFile: configuration, atomically: true, encoding: .utf8)
    agent = Process()
    agent.executableURL = URL(filePath: lotline)
    agent.arguments = ["run", "--config", configuration]
    agent.standardOutput = FileHandle.nullDevice
    agent.standardError = FileHandle.nullDevice
    try agent.run()
  }

  /// Asks the agent to stop, waits until it did, and ends the devices.
  func stop() {
    agent.terminate()
    agent.waitUntilExit()
    bare_server_stop()
  }

  /// Ends the agent as a loss of power does, and the devices.
  func kill() {
    Glibc.kill(agent.processIdentifier, SIGKILL)
    agent.waitUntilExit()
    bare_server_stop()
  }

  /// What the kernel says of the agent.
  func sample() throws -> Sample {
    let process = "\(agent.processIdentifier)"
    let stat = try String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8)
    let fields = stat.split(separator: ")").last?.split(separator: " ") ?? []
    // proc(5): utime and stime are fields 14 and 15, in clock ticks of 10 ms.
    let ticks = (Double(fields[11]) ?? 0) + (Double(fields[12]) ?? 0)
    return Sample(
      at: SystemTime().now(),
      cpuSeconds: ticks / 100,
      resident: ProcessMemory.resident.bytes(of: process),
      ofItsOwn: ProcessMemory.ofItsOwn.bytes(of: process),
      peak: ProcessMemory.peak.bytes(of: process)
    )
  }

  private static func profile(_ plant: PlantCase) -> String {
    let head = """
      profile: floats
      title: 32-bit numbers
      kind: other
      source: generic
      modbus:
        address_base: 0
        order: ABCD
        requests_in_flight: \(plant.inFlight)
      groups:
        - name: all
          period: \(plant.period.wholeMicroseconds / 1_000)ms
          signals:

      """
    let signals = (0..<plant.signals).map {
      "      - {name: value\($0), table: holding, address: \($0 * 2), type: float32}\n"
    }
    return head + signals.joined()
  }

  private static func configuration(_ plant: PlantCase, port: Int) -> String {
    let devices = 1...plant.devices
    let buses = devices.map { "  - {id: bus\($0), tcp: \"127.0.1.\($0):\(port)\"}\n" }
    let members = devices.map {
      "  - {id: device\($0), profile: floats, bus: bus\($0), unit: 1, station: rig}\n"
    }
    return """
      agent: \(JournalThroughput.agent)
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
}
