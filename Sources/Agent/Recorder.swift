internal import Acquisition
internal import JournalStore
internal import LotBinding
internal import Logging
internal import Profiles
internal import StationAPI
internal import Telemetry

/// Binds what is observed to what is going on, and has it written down: the place where scans,
/// lots and people meet.
///
/// It runs on the journal's executor, so judging a command, writing its record and applying it are
/// one step, and the order of records is the order of events.
actor Recorder {
  let journal: Journal
  let time: any TimeSource
  let logger: Logger

  /// What clocks on the wall show, by which shifts go.
  let local: any LocalTime
  let startedAt: Instant
  var bindings: Bindings
  var board: DeviceBoard
  var conveyors = ConveyorBoard()

  /// What photo-eyes saw and the journal has not taken yet.
  var passages: [BoardPassage] = []

  /// The layout record of each scan group.
  var layouts: [ScanGroupID: Int] = [:]

  /// Contents of files that are in the journal.
  var documents: Set<Digest> = []

  /// Scan groups whose bus was changed by a reload, until their first scan after it.
  var interruptions: [ScanGroupID: Interruption] = [:]

  /// Which scans are believed, and which are recorded.
  var watches: [DeviceID: FrameWatch] = [:]
  var reports = ReportRules()
  private(set) var clock: ClockKeeper

  /// Nil where nothing is signed.
  var checkpoints: CheckpointSchedule?

  /// Up to when the missed scans of groups whose device is silent are recorded.
  var accounted: [ScanGroupID: Duration] = [:]

  /// Scans that the journal could not take, and the uptime of the first.
  var unwritten: [ScanGroupID: (count: Int, since: Duration)] = [:]
  private var isStorageFailing = false

  /// How much room the disk has, the scans that are therefore left out, and who lets the log grow.
  var space = SpaceRule()
  var spared: [ScanGroupID: SparedScans] = [:]
  var logHolder: String?

  /// A command's record of which a failing disk left open whether it is in the journal.
  var undecided: Int?

  nonisolated var unownedExecutor: UnownedSerialExecutor { journal.unownedExecutor }

  init(
    journal: Journal,
    bindings: Bindings,
    board: DeviceBoard,
    time: any TimeSource,
    clock: any KernelClock,
    local: any LocalTime = SystemLocalTime(),
    logger: Logger
  ) {
    self.local = local
    self.clock = ClockKeeper(time: time, kernel: clock, logger: logger)
    self.journal = journal
    self.bindings = bindings
    self.board = board
    self.time = time
    self.logger = logger
    startedAt = time.now()
    for device in board.devices {
      watches[device.id] = device.watch
      reports.set(device.groups)
    }
  }

  // MARK: Start and stop

  /// Replays the journal's story and records what is new: that the agent runs, with which files,
  /// and how frames are laid out.
  func start(
    documents: [DocumentRevision],
    layouts: [FrameLayout],
    conveyors: [PlannedConveyor] = []
  ) throws {
    let story = try journal.assumeIsolated { [bindings] journal in
      try journal.replay(into: JournalStory(bindings: bindings)) { $0.take($1) }
    }
    bindings = story.bindings
    self.documents = story.documents.union(documents.map(\.sha256))
    try follow(conveyors, layouts: layouts, after: story)
    let last = journal.assumeIsolated { $0.status().at }
    // Before a step of the clock: these scans are on the epoch of the records before.
    try recordLost(CrashAccount(story, configured: layouts, end: last))
    clock.resume(after: story.clockStep, last: last) { write($0, at: $1) }
    try recordStart()
    try concludeOpenWrites(story.openWrites)
    lookAtClock()
    if journal.assumeIsolated({ $0.status().seq }) == 1, let before = journal.opening.continues {
      try takeOver(from: before)
    }
    for document in documents where !story.documents.contains(document.sha256) {
      _ = try append(.document(document))
    }
    for layout in layouts {
      if let last = story.layouts[layout.id], last.layout == layout {
        self.layouts[layout.id] = last.seq
      } else {
        self.layouts[layout.id] = try append(.layout(layout)).seq
      }
    }
    try commit()
    timeOutCrews()
  }

  private func recordStart() throws {
    let last = journal.assumeIsolated { $0.status() }
    let before = last.seq > 1 ? last.at : journal.opening.continues?.at
    if let before { _ = try append(.gap(Gap(.agentDown, from: before, to: startedAt))) }
    let detail = "lotline \(Software.version), \(board.devices.count) devices"
    _ = try append(.event(Event(.agentStarted, detail: detail)))
    try recordMigration()
  }

  /// Records that the agent stops, and closes the journal.
  func stop() {
    recordPending()
    recordSpared()
    do {
      _ = try append(.event(Event(.agentStopped, detail: "asked to stop")))
      try signLast()
      try commit()
      try journal.assumeIsolated { try $0.close() }
    } catch {
      // Whoever opens it next, in this process, too, finds it free.
      try? journal.assumeIsolated { try $0.close() }
      logger.error("stopping without a last record: \(error)")
    }
  }

  // MARK: Observations

  /// Takes one observation; it is durable after the next ``commit()``.
  func take(_ observation: Observation) {
    followClock()
    switch observation {
    case .scan(var scan):
      // A scan that was in flight when the clock was set is on the epoch that it is recorded in.
      scan.at = clock.instant(at: scan.uptime)
      take(scan)
    case .signals(let change):
      board.take(change)
      logger.warning("\(change.group.device): \(change.detail)")
      write(.event(change.event), at: clock.instant(at: change.uptime))
    case .missed(let missed): take(missed, endingAt: clock.instant(at: missed.uptime))
    case .silent(let silent): take(silent)
    }
  }

  /// Records the last frame of each scan group that was left out since it said nothing new: before
  /// the agent stops, and before a device is read otherwise.
  func recordPending(of device: DeviceID? = nil) {
    for (group, frame) in reports.takePending(of: device) { record(frame, of: group) }
  }

  private func take(_ scan: Scan) {
    let scan = watch(scan)
    accounted[scan.group] = nil
    note(board.take(scan))
    guard let layout = layouts[scan.group],
      let device = board.devices.first(where: { $0.id == scan.group.device })
    else { return }
    closeInterruption(
      of: scan.group,
      before: scan.start,
      at: Moment(wall: scan.at, uptime: scan.uptime)
    )
    followBoards(scan)
    let binding = conveyors.bind(scan, of: device.stations) {
      bindings.inForce(at: $0, uptime: scan.uptime)
    }
    let frame = Frame(
      at: scan.at,
      spanMicroseconds: Int(scan.span.wholeMicroseconds),
      layout: layout,
      bindings: binding.bindings,
      unsure: binding.unsure,
      belts: binding.belts,
      crews: device.stations.map { bindings.crewInForce(at: $0, uptime: scan.uptime) },
      readings: scan.readings
    )
    if let frame = reports.take(frame, of: scan) { record(frame, of: scan.group) }
  }

  private func record(_ frame: Frame, of group: ScanGroupID) {
    if spares(frame, of: group) {
      reports.lose(frame, of: group)
      return
    }
    if write(.frame(frame), at: frame.at) {
      closeGap(of: group, at: frame.at)
      if space.level < .thin { recordSpared(of: group, at: frame.at) }
    } else {
      reports.lose(frame, of: group)
      unwritten[group, default: (0, clock.uptime(at: frame.at))].count += 1
    }
  }

  /// Judges whether a scan can be believed.
  private func watch(_ scan: Scan) -> Scan {
    guard let (judged, changes) = watches[scan.group.device]?.take(scan) else { return scan }
    for change in changes {
      logger.warning("\(scan.group.device): \(change.event.detail)")
      write(.event(change.event), at: scan.at)
    }
    return judged
  }

  func note(_ change: DeviceBoard.Change?) {
    switch change {
    case nil: break
    case .lost(let device, let detail):
      logger.warning("\(device) is lost: \(detail)")
      write(.event(Event(.deviceLost, device: device, detail: detail)), at: time.now())
    case .recovered(let device, let silence):
      let detail = "answers again after \(Int(silence.inSeconds.rounded())) s"
      logger.notice("\(device) \(detail)")
      write(.event(Event(.deviceRecovered, device: device, detail: detail)), at: time.now())
    }
  }

  /// Says which scans are missing because the journal could not take them.
  func closeGap(of group: ScanGroupID, at end: Instant) {
    guard let (count, since) = unwritten[group] else { return }
    let gap = Gap(
      .storageFailed,
      device: group.device,
      group: group.group,
      from: clock.instant(at: since),
      to: end,
      scans: count
    )
    if write(.gap(gap), at: end) { unwritten[group] = nil }
  }

  /// Appends unless the journal is failing; a failure is logged once, and polling goes on.
  @discardableResult
  func write(_ content: Record.Content, at instant: Instant) -> Bool {
    do {
      let record = try append(content, at: instant)
      // Corrections speak of times, which its steps divide.
      if case .clockStep = content { bindings.apply(record) }
      return true
    } catch {
      noteStorage(error)
      return false
    }
  }

  /// Makes everything that was taken durable; more is taken meanwhile.
  func commitObservations() async {
    do {
      try await journal.commitAside()
      try noteCommit()
    } catch {
      noteStorage(error)
    }
  }

  /// Makes everything that was taken durable at once.
  func commitNow() {
    do {
      try commit()
      try noteCommit()
    } catch {
      noteStorage(error)
    }
  }

  private func noteCommit() throws {
    try settleUndecided()
    // Another commit may have failed since this one was through.
    if journal.assumeIsolated({ $0.isFailing }) { return }
    if isStorageFailing { logger.notice("the journal can be written again") }
    isStorageFailing = false
  }

  func noteStorage(_ error: any Error) {
    if !isStorageFailing { logger.error("the journal cannot be written: \(error)") }
    isStorageFailing = true
  }

  /// Looks whether the clock was set, and what the kernel says of it.
  func lookAtClock() {
    // A copy, since whoever writes may ask the clock.
    var keeper = clock
    keeper.look(writeOfClock)
    clock = keeper
  }

  /// Records first that the wall clock was set.
  func followClock() {
    var keeper = clock
    keeper.follow(writeOfClock)
    clock = keeper
  }

  /// Writes what the clock has to say.
  ///
  /// Before a step come the frames that were left out until then, whose times are on the epoch that
  /// it ends; each epoch begins with frames of its own.
  private func writeOfClock(_ content: Record.Content, at instant: Instant) -> Bool {
    guard case .clockStep = content else { return write(content, at: instant) }
    recordPending()
    guard write(content, at: instant) else { return false }
    reports.beginEpoch()
    return true
  }

  // MARK: The journal

  func append(_ content: Record.Content, at instant: Instant? = nil) throws -> Record {
    let at = instant ?? time.now()
    return try journal.assumeIsolated { try $0.append(content, at: at) }
  }

  func commit() throws { try journal.assumeIsolated { try $0.commit() } }
}
