internal import HTTPTypes
internal import Hummingbird
internal import ServiceLifecycle
internal import StationAPI

/// Server-sent events (WHATWG HTML, 9.2): one connection that follows a ``StatusBroadcast``.
struct EventStream {
  /// What a browser waits, in milliseconds, before it connects again.
  static let reconnectionMilliseconds = 1_000

  let broadcast: StatusBroadcast

  /// Answers a request with the stream; it ends when the client leaves or the program shuts down.
  ///
  /// - Throws: ``Problem`` when there are too many streams.
  func response(to request: Request) async throws(Problem) -> Response {
    let follower = try await broadcast.follow()
    let body = request.body
    return Response(
      status: .ok,
      headers: [.contentType: "text/event-stream"],
      body: ResponseBody { writer in
        do {
          try await withGracefulShutdownHandler {
            try await body.consumeWithInboundCloseHandler { _ in
              try await send(to: &writer, as: follower)
            } onInboundClosed: {
              follower.leave()
            }
          } onGracefulShutdown: {
            follower.leave()
          }
        } catch {
          await broadcast.forget(follower.id)
          throw error
        }
        await broadcast.forget(follower.id)
        try await writer.finish(nil)
      }
    )
  }

  private func send(
    to writer: inout any ResponseBodyWriter,
    as follower: StatusBroadcast.Follower
  ) async throws {
    try await writer.write(ByteBuffer(string: "retry: \(Self.reconnectionMilliseconds)\n\n"))
    var known = 0
    for await _ in follower.wakes {
      let message = await broadcast.message(after: known)
      known = message.status
      try await writer.write(ByteBuffer(bytes: message.bytes))
    }
  }
}
