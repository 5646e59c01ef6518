internal import ArgumentParser
internal import AsyncHTTPClient
internal import CommandSupport
internal import FoundationEssentials
internal import Glibc
internal import Hub
internal import NIOCore
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
  private static let answerBytes = 32 << 20

  private let address: String

  /// `http://` may be left out, and there may be a slash at the end.
  init(address: String) {
    let bare = address.hasSuffix("/") ? String(address.dropLast()) : address
    self.address = bare.contains("://") ? bare : "http://" + bare
  }

  /// Asks for a document.
  ///
  /// - Throws: `HubProblem` when the hub refuses, `CommandFailure` when it cannot be reached.
  func get<Answer: Decodable>(_ path: String, as type: Answer.Type) async throws -> Answer {
    try decode(try await send(.GET, path), as: type)
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
    try decode(try await send(method, path, body: body, type: type), as: PlantListChange.self)
  }

  private func send(
    _ method: HTTPMethod,
    _ path: String,
    body: [UInt8]? = nil,
    type: String = "application/json"
  ) async throws -> Data {
    var request = HTTPClientRequest(url: address + path)
    request.method = method
    if let body {
      request.headers.add(name: "Content-Type", value: type)
      request.body = .bytes(ByteBuffer(bytes: body))
    }
    let response: HTTPClientResponse
    let answer: Data
    do {
      response = try await HTTPClient.shared.execute(
        request,
        timeout: .seconds(Self.timeoutSeconds)
      )
      answer = Data(try await response.body.collect(upTo: Self.answerBytes).readableBytesView)
    } catch {
      throw failure(error)
    }
    if response.status.code < 300 { return answer }
    if let problem = try? JSONDecoder().decode(HubProblem.self, from: answer) { throw problem }
    throw CommandFailure(
      .unavailable,
      "\(address)\(path) answered \(response.status), as no hub does; name the hub with --hub URL"
    )
  }

  private func failure(_ error: any Error) -> CommandFailure {
    let reason =
      switch error {
      case let error as IOError where error.errnoCode == ECONNREFUSED: "nothing listens there"
      case let error as IOError: String(cString: strerror(error.errnoCode))
      case let error as HTTPClientError where error == .deadlineExceeded:
        "there was no answer within \(Self.timeoutSeconds) s"
      default: "\(error)"
      }
    return CommandFailure(
      .unavailable,
      "no hub answers at \(address): \(reason). Is it running? Start it with: "
        + "lotline-hub serve --config FILE; or name another with --hub URL"
    )
  }

  private func decode<Answer: Decodable>(_ data: Data, as type: Answer.Type) throws -> Answer {
    do {
      return try JSONDecoder().decode(type, from: data)
    } catch {
      throw CommandFailure(
        .unavailable,
        "\(address) did not answer as a hub of this version does: \(error)"
      )
    }
  }
}
