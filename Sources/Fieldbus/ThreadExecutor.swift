internal import CSerialPort

#if canImport(Glibc)
internal import Glibc
#endif

/// Runs an actor on a thread of its own, so that a blocking C call never occupies one of the few
/// threads that every other task shares.
package final class ThreadExecutor: SerialExecutor {
  private let queue: JobQueue

  /// Starts the thread; it ends when the executor is gone.
  ///
  /// - Parameter name: For `top -H` and debuggers; the system keeps 15 bytes of it.
  /// - Precondition: The system has a thread to give.
  package init(name: String) {
    queue = JobQueue(name: String(decoding: name.utf8.suffix(15), as: UTF8.self))
    queue.startThread()
  }

  deinit { queue.stop() }

  package func enqueue(_ job: consuming ExecutorJob) {
    queue.append(JobQueue.Entry(job: UnownedJob(job), executor: self))
  }

  package func checkIsolated() {
    precondition(queue.isCurrentThread, "not on the thread of this executor")
  }

  package func isIsolatingCurrentContext() -> Bool? { queue.isCurrentThread }
}

/// Jobs for one thread.
///
/// Unchecked: all state is behind the POSIX mutex, which the compiler does not see; `Mutex` of the
/// standard library has no condition to wait for.
private final class JobQueue: @unchecked Sendable {
  /// Holds the executor until its job is done.
  struct Entry {
    let job: UnownedJob
    let executor: ThreadExecutor
  }

  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
  private var entries: [Entry] = []
  private var isStopped = false
  private var thread: pthread_t?
  private let name: String

  init(name: String) {
    self.name = name
    pthread_mutex_init(mutex, nil)
    pthread_cond_init(condition, nil)
  }

  deinit {
    pthread_cond_destroy(condition)
    pthread_mutex_destroy(mutex)
    condition.deallocate()
    mutex.deallocate()
  }

  var isCurrentThread: Bool {
    locked { thread.map { pthread_equal($0, pthread_self()) != 0 } ?? false }
  }

  func append(_ entry: Entry) {
    locked { entries.append(entry) }
    pthread_cond_signal(condition)
  }

  func stop() {
    locked { isStopped = true }
    pthread_cond_signal(condition)
  }

  func startThread() {
    let queue = Unmanaged.passRetained(self).toOpaque()
    locked {
      var thread = pthread_t()
      let result = pthread_create(&thread, nil, runJobs, queue)
      precondition(result == 0, "no thread for a serial port: \(systemError(result))")
      pthread_detach(thread)
      self.thread = thread
    }
  }

  func run() {
    cserialport_name_thread(name)
    cserialport_sleep_precisely()
    while let entry = next() {
      entry.job.runSynchronously(on: entry.executor.asUnownedSerialExecutor())
    }
  }

  /// Waits for a job; nil when the executor is gone.
  private func next() -> Entry? {
    locked {
      while entries.isEmpty && !isStopped { pthread_cond_wait(condition, mutex) }
      return entries.isEmpty ? nil : entries.removeFirst()
    }
  }

  private func locked<Value>(_ body: () -> Value) -> Value {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    return body()
  }
}

/// A thread's first function: takes over the reference that `startThread` made.
private func runJobs(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
  guard let argument else { return nil }
  Unmanaged<JobQueue>.fromOpaque(argument).takeRetainedValue().run()
  return nil
}
