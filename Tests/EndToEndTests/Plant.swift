import Foundation
import TestSupport
import Testing

/// A small plant made of the built programs: simulated machines, an agent and a hub, each a
/// process of its own, in a folder and on ports of their own.
final class Plant {
  let folder: TemporaryFolder
  let agentAddress: String
  let agentConfiguration: String
  private let hubConfiguration: String
  private var machines: [PeerProcess] = []
  private(set) var agent: PeerProcess?
  private(set) var hub: PeerProcess?

  private static let programs = Repository.root.appending(path: ".build/debug")

  /// - Parameters:
  ///   - writes: What of the oven may be written.
  ///   - ovenFaults: What goes wrong with the oven.
  ///   - timeout: How long the agent waits for the oven.
  /// - Throws: What the file system or a program that cannot be started says.
  init(
    writes: String? = nil,
    ovenFaults: [String] = [],
    timeout: String = "1s"
  ) async throws {
    folder = try TemporaryFolder()
    let ports = try Self.freePorts(3)
    agentAddress = "http://127.0.0.1:\(ports[1])"
    hubConfiguration = try folder.write(
      """
      listen: "127.0.0.1:\(ports[2])"
      database: hub.sqlite
      """,
      to: "hub.yaml"
    )
    let permits = writes.map { ", writes: \($0)" } ?? ""
    agentConfiguration = try folder.write(
      """
      agent: edge-test
      site: Test plant
      stations:
        - {id: reflow-1}
      buses:
        - {id: oven, tcp: "127.0.0.1:\(ports[0])", timeout: \(timeout)}
        - {id: oxygen, serial: {port: oxygen, baud: 9600, parity: none}}
      devices:
        - {id: oven-1, profile: reflow-oven-10-zone, bus: oven, unit: 1, stations: [reflow-1]\(permits)}
        - {id: oxygen-1, profile: oxygen-analyser, bus: oxygen, stations: [reflow-1]}
      profiles: \(Repository.root.appending(path: "DeviceProfiles").path)
      journal: {path: journal.sqlite}
      uplinks:
        - {id: hub, url: "http://127.0.0.1:\(ports[2])"}
      api: "127.0.0.1:\(ports[1])"
      """,
      to: "agent.yaml"
    )
    let profiles = Repository.root.appending(path: "DeviceProfiles").path
    machines = [
      try Self.start(
        "lotline",
        [
          "simulate", "reflow-oven-10-zone@1", "--profiles", profiles, "--tcp",
          "127.0.0.1:\(ports[0])",
        ] + ovenFaults.flatMap { ["--fault", $0] }
      ),
      try Self.start(
        "lotline",
        [
          "simulate", "oxygen-analyser", "--profiles", profiles, "--serial",
          folder.path("oxygen"),
        ]
      ),
    ]
    try await Self.until("the oxygen analyser is there") {
      FileManager.default.fileExists(atPath: folder.path("oxygen"))
    }
  }

  func startHub() throws {
    hub = try Self.start("lotline-hub", ["serve", "--config", hubConfiguration])
  }

  /// Starts the agent; `clock` sets its wall clock.
  func startAgent(clock: ShiftedClock? = nil) throws {
    agent = try Self.start(
      "lotline",
      ["run", "--config", agentConfiguration],
      environment: clock?.environment ?? [:]
    )
  }

  /// Changes the agent's configuration file, as somebody with an editor does.
  func editConfiguration(_ edit: (String) -> String) throws {
    let text = try String(contentsOfFile: agentConfiguration, encoding: .utf8)
    _ = try folder.write(edit(text), to: "agent.yaml")
  }

  /// Runs `lotline` against the agent and gives status and output.
  func lotline(_ arguments: String...) async throws -> (status: Int32, output: String) {
    try await lotline(arguments)
  }

  func lotline(_ arguments: [String]) async throws -> (status: Int32, output: String) {
    try await startLotline(arguments).finish()
  }

  /// Runs a command against the agent, which must print these words, on whichever stream.
  func expect(_ arguments: [String], _ status: Int32 = 0, _ words: String...) async throws {
    let answer = try Tool.run(built: "lotline", arguments + ["--agent", agentAddress])
    #expect(answer.status == status, "\(arguments): \(answer.output)")
    for words in words { #expect(answer.output.contains(words), "\(arguments): \(answer.output)") }
  }

  /// Starts a command against the agent, for a test that does something meanwhile.
  func startLotline(_ arguments: [String]) throws -> PeerProcess {
    try Self.start("lotline", arguments + ["--agent", agentAddress])
  }

  /// Runs `lotline-hub` on the hub's database and gives status and output.
  func lotlineHub(_ arguments: String...) async throws -> (status: Int32, output: String) {
    try await lotlineHub(arguments)
  }

  func lotlineHub(_ arguments: [String]) async throws -> (status: Int32, output: String) {
    try await Self.start("lotline-hub", arguments + ["--config", hubConfiguration]).finish()
  }

  func awaitAgent() async throws {
    try await Self.until("the agent answers") {
      try await lotline("status").status == 0
    }
  }

  /// Waits until the hub holds everything that the journal holds.
  func awaitUpToDate() async throws {
    try await Self.until("the hub is up to date") {
      try await lotline("status").output.contains("up to date")
    }
  }

  /// Asks a database with the sqlite3 shell, as an auditor would.
  func query(_ database: String, _ sql: String) async throws -> String {
    try await PeerProcess("sqlite3", ["-readonly", folder.path(database), sql]).finish().output
      .trimmingCharacters(in: .whitespacesAndNewlines)
  }

  /// Waits until a condition holds; the bound only ends a run that is broken.
  static func until(
    _ what: String,
    within limit: Duration = .seconds(60),
    _ condition: () async throws -> Bool
  ) async throws {
    let start = ContinuousClock.now
    while start.duration(to: .now) < limit {
      if try await condition() { return }
      try await Task.sleep(for: .milliseconds(250))
    }
    throw PeerProcess.Silent(description: "it did not come about that \(what)")
  }

  static func start(
    _ program: String,
    _ arguments: [String],
    environment: [String: String] = [:]
  ) throws -> PeerProcess {
    try PeerProcess(
      programs.appending(path: program).path,
      arguments,
      environment: environment,
      isQuiet: true
    )
  }

  /// TCP ports that nothing listens on.
  private static func freePorts(_ count: Int) throws -> [Int] {
    var sockets: [Int32] = []
    defer { for socket in sockets { close(socket) } }
    return try (0..<count).map { _ in
      let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
      sockets.append(descriptor)
      var address = sockaddr_in()
      address.sin_family = sa_family_t(AF_INET)
      address.sin_addr.s_addr = inet_addr("127.0.0.1")
      var length = socklen_t(MemoryLayout<sockaddr_in>.size)
      let isBound = withUnsafeMutablePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
          bind(descriptor, $0, length) == 0 && getsockname(descriptor, $0, &length) == 0
        }
      }
      try #require(isBound)
      return Int(UInt16(bigEndian: address.sin_port))
    }
  }
}
