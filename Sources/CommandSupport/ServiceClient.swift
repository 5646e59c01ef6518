internal import AsyncHTTPClient
package import FoundationEssentials
internal import Glibc
internal import NIOCore
package import NIOHTTP1

/// Speaks HTTP with a running agent or hub, for the commands that need one.
package struct ServiceClient: Sendable {
  /// Who is spoken to, for messages.
  package struct Peer: Sendable {
    /// `agent`, with its article.
    package let noun: String
    package let article: String

    /// The option that says where it is, an address for it, and how it is started.
    package let option: String
    package let example: String
    package let start: String

    package init(
      _ noun: String,
      article: String,
      option: String,
      example: String,
      start: String
    ) {
      self.noun = noun
      self.article = article
      self.option = option
      self.example = example
      self.start = start
    }
  }

  /// There was no answer.
  package struct NoAnswer: Error, Sendable {
    package let reason: String

    /// Whether the request may have arrived all the same.
    package let mayHaveArrived: Bool

    /// What the command says.
    package let failure: CommandFailure
  }

  /// What it answered.
  package struct Answer: Sendable {
    /// HTTP status.
    package let status: UInt
    package let body: Data

    package var isGood: Bool { status < 300 }
  }

  package let address: String
  private let peer: Peer

  private static let answerBytes = 32 << 20

  /// `http://` may be left out of the address, and there may be a slash at its end.
  package init(_ address: String, _ peer: Peer) {
    let bare = address.hasSuffix("/") ? String(address.dropLast()) : address
    self.address = bare.contains("://") ? bare : "http://" + bare
    self.peer = peer
  }

  /// Sends a request.
  ///
  /// - Parameters:
  ///   - method: What to do.
  ///   - path: With what, from the address on.
  ///   - body: What is sent along; nil for nothing.
  ///   - type: The body's media type.
  ///   - timeoutSeconds: Longest wait for all of the answer.
  /// - Returns: The answer, good or not.
  /// - Throws: ``NoAnswer``.
  package func send(
    _ method: HTTPMethod,
    _ path: String,
    body: Data? = nil,
    type: String = "application/json",
    timeoutSeconds: Int64
  ) async throws(NoAnswer) -> Answer {
    var request = HTTPClientRequest(url: address + path)
    request.method = method
    if let body {
      request.headers.add(name: "Content-Type", value: type)
      request.body = .bytes(ByteBuffer(bytes: body))
    }
    do {
      let response = try await HTTPClient.shared.execute(
        request,
        timeout: .seconds(timeoutSeconds)
      )
      let body = try await response.body.collect(upTo: Self.answerBytes)
      return Answer(status: response.status.code, body: Data(body.readableBytesView))
    } catch {
      throw noAnswer(error, after: timeoutSeconds)
    }
  }

  /// Takes an answer's body apart.
  ///
  /// - Returns: What it says.
  /// - Throws: `CommandFailure` when it is not what such a program of this version answers.
  package func decode<Content: Decodable>(_ body: Data, as type: Content.Type) throws -> Content {
    do {
      return try JSONDecoder().decode(type, from: body)
    } catch {
      throw CommandFailure(
        .unavailable,
        "\(address) did not answer as \(peer.article) \(peer.noun) of this version does: \(error)"
      )
    }
  }

  /// What is to be said of a refusal that is none of such a program.
  package func foreign(_ answer: Answer, to path: String) -> CommandFailure {
    let status = HTTPResponseStatus(statusCode: Int(answer.status))
    return CommandFailure(
      .unavailable,
      "\(address)\(path) answered \(status), as no \(peer.noun) does; name the \(peer.noun) with "
        + "\(peer.option) URL"
    )
  }

  private func noAnswer(_ error: any Error, after timeoutSeconds: Int64) -> NoAnswer {
    switch error {
    case let error as IOError where error.errnoCode == ECONNREFUSED:
      return noAnswer("nothing listens there", mayHaveArrived: false)
    case let error as IOError: return noAnswer(String(cString: strerror(error.errnoCode)))
    case let error as HTTPClientError where Self.timeouts.contains(error):
      return noAnswer("there was no answer within \(timeoutSeconds) s")
    case let error as HTTPClientError where Self.wrongAddresses.contains(error):
      let text = "'\(address)' is no address; use \(peer.example)"
      return NoAnswer(reason: text, mayHaveArrived: false, failure: CommandFailure(.usage, text))
    case let error as HTTPClientError where error == .remoteConnectionClosed:
      return noAnswer("the connection was closed without an answer")
    default: return noAnswer("\(error)")
    }
  }

  private func noAnswer(_ reason: String, mayHaveArrived: Bool = true) -> NoAnswer {
    let failure = CommandFailure(
      .unavailable,
      "no \(peer.noun) answers at \(address): \(reason). Is it running? Start it with: "
        + "\(peer.start); or name another with \(peer.option) URL"
    )
    return NoAnswer(reason: reason, mayHaveArrived: mayHaveArrived, failure: failure)
  }

  private static let timeouts: [HTTPClientError] = [
    .deadlineExceeded, .connectTimeout, .readTimeout, .writeTimeout,
  ]

  private static let wrongAddresses: [HTTPClientError] = [
    .invalidURL, .emptyHost, .emptyScheme,
  ]
}
