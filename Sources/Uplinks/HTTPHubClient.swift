internal import AsyncHTTPClient
internal import Glibc
internal import NIOCore
internal import NIOHTTP1

/// Reaches a hub over HTTP.
package final class HTTPHubClient: HubClient {
  /// Longest answer that is read; a mark has 200 bytes.
  private static let answerBytesLimit = 65_536

  /// Longest wait for a connection, and for a whole exchange: a batch on a slow line takes a while.
  private static let connectTimeout = TimeAmount.seconds(5)
  private static let exchangeTimeout = TimeAmount.seconds(60)

  private let client: HTTPClient

  package init() {
    var configuration = HTTPClient.Configuration()
    configuration.timeout.connect = Self.connectTimeout
    configuration.redirectConfiguration = .disallow
    // The uplink has a back-off of its own.
    configuration.connectionPool.retryConnectionEstablishment = false
    client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
  }

  package func get(_ url: String) async throws -> HubAnswer {
    try await answer(to: HTTPClientRequest(url: url))
  }

  package func post(_ batch: [UInt8], to url: String) async throws -> HubAnswer {
    var request = HTTPClientRequest(url: url)
    request.method = .POST
    request.headers.add(name: "Content-Type", value: "application/x-ndjson")
    request.headers.add(name: "Content-Encoding", value: "gzip")
    request.body = .bytes(ByteBuffer(bytes: batch))
    return try await answer(to: request)
  }

  /// Ends all connections; the client cannot be used afterwards.
  package func shutdown() async throws { try await client.shutdown() }

  private func answer(to request: HTTPClientRequest) async throws -> HubAnswer {
    var request = request
    request.headers.add(name: "Accept", value: "application/json, application/problem+json")
    do {
      let response = try await client.execute(request, timeout: Self.exchangeTimeout)
      let body = try await response.body.collect(upTo: Self.answerBytesLimit)
      return HubAnswer(
        status: Int(response.status.code),
        contentType: response.headers.first(name: "Content-Type"),
        body: Array(body.readableBytesView)
      )
    } catch {
      throw Self.translated(error)
    }
  }

  private static func translated(_ error: any Error) -> any Error {
    switch error {
    case is CancellationError: error
    case is NIOTooManyBytesError: HubClientError.answerTooLong(limit: answerBytesLimit)
    case let error as HTTPClientError where timeouts.contains(error): HubClientError.timedOut
    case let error as HTTPClientError where error == .cancelled: CancellationError()
    case let error as IOError:
      HubClientError.unreachable(String(cString: strerror(error.errnoCode)))
    default: HubClientError.unreachable("\(error)")
    }
  }

  private static let timeouts: [HTTPClientError] = [
    .deadlineExceeded, .connectTimeout, .readTimeout, .writeTimeout, .getConnectionFromPoolTimeout,
  ]
}
