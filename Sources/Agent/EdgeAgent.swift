internal import Acquisition
internal import JournalStore
internal import LotBinding
package import Logging
internal import ServiceLifecycle
internal import Settings
package import StationAPI
internal import StationWeb
package import Telemetry
internal import UnixSignals
internal import Uplinks

/// The agent, put together from its configuration: devices are polled, readings are bound to lots
/// and kept in the journal, the journal is sent to the hub.
package struct EdgeAgent: Sendable {
  private let settings: AgentSettings
  private let supervisor: BusSupervisor
  private let recorder: Recorder
  private let reloader: Reloader
  private let client: HTTPHubClient
  private let uplinks: [HubUplink]
  private let puller: ListPuller?
  private let stamper: CheckpointStamper?
  private let interlocks: [InterlockKeeper]
  private let server: StationServer
  private let scanners: Scanners
  private let time: any TimeSource
  private let logger: Logger

  /// Opens the journal and prepares everything that the plan names.
  ///
  /// - Parameters:
  ///   - plan: What to run. A reload reads its file, and the profiles that it then names, anew.
  ///   - time: The clocks of everything.
  ///   - clock: What the kernel says of the wall clock.
  ///   - credentials: systemd's `$CREDENTIALS_DIRECTORY`; nil where there is none.
  ///   - logger: Told what is worth a person's attention.
  /// - Throws: The error of the part that cannot be prepared, such as the journal.
  package init(
    _ plan: PlantPlan,
    time: any TimeSource,
    clock: any KernelClock,
    credentials: String? = nil,
    logger: Logger
  ) async throws {
    let settings = plan.settings
    for interlock in settings.interlocks { InterlockKeeper.prepare(interlock, at: time.now()) }
    let journal = try Self.openJournal(
      settings,
      credentials: credentials,
      time: time,
      logger: logger
    )
    let recorder = Recorder(
      journal: journal,
      bindings: Bindings(plan.binding),
      board: DeviceBoard(devices: plan.devices),
      time: time,
      clock: clock,
      logger: logger
    )
    do {
      let signing = try await Self.signing(of: journal, settings, credentials: credentials)
      try await recorder.start(
        documents: plan.documents,
        layouts: plan.devices.flatMap(\.layouts),
        conveyors: plan.conveyors
      )
      try await recorder.sign(with: signing, every: settings.journal.checkpointInterval)
    } catch let error as JournalError {
      await journal.orderSuccession(for: error)
      guard await journal.isToBeSucceeded else { throw error }
      try? await journal.close()
      throw JournalSucceeded(description: "\(error)")
    }
    let client = HTTPHubClient()
    self.client = client
    do {
      uplinks = try Self.uplinks(
        settings,
        journal: journal,
        client: client,
        time: time,
        logger: logger
      )
    } catch {
      try? await client.shutdown()
      throw error
    }
    puller = settings.lists.map {
      Self.puller($0, recorder: recorder, client: client, time: time, logger: logger)
    }
    stamper = settings.journal.timestamps.map {
      Self.stamper($0, recorder: recorder, client: client, time: time, logger: logger)
    }
    interlocks = settings.interlocks.map {
      Self.interlock($0, recorder: recorder, time: time, logger: logger)
    }
    supervisor = Self.supervisor(plan, recorder: recorder, time: time)
    let reader = PlanReader(path: plan.path)
    reloader = Reloader(
      plan,
      supervisor: supervisor,
      recorder: recorder,
      time: time,
      logger: logger,
      read: { () async throws(SettingsError) in try await reader.read() }
    )
    let desk = ScanDesk(recorder: recorder, time: time) { [reloader] in
      let settings = await reloader.plan.settings
      return (codes: settings.scans, stations: settings.stations.map(\.id))
    }
    let scannerBoard = ScannerBoard(time: time)
    scanners = Scanners(desk: desk, recorder: recorder, time: time, board: scannerBoard) {
      [reloader] in
      await reloader.plan.settings.scanners
    }
    server = StationServer(
      address: settings.api,
      service: LocalService(
        recorder: recorder,
        reloader: reloader,
        writer: SignalWriter(
          recorder: recorder,
          time: time,
          plan: { [reloader] in await reloader.plan },
          bus: { [supervisor] in await supervisor.bus(of: $0) }
        ),
        desk: desk,
        scanners: scannerBoard,
        uplinks: uplinks,
        puller: puller,
        stamper: stamper,
        time: time
      ),
      time: time,
      logger: logger
    )
    self.settings = settings
    self.recorder = recorder
    self.time = time
    self.logger = logger
  }

  /// Runs until the process is asked to stop (SIGTERM, SIGINT) or a part fails; SIGHUP reloads.
  ///
  /// - Throws: ``CannotListen`` when the address of the local API cannot be had;
  ///   ``JournalSucceeded`` when the agent must be put together anew, for its journal was set aside.
  package func run() async throws {
    logger.notice(
      """
      \(settings.agent) at \(settings.site): devices: \(settings.devices.count), buses: \
      \(settings.buses.count); page and API at http://\(settings.api)/
      """
    )
    for warning in settings.warnings { logger.warning("\(warning)") }
    let committer = Loop.committer(
      of: recorder,
      every: { await reloader.plan.settings.journal.commitInterval },
      time: time
    )
    let clockWatcher = Loop(every: { ClockKeeper.period }, time: time) {
      await recorder.lookAtClock()
      await recorder.timeOutCrews()
      await recorder.lookAtCalendar()
    }
    let notary = Loop(every: { Recorder.checkpointPeriod }, time: time) {
      await recorder.signIfDue()
    }
    let names = uplinks.map(\.id)
    let housekeeper = Loop(every: { Recorder.spacePeriod }, time: time) {
      let keep = await reloader.plan.settings.journal.keep
      await recorder.prune(
        RetentionRule(age: keep.age, bytes: keep.bytes),
        uplinks: names,
        unconfirmed: keep.unconfirmed
      )
      await recorder.lookAtSpace()
    }
    // They stop in the opposite order: a reload that goes on is finished while the buses run.
    var services: [any Service] = [
      Cancelled(supervisor: supervisor), Cancelled(reloader: reloader),
      Cancelled(scanners: scanners),
    ]
    services += uplinks.map(Cancelled.init(uplink:))
    if let puller { services.append(Cancelled(puller: puller)) }
    if let stamper { services.append(Cancelled(stamper: stamper)) }
    services += interlocks.map(Cancelled.init(interlock:))
    services +=
      [
        committer, clockWatcher, notary, housekeeper,
        SuccessionWatch(recorder: recorder, time: time),
        HangUps(reloader: reloader), server,
      ] as [any Service]
    let group = ServiceGroup(
      services: services,
      gracefulShutdownSignals: [.sigterm, .sigint],
      logger: logger
    )
    let result = await Result { try await group.run() }
    for interlock in interlocks { await interlock.finish() }
    await recorder.stop()
    try await client.shutdown()
    do {
      try result.get()
    } catch let error as StationServerError {
      throw CannotListen(description: error.description)
    }
  }

  /// Reads the configuration and all profiles anew and applies what has changed.
  ///
  /// - Returns: What that was.
  /// - Throws: `Problem`, with every finding when the files cannot be used.
  package func reload() async throws -> ReloadReceipt { try await reloader.reload() }
}

extension Result where Failure == any Error {
  /// The outcome of `body`, so that what comes after it is done whether it throws or not.
  fileprivate init(_ body: () async throws -> Success) async {
    do {
      self = .success(try await body())
    } catch {
      self = .failure(error)
    }
  }
}

/// Reads plans on a thread of its own: large profiles take long, and polling must not wait for them.
private actor PlanReader {
  private let path: String
  private let executor = QueueExecutor(label: "configuration")

  nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

  init(path: String) { self.path = path }

  func read() throws(SettingsError) -> PlantPlan { try PlantPlan.read(path) }
}
