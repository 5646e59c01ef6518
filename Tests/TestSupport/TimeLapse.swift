internal import Synchronization

/// Runs tasks one at a time, all on the calling thread, and lets time pass only while all of them
/// wait for it: hours pass in a moment, and every run of the same tasks is the same run.
///
/// Actors that have an executor of their own are to be given ``executor``.
package final class TimeLapse: Sendable {
  /// Nobody can go on: every task waits for another.
  package struct Stuck: Error {}

  /// The clocks that pass.
  package let time = ManualTime()

  private let queue: JobQueue
  private let actors: ActorLane
  private let tasks: TaskLane

  package init() {
    queue = JobQueue()
    actors = ActorLane(queue: queue)
    tasks = TaskLane(queue: queue)
  }

  /// Runs an actor along with everything else.
  package var executor: any SerialExecutor { actors }

  /// Runs `body`, with all its child tasks, to its end.
  ///
  /// - Throws: What `body` throws, or ``Stuck``.
  package func run<Success: Sendable>(
    _ body: @escaping @Sendable () async throws -> Success
  ) throws -> Success {
    let outcome = Locked<Result<Success, any Error>?>(nil)
    Task(executorPreference: tasks) {
      let result: Result<Success, any Error>
      do {
        result = .success(try await body())
      } catch {
        result = .failure(error)
      }
      outcome.with { $0 = result }
    }
    while true {
      while let job = queue.next() {
        switch job {
        case .actor(let job): job.runSynchronously(on: actors.asUnownedSerialExecutor())
        case .task(let job): job.runSynchronously(on: tasks.asUnownedTaskExecutor())
        }
      }
      if let result = outcome.value { return try result.get() }
      guard let deadline = time.nextDeadline else { throw Stuck() }
      time.advance(by: max(.zero, deadline - time.uptime()))
    }
  }
}

/// What is to be run, in the order in which it became ready.
private final class JobQueue: Sendable {
  enum Job {
    case actor(UnownedJob)
    case task(UnownedJob)
  }

  private struct State {
    var jobs: [Job] = []
    var first = 0
  }

  private let state = Mutex(State())

  func append(_ job: Job) { state.withLock { $0.jobs.append(job) } }

  func next() -> Job? {
    state.withLock { state in
      guard state.first < state.jobs.count else {
        state.jobs.removeAll(keepingCapacity: true)
        state.first = 0
        return nil
      }
      defer { state.first += 1 }
      return state.jobs[state.first]
    }
  }
}

private final class ActorLane: SerialExecutor {
  private let queue: JobQueue

  init(queue: JobQueue) { self.queue = queue }

  func enqueue(_ job: consuming ExecutorJob) { queue.append(.actor(UnownedJob(job))) }
}

private final class TaskLane: TaskExecutor {
  private let queue: JobQueue

  init(queue: JobQueue) { self.queue = queue }

  func enqueue(_ job: consuming ExecutorJob) { queue.append(.task(UnownedJob(job))) }
}
