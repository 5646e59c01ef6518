import Foundation
import Glibc
import Synchronization

/// Sends a byte through a pseudo terminal of its own again and again, and remembers how long the
/// worst took: evidence that the machine was late, where no proxy can show it.
///
/// What is written to a pseudo terminal is carried by a thread of the kernel, which a busy machine
/// may leave waiting for hundreds of milliseconds.
final class Canary: Sendable {
  static let shared = Canary()

  private struct State {
    /// Ways that took long, with their ends.
    var slow: [(end: Int64, took: Int64)] = []
    /// When the byte that is under way was sent.
    var sent: Int64?
  }

  /// Nanoseconds.
  private static let notable: Int64 = 5_000_000
  private static let memory: Int64 = 10_000_000_000

  private let state = Mutex(State())

  private init() {
    Thread.detachNewThread { [self] in
      let link = FileManager.default.temporaryDirectory
        .appending(path: "lotline-canary-\(UUID().uuidString)").path
      guard let terminal = try? Terminal(link: link) else { return }
      unlink(link)
      while true {
        let start = Clock.monotonic()
        state.withLock { $0.sent = start }
        terminal.sendThrough()
        let now = Clock.monotonic()
        state.withLock { state in
          state.sent = nil
          guard now - start > Self.notable else { return }
          state.slow.append((now, now - start))
          state.slow.removeAll { now - $0.end > Self.memory }
        }
        usleep(2_000)
      }
    }
  }

  /// The longest way of a byte that was under way since a moment of the monotonic clock.
  func worst(since start: Int64) -> Duration {
    let now = Clock.monotonic()
    return state.withLock { state in
      let done = state.slow.filter { $0.end >= start }.map(\.took).max() ?? 0
      return .nanoseconds(max(done, state.sent.map { now - $0 } ?? 0))
    }
  }
}
