internal import JournalStore
internal import LotBinding
internal import Settings
internal import StationAPI
internal import Telemetry

extension Recorder {
  /// What is known now, but for the uplinks.
  func snapshot(of stations: [StationSettings]) -> Snapshot {
    let status = journal.assumeIsolated { $0.status() }
    let (doubts, uptime) = (bindings.listDoubts(), time.uptime())
    return Snapshot(
      startedAt: startedAt,
      stations: stations.map { station in
        var status = StationStatus(
          station,
          bindings,
          doubts,
          materials: materials(at: station.id)
        )
        status.conveyor = conveyors.transit(at: station.id).map {
          ConveyorStatus(
            $0,
            at: uptime,
            problems: conveyors.problems(at: station.id, now: time.now())
          )
        }
        return status
      },
      devices: board.statuses(at: uptime),
      instruments: instruments(),
      journal: JournalStatus(
        seq: status.seq,
        at: status.at,
        path: journal.path,
        bytes: status.bytes,
        problem: status.problem ?? checkpoints?.problem.map { "it is not signed: \($0)" },
        freeBytes: space.free,
        daysLeft: space.daysLeft,
        notices: spaceNotices + successionNotices
      ),
      clock: clock.status
    )
  }

  /// The recorder's part of an ``AgentStatus``.
  struct Snapshot: Sendable {
    let startedAt: Instant
    let stations: [StationStatus]
    let devices: [DeviceStatus]
    let instruments: [InstrumentStatus]
    let journal: JournalStatus
    let clock: ClockStatus
  }
}

extension StationStatus {
  fileprivate init(
    _ station: StationSettings,
    _ bindings: Bindings,
    _ doubts: [ListDoubt],
    materials: [LoadedMaterial]
  ) {
    self.init(
      id: station.id,
      title: station.title,
      lanes: station.lanes,
      lots: bindings.lots.active(at: station.id).map { active in
        ActiveBinding(
          seq: active.seq,
          since: active.since,
          binding: active.binding,
          units: UnitCount(bindings.units.count(at: active.place), at: active.place, bindings),
          doubts: doubts.notes(at: active.place),
          corrected: CorrectedLot(bindings.corrections.lot(active.seq))
        )
      },
      crew: (bindings.crews.crew(at: station.id)?.members ?? []).map {
        CrewMember(name: $0.name, since: $0.since, shift: $0.shift, until: $0.until)
      },
      materials: materials,
      corrections: bindings.corrections.latest(Self.shownCorrections, at: station.id).map {
        CorrectionStatus(
          seq: $0.seq,
          at: $0.at,
          by: $0.correction.by,
          reason: $0.correction.reason,
          summary: CorrectionSummary($0.correction.change).text,
          withdrawnBy: $0.withdrawnBy
        )
      }
    )
  }

  /// Corrections that are shown of a station.
  private static let shownCorrections = 5
}

extension CorrectedLot {
  fileprivate init?(_ stay: CorrectedStay<Binding>?) {
    guard let stay, stay.corrected != stay.recorded else { return nil }
    let corrected = stay.corrected
    self.init(
      lot: corrected?.content.lot,
      part: corrected?.content.part,
      since: corrected?.from.at
    )
  }
}

extension [ListDoubt] {
  /// What is to be said of a place; nil for nothing.
  fileprivate func notes(at place: StationLane) -> [BindingNote]? {
    let notes = filter { $0.place == place }.map(\.note)
    return notes.isEmpty ? nil : notes
  }
}

extension StationStatus.UnitCount {
  /// Units whose numbers are shown.
  private static let shown = 20

  fileprivate init?(_ count: Units.Count, at place: StationLane, _ bindings: Bindings) {
    let inside = bindings.units.insideCount(place)
    if count.all == 0, inside == 0 { return nil }
    self.init(
      inside: inside,
      left: count.left,
      removed: count.removed,
      scrapped: count.scrapped,
      serials: bindings.units.inside(place, last: Self.shown).map(\.serial)
    )
  }
}
