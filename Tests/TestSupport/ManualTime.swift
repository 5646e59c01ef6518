internal import Synchronization
package import Telemetry

/// Clocks that stand still until the test moves them.
package final class ManualTime: TimeSource {
  private struct Sleeper {
    let id: Int
    let deadline: Duration
    let continuation: CheckedContinuation<Void, any Error>
  }

  private struct State {
    /// What the wall clock shows at uptime 0, so that no part of a microsecond is lost on the way.
    var origin: Instant
    var uptime: Duration = .zero
    var nextID = 0
    var sleepers: [Sleeper] = []
    var cancelled: Set<Int> = []
  }

  private let state: Mutex<State>

  /// - Parameter start: The wall clock's first time; by default 2026-11-24T12:00:00Z.
  package init(start: Instant = Instant(microseconds: 1_795_521_600_000_000)) {
    state = Mutex(State(origin: start))
  }

  package func now() -> Instant { state.withLock { $0.origin.advanced(by: $0.uptime) } }

  package func uptime() -> Duration { state.withLock { $0.uptime } }

  /// Tasks that are waiting for time to pass.
  package var sleeperCount: Int { state.withLock { $0.sleepers.count } }

  /// When the first of them is due; nil when nobody waits.
  package var nextDeadline: Duration? {
    state.withLock { $0.sleepers.map(\.deadline).min() }
  }

  /// Moves both clocks and wakes whoever is due: the earliest first, and who slept first of those.
  package func advance(by duration: Duration) {
    let due = state.withLock { state in
      state.uptime += duration
      let due = state.sleepers.filter { $0.deadline <= state.uptime }
      state.sleepers.removeAll { $0.deadline <= state.uptime }
      return due.sorted { ($0.deadline, $0.id) < ($1.deadline, $1.id) }
    }
    for sleeper in due { sleeper.continuation.resume() }
  }

  /// Steps the wall clock alone, as an NTP client or a person may.
  package func stepWall(by duration: Duration) {
    state.withLock { $0.origin = $0.origin.advanced(by: duration) }
  }

  package func sleep(until deadline: Duration) async throws {
    let id = state.withLock { state in
      state.nextID += 1
      return state.nextID
    }
    try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        enlist(Sleeper(id: id, deadline: deadline, continuation: continuation))
      }
    } onCancel: {
      cancel(id)
    }
  }

  /// Waits like ``sleep(until:)``, but to the end when the task is cancelled, as a request does that
  /// is on its way.
  package func pass(until deadline: Duration) async {
    let id = state.withLock { state in
      state.nextID += 1
      return state.nextID
    }
    // Nobody cancels this sleeper, so that nothing is thrown.
    try? await withCheckedThrowingContinuation { continuation in
      enlist(Sleeper(id: id, deadline: deadline, continuation: continuation))
    }
  }

  private func enlist(_ sleeper: Sleeper) {
    let outcome: Result<Void, any Error>? = state.withLock { state in
      if state.cancelled.remove(sleeper.id) != nil { return .failure(CancellationError()) }
      if sleeper.deadline <= state.uptime { return .success(()) }
      state.sleepers.append(sleeper)
      return nil
    }
    if let outcome { sleeper.continuation.resume(with: outcome) }
  }

  private func cancel(_ id: Int) {
    let sleeper = state.withLock { state -> Sleeper? in
      guard let index = state.sleepers.firstIndex(where: { $0.id == id }) else {
        state.cancelled.insert(id)
        return nil
      }
      return state.sleepers.remove(at: index)
    }
    sleeper?.continuation.resume(throwing: CancellationError())
  }
}
