internal import JournalStore
internal import Logging
internal import MarkedYAML
internal import Settings
internal import StationAPI
internal import Telemetry

/// Reads the configuration and its profiles anew and has them applied, one reload at a time.
actor Reloader {
  /// What runs.
  private(set) var plan: PlantPlan
  private let read: @Sendable () async throws(SettingsError) -> PlantPlan
  private let supervisor: BusSupervisor
  private let recorder: Recorder
  private let time: any TimeSource
  private let logger: Logger

  /// Whoever waits for the reload that goes on, and for its beginning.
  private var asker: CheckedContinuation<ReloadReceipt, any Error>?
  private let orders: AsyncStream<Void>
  private let order: AsyncStream<Void>.Continuation
  private var isReloading = false
  private var isStopping = false

  /// A SIGHUP came during a reload, which may have read the files before they were changed.
  private var isDueAgain = false

  /// - Parameters:
  ///   - plan: What runs.
  ///   - supervisor: What runs the buses.
  ///   - recorder: Told of what is taken over, and of what is refused.
  ///   - time: The clocks.
  ///   - logger: Told the same.
  ///   - read: Reads and checks everything anew; apart from the tasks that poll, since it may take
  ///     long.
  init(
    _ plan: PlantPlan,
    supervisor: BusSupervisor,
    recorder: Recorder,
    time: any TimeSource,
    logger: Logger,
    read: @escaping @Sendable () async throws(SettingsError) -> PlantPlan
  ) {
    self.plan = plan
    self.supervisor = supervisor
    self.recorder = recorder
    self.time = time
    self.logger = logger
    self.read = read
    (orders, order) = AsyncStream.makeStream()
  }

  /// Reloads when asked, until the task is cancelled; a reload that goes on is finished.
  func run() async {
    for await _ in orders {
      repeat {
        isDueAgain = false
        let result = await outcome()
        asker?.resume(with: result)
        asker = nil
      } while isDueAgain && !Task.isCancelled
      isReloading = false
    }
    isStopping = true
    asker?.resume(throwing: Problem.stopping)
    asker = nil
  }

  /// Reloads.
  ///
  /// - Returns: What has changed; it applies, and is recorded.
  /// - Throws: `Problem`: the files cannot be used or need a restart, another reload goes on, the
  ///   agent stops, or the journal cannot be written.
  func reload() async throws -> ReloadReceipt {
    if isStopping { throw Problem.stopping }
    if isReloading { throw Problem.reloadRunning }
    isReloading = true
    return try await withCheckedThrowingContinuation { continuation in
      asker = continuation
      order.yield()
    }
  }

  /// Reloads because of a signal: nobody waits for the answer, which is in the log and the journal.
  func hangUp() {
    if isStopping { return }
    guard !isReloading else {
      isDueAgain = true
      return
    }
    isReloading = true
    order.yield()
  }

  private func outcome() async -> Result<ReloadReceipt, any Error> {
    do {
      return .success(try await perform())
    } catch {
      return .failure(error)
    }
  }

  // MARK: One reload

  private func perform() async throws -> ReloadReceipt {
    let new: PlantPlan
    do throws(SettingsError) {
      new = try await read().keeping(plan)
    } catch {
      throw await refusal(error.findings)
    }
    let findings =
      new.restartFindings(after: plan)
      + stationFindings(await recorder.objections(to: new.settings), new)
    if !findings.isEmpty { throw await refusal(findings) }
    let changes = PlantChanges(from: plan, to: new)
    if changes.isEmpty {
      logger.notice("reload: no file has changed")
      return receipt(nil, "no file has changed", changes)
    }
    do {
      return try await apply(new, changes)
    } catch let error as StationsInUse {
      throw await refusal(stationFindings(error.objections, new))
    } catch let problem as Problem {
      throw problem
    } catch {
      logger.error("reload: \(error)")
      throw Problem.notRecorded(error)
    }
  }

  private func apply(_ new: PlantPlan, _ changes: PlantChanges) async throws -> ReloadReceipt {
    try await recorder.checkStorage()
    let old = plan
    let adoption = try await supervisor.replace(with: new.buses) { [recorder] in
      try await recorder.adopt(new, after: old, changes)
    }
    plan = new
    logger.notice("configuration applied: \(changes.summary)")
    for warning in new.settings.warnings { logger.warning("\(warning)") }
    if let doubt = adoption.doubt { throw Problem.notDurable(doubt) }
    return receipt(adoption, changes.summary, changes)
  }

  private func receipt(
    _ adoption: Adoption?,
    _ summary: String,
    _ changes: PlantChanges
  ) -> ReloadReceipt {
    ReloadReceipt(
      seq: adoption?.seq,
      at: adoption?.at ?? time.now(),
      summary: summary,
      buses: changes.buses,
      devices: changes.devices,
      stations: changes.stations
    )
  }

  private func stationFindings(_ objections: [String], _ new: PlantPlan) -> [Finding] {
    objections.map { new.finding(.stationInUse, at: ["stations"], $0) }
  }

  /// Has a refusal recorded and logged.
  ///
  /// - Returns: What whoever asked is told.
  private func refusal(_ findings: [Finding]) async -> Problem {
    for finding in findings { logger.error("reload: \(finding)") }
    logger.error("the new configuration is refused; the one before applies on")
    await recorder.refuse(findings.map(\.description))
    return .refused(findings)
  }
}

extension Problem {
  fileprivate static let stopping = Problem(
    type: "stopping",
    title: "The agent stops",
    status: 503,
    detail: "The agent is being stopped and reloads nothing; it reads its files when it starts."
  )

  fileprivate static let reloadRunning = Problem(
    type: "reload-running",
    title: "Another reload goes on",
    status: 409,
    detail: "The agent is reloading already, and may have read the files before you changed them. "
      + "Wait for its end, then reload again."
  )

  fileprivate static func notRecorded(_ error: any Error) -> Problem {
    storageFailed(
      "The new configuration is not applied, because that could not be recorded. \(error)"
    )
  }

  fileprivate static func notDurable(_ error: any Error) -> Problem {
    storageFailed(
      "The new configuration applies, and whether the record of it is on disk is not known yet. "
        + "\(error)"
    )
  }

  private static func storageFailed(_ detail: String) -> Problem {
    Problem(
      type: "storage-failed",
      title: "The journal cannot be written",
      status: 503,
      detail: detail
    )
  }

  fileprivate static func refused(_ findings: [Finding]) -> Problem {
    let count = findings.count
    return Problem(
      type: "configuration-refused",
      title: "The new configuration is refused",
      status: 422,
      detail: "The new configuration has \(count) \(count == 1 ? "finding" : "findings"), and the "
        + "one before applies on. The first: \(findings.first?.description ?? "")",
      findings: findings.map { finding in
        ProblemFinding(
          file: finding.file,
          line: finding.line,
          column: finding.column,
          severity: finding.severity.rawValue,
          code: finding.code.name,
          message: finding.message
        )
      }
    )
  }
}
