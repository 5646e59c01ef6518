internal import AsyncHTTPClient
internal import Glibc
internal import NIOCore
internal import NIOHTTP1

/// Reaches hubs and time-stamping authorities over HTTP.
package final class HTTPHubClient: HubClient, ListClient, TimestampClient {
  /// Longest answer that is read: a mark has 200 bytes, a page of a list is a part of a record.
  private static let answerBytesLimit = 65_536
  private static let pageBytesLimit = 1 << 20

  /// Longest wait for a connection, and for a whole exchange: a batch on a slow line takes a while.
  private static let connectTimeout = TimeAmount.seconds(5)
  private static let exchangeTimeout = TimeAmount.seconds(60)

  /// A hold must not wait for a look that hangs.
  private static let listTimeout = TimeAmount.seconds(10)
  private static let timestampTimeout = TimeAmount.seconds(20)

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

  package func get(_ url: String, unless tag: String?) async throws -> TaggedAnswer {
    var request = HTTPClientRequest(url: url)
    if let tag { request.headers.add(name: "If-None-Match", value: tag) }
    let (answer, headers) = try await exchange(
      request,
      limit: Self.pageBytesLimit,
      timeout: Self.listTimeout
    )
    return TaggedAnswer(answer, tag: headers.first(name: "ETag"))
  }

  package func post(timestampQuery query: [UInt8], to url: String) async throws -> HubAnswer {
    var request = HTTPClientRequest(url: url)
    request.method = .POST
    request.headers.add(name: "Content-Type", value: "application/timestamp-query")
    request.headers.add(name: "Accept", value: "application/timestamp-reply")
    request.body = .bytes(ByteBuffer(bytes: query))
    return try await exchange(
      request,
      limit: Self.answerBytesLimit,
      timeout: Self.timestampTimeout
    ).answer
  }

  /// Ends all connections; the client cannot be used afterwards.
  package func shutdown() async throws { try await client.shutdown() }

  private func answer(to request: HTTPClientRequest) async throws -> HubAnswer {
    try await exchange(request, limit: Self.answerBytesLimit, timeout: Self.exchangeTimeout).answer
  }

  private func exchange(
    _ request: HTTPClientRequest,
    limit: Int,
    timeout: TimeAmount
  ) async throws -> (answer: HubAnswer, headers: HTTPHeaders) {
    var request = request
    if !request.headers.contains(name: "Accept") {
      request.headers.add(name: "Accept", value: "application/json, application/problem+json")
    }
    do {
      let response = try await client.execute(request, timeout: timeout)
      let body = try await response.body.collect(upTo: limit)
      let answer = HubAnswer(
        status: Int(response.status.code),
        contentType: response.headers.first(name: "Content-Type"),
        body: Array(body.readableBytesView)
      )
      return (answer, response.headers)
    } catch {
      throw Self.translated(error, limit: limit)
    }
  }

  private static func translated(_ error: any Error, limit: Int) -> any Error {
    switch error {
    case is CancellationError: error
    case is NIOTooManyBytesError: HubClientError.answerTooLong(limit: limit)
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
