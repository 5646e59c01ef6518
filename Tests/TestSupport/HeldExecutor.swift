/// Runs nothing until it is let go.
package final class HeldExecutor: SerialExecutor {
  private let jobs = Locked<[UnownedJob]?>([])

  package init() {}

  package func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    let isHeld = jobs.with { jobs in
      jobs?.append(job)
      return jobs != nil
    }
    if !isHeld { job.runSynchronously(on: asUnownedSerialExecutor()) }
  }

  /// Runs what waits, and from now on everything at once.
  package func letGo() {
    let held = jobs.with { jobs in
      defer { jobs = nil }
      return jobs ?? []
    }
    for job in held { job.runSynchronously(on: asUnownedSerialExecutor()) }
  }
}
