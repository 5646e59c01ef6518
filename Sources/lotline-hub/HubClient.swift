internal import ArgumentParser
internal import CommandSupport
internal import FoundationEssentials
internal import Hub
internal import NIOHTTP1
internal import Settings
internal import Telemetry

/// Where the hub is, for every command that speaks to it.
struct HubOption: ParsableArguments {
  @Option(
    name: .shortAndLong,
    help: ArgumentHelp(
      "The hub's configuration file, which says where it listens.",
      valueName: "file"
    )
  )
  var config: String?

  @Option(help: ArgumentHelp("The hub's address: http://hub.plant:8480.", valueName: "url"))
  var hub: String?

  func validate() throws {
    if (config == nil) == (hub == nil) {
      throw ValidationError("Say which hub: --config FILE or --hub URL, one of the two.")
    }
  }

  func client() throws -> HubClient {
    if let hub { return HubClient(address: hub) }
    let listen = try HubConfiguration.at(config ?? "").listen
    // A hub that listens on all addresses also listens on this machine's own.
    let host = ["0.0.0.0", "::"].contains(listen.host) ? "127.0.0.1" : listen.host
    return HubClient(address: "http://\(Endpoint(host: host, port: listen.port))")
  }
}

/// Speaks to a running hub.
struct HubClient: Sendable {
  private static let timeoutSeconds: Int64 = 60

  private static let peer = ServiceClient.Peer(
    "hub",
    article: "a",
    option: "--hub",
    example: "http://hub.plant:8480",
    start: "lotline-hub serve --config FILE"
  )

  private let service: ServiceClient

  /// `http://` may be left out, and there may be a slash at the end.
  init(address: String) { service = ServiceClient(address, Self.peer) }

  /// Asks for a document.
  ///
  /// - Throws: `HubProblem` when the hub refuses, `CommandFailure` when it cannot be reached.
  func get<Answer: Decodable>(_ path: String, as type: Answer.Type) async throws -> Answer {
    try service.decode(try await send(.GET, path), as: type)
  }

  /// Sends a change, and gives the revision that is in force then.
  ///
  /// - Throws: `HubProblem` when the hub refuses, `CommandFailure` when it cannot be reached.
  func change(
    _ method: HTTPMethod,
    _ path: String,
    body: [UInt8]? = nil,
    type: String = "application/json"
  ) async throws -> PlantListChange {
    try service.decode(
      try await send(method, path, body: body, type: type),
      as: PlantListChange.self
    )
  }

  private func send(
    _ method: HTTPMethod,
    _ path: String,
    body: [UInt8]? = nil,
    type: String = "application/json"
  ) async throws -> Data {
    let answer: ServiceClient.Answer
    do {
      answer = try await service.send(
        method,
        path,
        body: body.map { Data($0) },
        type: type,
        timeoutSeconds: Self.timeoutSeconds
      )
    } catch {
      throw error.failure
    }
    if answer.isGood { return answer.body }
    if let problem = try? JSONDecoder().decode(HubProblem.self, from: answer.body) { throw problem }
    throw service.foreign(answer, to: path)
  }
}
