internal import TestSupport

/// The whole matrix: every carrier, several workers at a time, each with a seed of its own.
package struct Matrix: Sendable {
  package let scans: Int
  package let seed: UInt64
  package let workers: Int
  /// Factor on all timeouts.
  package let patience: Int

  /// - Parameters:
  ///   - scans: In all; nine tenths over TCP, a tenth on lines.
  ///   - seed: The same one deals the same faults in the same order to each worker.
  ///   - workers: For each carrier, at once: most of a fault's time is waiting.
  ///   - patience: Factor on all timeouts; more where the machine has other work.
  package init(scans: Int, seed: UInt64, workers: Int, patience: Int = 1) {
    (self.scans, self.seed, self.workers) = (scans, seed, max(workers, 1))
    self.patience = patience
  }

  private enum Job: Sendable {
    case proxy(Carrier)
    case simulator(isLine: Bool)

    var isLine: Bool {
      switch self {
      case .proxy(let carrier): carrier.isLine
      case .simulator(let isLine): isLine
      }
    }

    var name: String {
      switch self {
      case .proxy(let carrier): carrier.name
      case .simulator(let isLine): "own simulator, " + (isLine ? "RTU on a pty" : "TCP")
      }
    }

    /// What the table must show as having struck.
    var faults: [FaultKind] {
      switch self {
      case .proxy(let carrier): carrier.faults
      case .simulator(let isLine):
        SimulatorPlan(onLine: isLine, timeout: .seconds(1), quiet: .zero).entries.map(\.kind)
      }
    }

    func run(scans: Int, seed: UInt64, patience: Int, begin: Double) async throws -> Tally {
      switch self {
      case .proxy(let carrier):
        try await ProxyRun(carrier.patient(patience), scans: scans, seed: seed).run()
      case .simulator(let isLine):
        try await SimulatorRun(
          isLine: isLine,
          scans: scans,
          seed: seed,
          patience: patience,
          begin: begin
        ).run()
      }
    }
  }

  /// Parts of a hundred.
  private static let jobs: [(job: Job, share: Int)] = [
    (.proxy(.tcp), 53), (.proxy(.pipelinedTCP), 20), (.proxy(.line), 7), (.proxy(.tunnel), 7),
    (.simulator(isLine: false), 10), (.simulator(isLine: true), 3),
  ]

  package func run() async throws -> MatrixTable {
    // Lines first and alone: the kernel carries what goes over pseudo terminals when it has time.
    let lines = try await run { $0.isLine }
    let others = try await run { !$0.isLine }
    let columns = zip(Self.jobs, zip(lines, others)).map { entry, parts in
      var sum = Tally()
      for part in parts.0 + parts.1 { sum.add(part) }
      return (entry.job.name, sum)
    }
    let expected = Dictionary(uniqueKeysWithValues: Self.jobs.map { ($0.job.name, $0.job.faults) })
    return MatrixTable(columns, expected: expected)
  }

  /// The tallies of the workers of each job; none where `isWanted` says no.
  private func run(_ isWanted: @Sendable (Job) -> Bool) async throws -> [[Tally]] {
    try await withThrowingTaskGroup(of: (Int, Int, Tally).self) { group in
      for (index, entry) in Self.jobs.enumerated() where isWanted(entry.job) {
        let each = max((scans * entry.share / 100 + workers - 1) / workers, 1)
        for worker in 0..<workers {
          var mix = SeededGenerator(seed: seed &+ UInt64(index * 1_000 + worker))
          let own = mix.next()
          let part = Double(worker) / Double(workers)
          group.addTask {
            let tally = try await entry.job.run(
              scans: each,
              seed: own,
              patience: patience,
              begin: part
            )
            return (index, worker, tally)
          }
        }
      }
      var tallies: [[Int: Tally]] = Array(repeating: [:], count: Self.jobs.count)
      for try await (index, worker, tally) in group { tallies[index][worker] = tally }
      return tallies.map { byWorker in byWorker.sorted { $0.key < $1.key }.map(\.value) }
    }
  }
}
