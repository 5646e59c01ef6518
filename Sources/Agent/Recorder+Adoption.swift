internal import Acquisition
internal import JournalStore
internal import LotBinding
internal import Settings
internal import Telemetry

/// A scan group whose bus was changed: its last scan before that, or the end of its last gap, and
/// what was expected then.
struct Interruption: Sendable, Hashable {
  let uptime: Duration

  /// When that scan began, which is what a schedule goes by.
  let start: Duration

  /// The time from one scan to the next.
  let period: Duration

  /// Whether the device sends by itself, so that nobody knows how many scans were missed.
  let isListening: Bool

  /// The gap up to the first scan after the change that was taken or due; nil when none was missed.
  ///
  /// The new schedule need not lie on the old one's grid, so a scan counts as missed when more than
  /// a period and a half lie between the beginnings of the two.
  ///
  /// - Parameters:
  ///   - group: Whose scans they are.
  ///   - start: When the first scan began, or was due.
  ///   - moment: Its time, where the gap ends.
  /// - Returns: The gap.
  func gap(of group: ScanGroupID, before start: Duration, at moment: Moment) -> Gap? {
    let periods = Int(((start - self.start) / period).rounded())
    if periods < 2 { return nil }
    return Gap(
      .reconfigured,
      device: group.device,
      group: group.group,
      // On the epoch of its end, also when the clock was set meanwhile.
      from: moment.advanced(by: uptime - moment.uptime).wall,
      to: moment.wall,
      scans: isListening ? nil : periods - 1
    )
  }
}

/// The record that a new plan applies.
struct Adoption: Sendable {
  let seq: Int
  let at: Instant

  /// What failed, when it is not known whether the record is on disk; nil when it is.
  let doubt: JournalError?
}

/// A station that a new configuration no longer names is in use.
struct StationsInUse: Error, Sendable, Hashable {
  /// Which, why it matters, and what to do; one sentence a station.
  let objections: [String]
}

extension Recorder {
  /// What stands in the way of going by this configuration.
  func objections(to settings: AgentSettings) -> [String] {
    bindings.objections(to: settings.binding)
  }

  /// Makes sure that the journal can be written.
  ///
  /// - Throws: `JournalError` when it cannot.
  func checkStorage() throws { try commit() }

  /// Goes over to a new plan between two scans: its files and layouts are recorded first, then that
  /// it applies.
  ///
  /// - Parameters:
  ///   - plan: What applies from now on.
  ///   - old: What applied until now.
  ///   - changes: How they differ.
  /// - Returns: The record of it.
  /// - Throws: ``StationsInUse``, or `JournalError` when the journal cannot be written; then what
  ///   was before applies on.
  func adopt(
    _ plan: PlantPlan,
    after old: PlantPlan,
    _ changes: PlantChanges
  ) throws -> Adoption {
    let objections = objections(to: plan.settings)
    if !objections.isEmpty { throw StationsInUse(objections: objections) }
    let before = Dictionary(old.devices.map { ($0.id, $0) }) { first, _ in first }
    let isKept = { (device: DeviceBoard.Device) in
      before[device.id].map(device.hasLayouts) ?? false
    }
    let kept = Set(plan.devices.filter(isKept).map(\.id))
    for device in old.devices where !kept.contains(device.id) { recordPending(of: device.id) }
    try commit()
    for document in plan.documents where !documents.contains(document.sha256) {
      _ = try append(.document(document))
      documents.insert(document.sha256)
    }
    let layouts = try appendLayouts(of: plan, keeping: kept)
    let adoption = try recordAdoption(changes)
    interrupt(changes, old)
    // A group that is no longer read is due no more, also when it comes back later.
    interruptions = interruptions.filter { layouts[$0.key] != nil }
    self.layouts = layouts
    board.adopt(plan.devices)
    for device in plan.devices where !kept.contains(device.id) {
      watches[device.id] = device.watch
      reports.set(device.groups)
    }
    bindings.adopt(plan.binding)
    try follow(plan.conveyors, layouts: plan.devices.flatMap(\.layouts), after: nil)
    return adoption
  }

  private func recordAdoption(_ changes: PlantChanges) throws -> Adoption {
    let at = time.now()
    let content = Record.Content.event(Event(.configurationApplied, detail: changes.summary))
    do {
      let record = try journal.assumeIsolated { try $0.appendDurably(content, at: at) }
      return Adoption(seq: record.seq, at: at, doubt: nil)
    } catch let error as JournalError {
      // The record may be in the journal, and is kept: what it says must come true.
      guard case .uncertain(_, let seq, _) = error else { throw error }
      return Adoption(seq: seq, at: at, doubt: error)
    }
  }

  /// The layouts of a plan; those of devices that are not as before are appended.
  private func appendLayouts(
    of plan: PlantPlan,
    keeping kept: Set<DeviceID>
  ) throws -> [ScanGroupID: Int] {
    var layouts: [ScanGroupID: Int] = [:]
    for device in plan.devices {
      for layout in device.layouts {
        let id = ScanGroupID(device: device.id, group: layout.group)
        if kept.contains(device.id), let seq = self.layouts[id] {
          layouts[id] = seq
        } else {
          layouts[id] = try append(.layout(layout)).seq
        }
      }
    }
    return layouts
  }

  /// Remembers when groups whose scans fall due otherwise from now on were scanned last.
  private func interrupt(_ changes: PlantChanges, _ old: PlantPlan) {
    let undisturbed = Set(changes.undisturbed)
    for group in old.buses.filter({ !undisturbed.contains($0.id) }).flatMap(\.groups)
    where !changes.kept.contains(group.id) {
      guard interruptions[group.id] == nil, let scan = board.lastScan(of: group.id) else {
        continue
      }
      interruptions[group.id] = Interruption(
        uptime: accounted[group.id] ?? scan.uptime,
        start: accounted[group.id] ?? scan.start,
        period: group.period,
        isListening: group.isListening
      )
    }
  }

  /// Says which scans are missing since the change of a group's bus; see ``Interruption``.
  func closeInterruption(of group: ScanGroupID, before start: Duration, at moment: Moment) {
    guard !interruptions.isEmpty,
      let gap = interruptions.removeValue(forKey: group)?.gap(of: group, before: start, at: moment)
    else { return }
    write(.gap(gap), at: moment.wall)
  }

  /// Records that a new configuration was refused, and by what.
  func refuse(_ reasons: [String]) {
    let shown = reasons.prefix(Self.shownReasons).joined(separator: "\n")
    let rest = reasons.count - Self.shownReasons
    let detail = shown + (rest > 0 ? "\nand \(rest) more" : "")
    write(.event(Event(.configurationRefused, detail: detail)), at: time.now())
    commitNow()
  }

  /// Findings of a refused configuration that are recorded.
  private static let shownReasons = 5
}
