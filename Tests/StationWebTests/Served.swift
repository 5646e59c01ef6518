import AsyncHTTPClient
import Foundation
import Logging
import NIOCore
import NIOHTTP1
import ServiceLifecycle
import StationAPI
import StationWeb
import Telemetry
import TestSupport

/// A server on a free port, for one test, and a client of it.
struct Served: Sendable {
  let service: FakeStation
  let server: StationServer
  let port: Int
  private let group: ServiceGroup
  private let client: HTTPClient

  /// Runs `body` against a server, then shuts it down.
  static func with(
    _ service: FakeStation = FakeStation(),
    time: any TimeSource = SystemTime(),
    port: Int = 0,
    _ body: @Sendable @escaping (Served) async throws -> Void
  ) async throws {
    let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    let server = StationServer(
      address: Endpoint(host: "127.0.0.1", port: port),
      service: service,
      time: time,
      logger: logger
    )
    let group = ServiceGroup(
      configuration: .init(services: [.init(service: server)], logger: logger)
    )
    var configuration = HTTPClient.Configuration()
    configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = 64
    let client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    do {
      try await withThrowingTaskGroup(of: Void.self) { tasks in
        tasks.addTask { try await group.run() }
        let served = Served(
          service: service,
          server: server,
          port: try await server.port,
          group: group,
          client: client
        )
        try await body(served)
        await group.triggerGracefulShutdown()
        try await tasks.waitForAll()
      }
    } catch {
      try? await client.shutdown()
      throw error
    }
    try await client.shutdown()
  }

  struct Answer: Sendable {
    let status: Int
    let headers: [String: String]
    let body: Data

    var text: String { String(decoding: body, as: UTF8.self) }

    func json<Body: Decodable>(_ type: Body.Type = Body.self) throws -> Body {
      try JSONDecoder().decode(type, from: body)
    }
  }

  func stop() async { await group.triggerGracefulShutdown() }

  func send(
    _ method: String,
    _ path: String,
    body: String? = nil,
    headers: [String: String] = ["Content-Type": "application/json"]
  ) async throws -> Answer {
    let response = try await open(method, path, body: body, headers: headers)
    let buffer = try await response.body.collect(upTo: 4_000_000)
    return Answer(
      status: Int(response.status.code),
      headers: Dictionary(
        response.headers.map { ($0.name.lowercased(), $0.value) },
        uniquingKeysWith: { first, _ in first }
      ),
      body: Data(buffer.readableBytesView)
    )
  }

  /// Starts to read server-sent events.
  func events() async throws -> EventReader {
    EventReader(try await open("GET", "/v1/events", body: nil, headers: [:]))
  }

  private func open(
    _ method: String,
    _ path: String,
    body: String?,
    headers: [String: String]
  ) async throws -> HTTPClientResponse {
    var request = HTTPClientRequest(url: "http://127.0.0.1:\(port)\(path)")
    request.method = .init(rawValue: method)
    for (name, value) in headers { request.headers.add(name: name, value: value) }
    if let body { request.body = .bytes(ByteBuffer(string: body)) }
    return try await client.execute(request, timeout: .seconds(120))
  }
}

/// Reads server-sent events one by one.
struct EventReader {
  let status: Int
  let mediaType: String?
  private var chunks: HTTPClientResponse.Body.AsyncIterator
  private var text = ""

  init(_ response: HTTPClientResponse) {
    status = Int(response.status.code)
    mediaType = response.headers.first(name: "Content-Type")
    chunks = response.body.makeAsyncIterator()
  }

  /// The next event named `name`, as its fields; nil at the end of the stream.
  mutating func next(_ name: String = "status") async throws -> [String: String]? {
    while true {
      while let end = text.range(of: "\n\n") {
        let fields = Self.fields(of: text[..<end.lowerBound])
        text = String(text[end.upperBound...])
        if fields["event"] == name { return fields }
      }
      guard let chunk = try await chunks.next() else { return nil }
      text += String(buffer: chunk)
    }
  }

  /// The next status that `matches`.
  mutating func status(where matches: (AgentStatus) -> Bool = { _ in true }) async throws
    -> AgentStatus?
  {
    while let event = try await next() {
      let data = Data((event["data"] ?? "").utf8)
      let status = try JSONDecoder().decode(AgentStatus.self, from: data)
      if matches(status) { return status }
    }
    return nil
  }

  private static func fields(of event: Substring) -> [String: String] {
    var fields: [String: String] = [:]
    for line in event.split(separator: "\n") {
      let parts = line.split(separator: ":", maxSplits: 1)
      guard parts.count == 2 else { continue }
      fields[String(parts[0])] = String(parts[1].drop { $0 == " " })
    }
    return fields
  }
}
