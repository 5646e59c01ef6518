internal import NIOCore

extension EventLoopFuture where Value: Sendable {
  /// What the future became; waits for it whether or not the task is cancelled.
  var outcome: Result<Value, any Error> {
    get async {
      do { return .success(try await get()) } catch { return .failure(error) }
    }
  }
}
