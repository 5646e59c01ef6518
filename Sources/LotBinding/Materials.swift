package import Telemetry

/// What material stands at each station, and what is known of it.
package struct Materials: Sendable, Hashable {
  /// A material lot that stands at a station.
  package struct Loaded: Sendable, Hashable {
    package let seq: Int

    /// When it came, and what it is, as far as that is known by now.
    package private(set) var since: Instant
    package private(set) var load: MaterialLoad

    /// The lot that its record names.
    let recordedLot: LotID

    /// What was recorded to have become of it since: that it expired, that it was blocked.
    package fileprivate(set) var events: Set<Event.Kind> = []

    init(seq: Int, since: Instant, load: MaterialLoad) {
      self.seq = seq
      self.since = since
      self.load = load
      recordedLot = load.lot
    }

    fileprivate func corrected(to stay: Stay<MaterialLoad>) -> Loaded {
      var copy = self
      (copy.since, copy.load) = (stay.from.at, stay.content)
      return copy
    }
  }

  /// A certificate in one revision.
  private struct Revision: Sendable, Hashable {
    let id: Label
    let revision: Label?
  }

  private static let lotsLimit = 5_000
  private static let certificatesLimit = 5_000

  private var loaded: [StationID: [Loaded]] = [:]

  /// The last load of each lot, also of those that are gone.
  private var lastLoads = Recent<LotID, MaterialLoad>(limit: lotsLimit)

  /// The content of each certificate, as it was first recorded.
  private var contents = Recent<Revision, Digest>(limit: certificatesLimit)

  init() {}

  /// Material at a station as far as is known by now, in the order in which it was loaded.
  func loaded(at station: StationID, _ corrections: Corrections) -> [Loaded] {
    (loaded[station] ?? []).compactMap { there in
      guard let stays = corrections.material(there.seq) else { return there }
      return stays.corrected.map(there.corrected)
    }
  }

  /// What was last recorded of a lot that was loaded anywhere at this agent.
  func lastLoad(of lot: LotID) -> MaterialLoad? { lastLoads[lot] }

  /// The content that a certificate had when it was first recorded in this revision.
  func content(of certificate: CertificateReference) -> Digest? {
    contents[Revision(id: certificate.id, revision: certificate.revision)]
  }

  mutating func apply(_ record: Record) {
    switch record.content {
    case .materialLoad(let load):
      loaded[load.station, default: []]
        .append(Loaded(seq: record.seq, since: record.at, load: load))
      remember(load)
    case .materialUnload(let unload):
      loaded[unload.station]?.removeAll { $0.seq == unload.load }
    case .event(let event):
      guard let load = event.load else { return }
      for (station, list) in loaded {
        guard let index = list.firstIndex(where: { $0.seq == load }) else { continue }
        loaded[station]?[index].events.insert(event.kind)
      }
    case .correction(let correction):
      switch correction.change {
      case .insertMaterial(let load, _, _), .replaceMaterial(_, let load): remember(load)
      default: break
      }
    default: break
    }
  }

  private mutating func remember(_ load: MaterialLoad) {
    lastLoads.set(load.lot, to: load)
    if let certificate = load.certificateReference, let hash = certificate.sha256,
      content(of: certificate) == nil
    {
      contents.set(Revision(id: certificate.id, revision: certificate.revision), to: hash)
    }
  }

  /// Loads a material lot.
  func load(
    _ order: MaterialOrder,
    amid loaded: [Loaded],
    at now: Instant,
    rules: BindingRules,
    lists: PlantLists
  ) throws(BindingError) -> Judgement {
    let load = order.load(at: now, after: lastLoads[order.lot], lists)
    if let there = loaded.first(where: { $0.load.lot == load.lot }) {
      throw .alreadyLoaded(load.station, lot: load.lot, since: there.since)
    }
    var check = RuleCheck(rules)
    MaterialDoubts(load, at: now, lists, knownContent: load.certificateReference.flatMap(content))
      .find(in: &check)
    let notes = try check.notes()
    return Judgement(.materialLoad(load.with(notes: notes.codes)), notes: notes)
  }

  /// Takes a material lot away.
  func unload(_ order: UnloadOrder, amid loaded: [Loaded]) throws(BindingError) -> Judgement {
    guard let there = loaded.first(where: { $0.load.lot == order.lot }) else {
      throw .notLoaded(order.station, lot: order.lot, loaded: loaded.map(\.load.lot))
    }
    return Judgement(
      .materialUnload(
        MaterialUnload(
          station: order.station,
          lot: there.recordedLot,
          load: there.seq,
          operatorName: order.operatorName,
          reason: order.reason,
          remaining: order.remaining
        )
      )
    )
  }

  /// What became of loaded material and is not recorded yet.
  func events(at now: Instant, _ lists: PlantLists, _ corrections: Corrections) -> [Event] {
    loaded.keys.sorted().flatMap { station in
      loaded(at: station, corrections).flatMap { there in
        MaterialDoubts(there.load, at: now, lists, knownContent: nil).events
          .filter { !there.events.contains($0.kind) }
          .map { Event($0.kind, load: there.seq, detail: $0.detail) }
      }
    }
  }
}
