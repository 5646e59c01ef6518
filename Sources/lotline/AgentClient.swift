internal import ArgumentParser
internal import AsyncHTTPClient
internal import CommandSupport
internal import FoundationEssentials
internal import NIOCore
internal import NIOHTTP1
internal import StationAPI

/// Where the agent is, for every command that speaks to it.
struct AgentOption: ParsableArguments {
  @Option(name: .long, help: "Address of the agent's local API.")
  var agent = "http://127.0.0.1:8470"
}

/// Speaks to the agent's local API.
struct AgentClient: Sendable {
  private static let timeout = TimeAmount.seconds(10)
  private static let maximumAnswer = 16 * 1_024 * 1_024

  private let address: String

  init(_ option: AgentOption) { address = option.agent }

  /// Asks for a document.
  func get<Answer: Decodable>(_ path: String, as type: Answer.Type) async throws -> Answer {
    try decode(try await send(.GET, path, body: nil), as: type)
  }

  /// Sends a command and gives its receipt.
  func send(_ command: some Encodable, to path: String) async throws -> Receipt {
    try decode(try await send(.POST, path, body: JSONEncoder().encode(command)), as: Receipt.self)
  }

  /// Sends a command without a body and gives its receipt.
  func delete(_ path: String) async throws -> Receipt {
    try decode(try await send(.DELETE, path, body: nil), as: Receipt.self)
  }

  private func send(_ method: HTTPMethod, _ path: String, body: Data?) async throws -> Data {
    var request = HTTPClientRequest(url: address + path)
    request.method = method
    if let body {
      request.headers.add(name: "Content-Type", value: "application/json")
      request.body = .bytes(ByteBuffer(bytes: body))
    }
    let response: HTTPClientResponse
    do {
      response = try await HTTPClient.shared.execute(request, timeout: Self.timeout)
    } catch {
      throw CommandFailure(
        .unavailable,
        "no agent answers at \(address) (\(error)). Is it running? Start it with: "
          + "lotline run --config FILE; or name another with --agent URL"
      )
    }
    let answer = Data(buffer: try await response.body.collect(upTo: Self.maximumAnswer))
    if response.status.code < 300 { return answer }
    if let problem = try? JSONDecoder().decode(Problem.self, from: answer) {
      throw CommandFailure(problem.status < 500 ? .refused : .failed, problem.detail)
    }
    throw CommandFailure(
      .unavailable,
      "\(address)\(path) answered \(response.status); is that the agent?"
    )
  }

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

/// A piece of a path, percent-encoded (RFC 3986, 2.3): lot numbers may hold anything printable.
func pathSegment(_ text: String) -> String {
  let unreserved = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~".utf8)
  let digits = Array("0123456789ABCDEF".utf8)
  var bytes: [UInt8] = []
  for byte in text.utf8 {
    if unreserved.contains(byte) {
      bytes.append(byte)
    } else {
      bytes += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 0x0F)]]
    }
  }
  return String(decoding: bytes, as: UTF8.self)
}
