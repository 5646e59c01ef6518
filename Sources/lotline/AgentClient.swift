internal import ArgumentParser
internal import CommandSupport
internal import FoundationEssentials
internal import NIOHTTP1
internal import StationAPI
internal import Telemetry

/// Where the agent is, for every command that speaks to it.
struct AgentOption: ParsableArguments {
  @Option(
    name: .long,
    help: ArgumentHelp("Address of the agent's local API.", valueName: "url")
  )
  var agent = "http://127.0.0.1:8470"
}

/// Speaks to the agent's local API.
struct AgentClient: Sendable {
  private static let timeoutSeconds: Int64 = 10

  /// A bus that changes ends its scan in flight first, which may wait for devices that are silent.
  private static let reloadTimeoutSeconds: Int64 = 120

  /// A write waits for the scan in flight, then for the device, then for the reading back.
  private static let writeTimeoutSeconds: Int64 = 300

  private static let peer = ServiceClient.Peer(
    "agent",
    article: "an",
    option: "--agent",
    example: "http://127.0.0.1:8470",
    start: "lotline run --config FILE"
  )

  private let service: ServiceClient

  /// `http://` may be left out, and there may be a slash at the end.
  init(_ option: AgentOption) { service = ServiceClient(option.agent, Self.peer) }

  /// Asks for a document.
  func get<Answer: Decodable>(_ path: String, as type: Answer.Type) async throws -> Answer {
    try service.decode(try await send(.GET, path, body: nil), as: type)
  }

  /// Sends a command and gives its receipt.
  func send(_ command: some Encodable, to path: String) async throws -> Receipt {
    try service.decode(
      try await send(.POST, path, body: JSONEncoder().encode(command)),
      as: Receipt.self
    )
  }

  /// Has the agent read its files anew.
  ///
  /// - Throws: `Problem` when the agent refuses the files; it has the findings.
  func reload() async throws -> ReloadReceipt {
    let body = try JSONEncoder().encode(ReloadConfiguration())
    let answer = try await send(
      .POST,
      "/v1/reload",
      body: body,
      timeoutSeconds: Self.reloadTimeoutSeconds
    )
    return try service.decode(answer, as: ReloadReceipt.self)
  }

  /// Has a signal written.
  ///
  /// - Throws: `Problem` when the order was recorded and not done; it has what became of it.
  func write(_ command: WriteSignal, to device: DeviceID) async throws -> WriteReceipt {
    let answer = try await send(
      .POST,
      "/v1/devices/\(device)/writes",
      body: try JSONEncoder().encode(command),
      timeoutSeconds: Self.writeTimeoutSeconds,
      isWrite: true
    )
    return try service.decode(answer, as: WriteReceipt.self)
  }

  /// Has a code done at a station.
  func scan(_ command: ScanCode, at station: StationID) async throws -> ScanReceipt {
    let path = "/v1/stations/\(station)/scans"
    let answer = try await send(.POST, path, body: try JSONEncoder().encode(command))
    return try service.decode(answer, as: ScanReceipt.self)
  }

  /// Sends a command without a body and gives its receipt.
  func delete(_ path: String) async throws -> Receipt {
    try service.decode(try await send(.DELETE, path, body: nil), as: Receipt.self)
  }

  private func send(
    _ method: HTTPMethod,
    _ path: String,
    body: Data?,
    timeoutSeconds: Int64 = Self.timeoutSeconds,
    isWrite: Bool = false
  ) async throws -> Data {
    let answer: ServiceClient.Answer
    do {
      answer = try await service.send(method, path, body: body, timeoutSeconds: timeoutSeconds)
    } catch {
      guard isWrite, error.mayHaveArrived else { throw error.failure }
      throw CommandFailure(
        .uncertain,
        "whether it was written is not known, since the agent at \(service.address) gave no answer "
          + "(\(error.reason)): look at the device, and into the agent's log"
      )
    }
    if answer.isGood { return answer.body }
    if let problem = try? JSONDecoder().decode(Problem.self, from: answer.body),
      problem.type != "not-found"
    {
      if problem.findings != nil || problem.write != nil { throw problem }
      throw CommandFailure(problem.status < 500 ? .refused : .failed, problem.detail)
    }
    throw service.foreign(answer, to: path)
  }
}
