package import Telemetry

/// Which lot each lane of each station works on, and which lots are done with.
package struct Lots: Sendable, Hashable {
  /// A binding in force.
  package struct Active: Sendable, Hashable {
    package let seq: Int
    package let since: Instant
    package let binding: Binding

    package var place: StationLane { binding.place }
  }

  private struct Track: Sendable, Hashable {
    var active: Active?
    var spans = Spans()
  }

  private var tracks: [StationID: [LaneID?: Track]] = [:]
  private var closed = ClosedLots()

  init() {}

  /// The binding in force at a place, or nil.
  package func active(at place: StationLane) -> Active? {
    tracks[place.station]?[place.lane]?.active
  }

  /// The bindings in force at a station, by their lanes.
  package func active(at station: StationID) -> [Active] {
    (tracks[station] ?? [:]).values.compactMap(\.active)
      .sorted { ($0.binding.lane?.text ?? "") < ($1.binding.lane?.text ?? "") }
  }

  /// All bindings in force, by their stations and lanes.
  var inWork: [Active] { tracks.keys.sorted().flatMap { active(at: $0) } }

  /// See ``Bindings/inForce(at:uptime:)``.
  func inForce(at station: StationID, uptime: Duration) -> Bound {
    guard let tracks = tracks[station] else { return .nothing }
    var bound: [Int] = []
    for track in tracks.values {
      if let seq = track.spans.inForce(at: uptime, now: track.active?.seq) { bound.append(seq) }
    }
    return Bound(bound)
  }

  mutating func apply(_ record: Record, uptime: Duration?) {
    switch record.content {
    case .binding(let binding):
      set(
        Active(seq: record.seq, since: record.at, binding: binding),
        at: binding.place,
        uptime
      )
      closed.reopen(binding.lot)
    case .bindingEnd(let end):
      set(nil, at: end.place, uptime)
      closed.close(end, at: record.at)
    default: break
    }
  }

  private mutating func set(_ active: Active?, at place: StationLane, _ uptime: Duration?) {
    var track = tracks[place.station]?[place.lane] ?? Track()
    track.spans.change(from: track.active?.seq, to: active?.seq, at: uptime)
    track.active = active
    tracks[place.station, default: [:]][place.lane] = track
  }

  /// - Throws: ``BindingError/busy(_:lot:since:)`` where a lot is active.
  func checkFree(_ place: StationLane) throws(BindingError) {
    guard let current = active(at: place) else { return }
    throw .busy(place, lot: current.binding.lot, since: current.since)
  }

  /// Finds what is doubtful about a lot that is to be started, or that is in work at `own`.
  func judge(
    _ lot: LotID,
    _ lists: PlantLists,
    besides own: StationLane? = nil,
    _ check: inout RuleCheck
  ) {
    closed.judge(lot, &check)
    if let list = lists.lots { list.judge(lot, &check) }
    if let other = inWork.first(where: { $0.binding.lot == lot && $0.place != own }) {
      check.find(
        .lotElsewhere,
        "lot \(lot) is active at \(other.place) since \(other.since) too; end it there where it is "
          + "done: lotline lot end \(other.place.arguments)"
      )
    }
  }

  /// - Throws: ``BindingError/idle(_:)`` where no lot is active.
  func end(_ place: StationLane, _ reason: BindingEnd.Reason?) throws(BindingError) -> Judgement {
    guard let current = active(at: place) else { throw .idle(place) }
    return Judgement(
      .bindingEnd(
        BindingEnd(
          station: place.station,
          lane: place.lane,
          lot: current.binding.lot,
          binding: current.seq,
          reason: reason
        )
      )
    )
  }
}

extension PlantList<ListedLot> {
  fileprivate func judge(_ lot: LotID, _ check: inout RuleCheck) {
    let list = "the plant's list of lots, revision \(revision)"
    guard let entry = self[lot] else {
      check.find(.lotUnknown, "lot \(lot) is not in \(list); check the number, or have it released")
      return
    }
    let reason = entry.reason.map { " (\($0))" } ?? ""
    switch entry.state {
    case .released: return
    case .hold:
      check.findOnce(.lotOnHold, "lot \(lot) is on hold by \(list)\(reason); ask who holds it")
    case .scrapped:
      check.findOnce(
        .lotScrapped,
        "lot \(lot) is scrapped by \(list)\(reason); take it off the line"
      )
    case .finished:
      check.findOnce(.lotFinished, "lot \(lot) is finished by \(list)\(reason); check the number")
    }
  }
}
