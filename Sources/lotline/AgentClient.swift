internal import ArgumentParser
internal import AsyncHTTPClient
internal import CommandSupport
internal import FoundationEssentials
internal import Glibc
internal import NIOCore
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
  private static let maximumAnswer = 16 * 1_024 * 1_024

  private let address: String

  /// `http://` may be left out, and there may be a slash at the end.
  init(_ option: AgentOption) {
    let bare = option.agent.hasSuffix("/") ? String(option.agent.dropLast()) : option.agent
    address = bare.contains("://") ? bare : "http://" + bare
  }

  /// Asks for a document.
  func get<Answer: Decodable>(_ path: String, as type: Answer.Type) async throws -> Answer {
    try decode(try await send(.GET, path, body: nil), as: type)
  }

  /// Sends a command and gives its receipt.
  func send(_ command: some Encodable, to path: String) async throws -> Receipt {
    try decode(try await send(.POST, path, body: JSONEncoder().encode(command)), as: Receipt.self)
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
    return try decode(answer, as: ReloadReceipt.self)
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
    return try decode(answer, as: WriteReceipt.self)
  }

  /// Has a code done at a station.
  func scan(_ command: ScanCode, at station: StationID) async throws -> ScanReceipt {
    let path = "/v1/stations/\(station)/scans"
    let answer = try await send(.POST, path, body: try JSONEncoder().encode(command))
    return try decode(answer, as: ScanReceipt.self)
  }

  /// Sends a command without a body and gives its receipt.
  func delete(_ path: String) async throws -> Receipt {
    try decode(try await send(.DELETE, path, body: nil), as: Receipt.self)
  }

  private func send(
    _ method: HTTPMethod,
    _ path: String,
    body: Data?,
    timeoutSeconds: Int64 = Self.timeoutSeconds,
    isWrite: Bool = false
  ) async throws -> Data {
    var request = HTTPClientRequest(url: address + path)
    request.method = method
    if let body {
      request.headers.add(name: "Content-Type", value: "application/json")
      request.body = .bytes(ByteBuffer(bytes: body))
    }
    let response: HTTPClientResponse
    do {
      response = try await HTTPClient.shared.execute(
        request,
        timeout: .seconds(timeoutSeconds)
      )
    } catch {
      throw failure(error, after: timeoutSeconds, isWrite: isWrite)
    }
    let answer = Data(buffer: try await response.body.collect(upTo: Self.maximumAnswer))
    if response.status.code < 300 { return answer }
    if let problem = try? JSONDecoder().decode(Problem.self, from: answer),
      problem.type != "not-found"
    {
      if problem.findings != nil || problem.write != nil { throw problem }
      throw CommandFailure(problem.status < 500 ? .refused : .failed, problem.detail)
    }
    throw CommandFailure(
      .unavailable,
      "\(address)\(path) answered \(response.status), as no agent does; name the agent with --agent URL"
    )
  }

  /// Why there is no answer.
  private func failure(
    _ error: any Error,
    after timeoutSeconds: Int64,
    isWrite: Bool
  ) -> CommandFailure {
    let reason: String
    var mayHaveArrived = isWrite
    switch error {
    case let error as IOError where error.errnoCode == ECONNREFUSED:
      reason = "nothing listens there"
      mayHaveArrived = false
    case let error as IOError:
      reason = String(cString: strerror(error.errnoCode))
    case let error as HTTPClientError where Self.timeouts.contains(error):
      reason = "there was no answer within \(timeoutSeconds) s"
    case let error as HTTPClientError where Self.wrongAddresses.contains(error):
      return CommandFailure(.usage, "'\(address)' is no address; use http://127.0.0.1:8470")
    case let error as HTTPClientError where error == .remoteConnectionClosed:
      reason = "the connection was closed without an answer"
    default: reason = "\(error)"
    }
    if mayHaveArrived {
      return CommandFailure(
        .uncertain,
        "whether it was written is not known, since the agent at \(address) gave no answer (\(reason)): look "
          + "at the device, and into the agent's log"
      )
    }
    return CommandFailure(
      .unavailable,
      "no agent answers at \(address): \(reason). Is it running? Start it with: "
        + "lotline run --config FILE; or name another with --agent URL"
    )
  }

  private static let timeouts: [HTTPClientError] = [
    .deadlineExceeded, .connectTimeout, .readTimeout, .writeTimeout,
  ]

  private static let wrongAddresses: [HTTPClientError] = [
    .invalidURL, .emptyHost, .emptyScheme,
  ]

  private func decode<Answer: Decodable>(_ data: Data, as type: Answer.Type) throws -> Answer {
    do {
      return try JSONDecoder().decode(type, from: data)
    } catch {
      throw CommandFailure(
        .unavailable,
        "\(address) did not answer as an agent of this version does: \(error)"
      )
    }
  }
}

extension Data {
  fileprivate init(buffer: ByteBuffer) { self.init(buffer.readableBytesView) }
}
