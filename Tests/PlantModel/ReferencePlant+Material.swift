import LotBinding
import Telemetry

extension ReferencePlant {
  /// Material that is put at a station; times are what the clock on the wall shows.
  struct Load: Hashable {
    let station: StationID
    let lot: LotID
    let part: Label?
    let operatorName: Label?
    let certificate: Label?

    /// The certificate that is known of, with what a list says of it.
    let document: Label?
    let expires: Int?
    let opened: Int?
    let lifeEnds: Int?
    var hasNotes = false
  }

  /// Something goes into something else.
  struct Use: Hashable {
    let output: LotID
    let outputSerial: Label?
    let input: LotID
    let inputSerial: Label?
    let station: StationID?
    let binding: Int?
    let load: Int?
  }

  /// Material at a station as far as is known by now, in the order in which it was loaded.
  func loaded(at station: StationID) -> [(seq: Int, load: Load)] {
    let recorded = recorded(.material)
    return corrected(.material).sorted { $0.key < $1.key }.compactMap { seq, stay in
      // What only a correction tells of is gone.
      guard let load = stay.load, stay.place.station == station, let there = recorded[seq],
        there.to == nil
      else { return nil }
      return (seq, load)
    }
  }

  /// What was said last of a lot, also in a correction.
  private func lastLoad(of lot: LotID) -> Load? {
    facts.reversed().lazy.compactMap { fact -> Load? in
      switch fact.happening {
      case .loaded(let load): load
      case .corrected(.insert(.material, let content, _, _)),
        .corrected(.replace(.material, _, let content)):
        content.load
      default: nil
      }
    }.first { $0.lot == lot }
  }

  /// What is to be said of loaded material now, and is not said yet.
  func calendar() -> [Happening] {
    Self.stations.flatMap(loaded).flatMap { seq, load in
      troubles(of: load).map { Happening.told(seq, $0) }
        .filter { told in !facts.contains { $0.happening == told } }
    }
  }

  /// What was said of a load.
  func told(_ load: Int) -> [Event.Kind] {
    facts.compactMap { if case .told(load, let kind) = $0.happening { kind } else { nil } }
  }

  private func troubles(of load: Load, at wall: Int? = nil) -> [Event.Kind] {
    let now = wall ?? clock.wall(at: second)
    var kinds: [Event.Kind] = []
    if let expires = load.expires, expires <= now { kinds.append(.materialExpired) }
    if let end = load.lifeEnds, end <= now { kinds.append(.floorLifeExceeded) }
    if [.hold, .scrapped].contains(lots?[load.lot]) || isRefused(load) {
      kinds.append(.materialBlocked)
    }
    return kinds
  }

  func doubts(of load: Load, at wall: Int? = nil) -> [BindingRule] {
    troubles(of: load, at: wall).map {
      $0 == .materialBlocked ? .materialBlocked : .materialExpired
    }
  }

  /// The same, and what can be said of it only when it comes.
  func allDoubts(of load: Load, at wall: Int? = nil) -> [BindingRule] {
    var doubts = doubts(of: load, at: wall)
    if !isRefused(load), !isCertified(load) { doubts.append(.materialUncertified) }
    if let lots, lots[load.lot] == nil { doubts.append(.materialUnknown) }
    return doubts
  }

  private func listed(_ load: Load) -> ListedCertificate? {
    (load.document ?? load.certificate).flatMap { certificates?[$0] }
  }

  private func isRefused(_ load: Load) -> Bool {
    [.revoked, .rejected].contains(listed(load)?.status)
  }

  /// Whether there is a certificate; where a list is in force, one that is accepted for the lot.
  private func isCertified(_ load: Load) -> Bool {
    if certificates == nil { return load.document != nil || load.certificate != nil }
    guard let listed = listed(load), listed.status == .accepted else { return false }
    return listed.lots.isEmpty || listed.lots.contains(load.lot)
  }

  /// The certificate that a load is recorded with: the one that is said, or was before, or else the one
  /// that the list has accepted for the lot.
  private func document(_ order: MaterialOrder, _ last: Load?) -> Label? {
    let known = order.certificate == nil ? last?.document : nil
    guard let certificates else { return known }
    let accepted = certificates.values
      .filter { $0.status == .accepted && $0.lots.contains(order.lot) }.map(\.id).min()
    let name = known ?? order.certificate ?? accepted
    return name.flatMap { certificates[$0]?.id } ?? known
  }

  func load(_ order: MaterialOrder) -> Expectation {
    if loaded(at: order.station).contains(where: { $0.load.lot == order.lot }) {
      return .impossible(["loaded"])
    }
    var load = load(order, at: clock.wall(at: second))
    let doubts = allDoubts(of: load)
    load.hasNotes = doubts.contains { rules[$0] == .warn }
    return judged(.loaded(load), doubts)
  }

  /// Material with all that is known of it; what is not said now was said of the lot before.
  func load(_ order: MaterialOrder, at wall: Int) -> Load {
    let last = lastLoad(of: order.lot)
    let lastLife = last?.lifeEnds.flatMap { end in last?.opened.map { end - $0 } }
    let life = order.floorLife.map { Int($0.components.seconds) } ?? lastLife
    let said = order.opened.map(PlantClock.wall) ?? last?.opened
    // What was not said to be opened before is opened now, where it has a life from then on.
    let opened = said ?? life.map { _ in wall }
    return Load(
      station: order.station,
      lot: order.lot,
      part: order.part ?? last?.part,
      operatorName: order.operatorName,
      certificate: order.certificate ?? last?.certificate,
      document: document(order, last),
      expires: order.expires.map(PlantClock.wall) ?? last?.expires,
      opened: opened,
      lifeEnds: life.flatMap { life in opened.map { $0 + life } }
    )
  }

  func unload(_ order: UnloadOrder) -> Expectation {
    guard let there = loaded(at: order.station).first(where: { $0.load.lot == order.lot }) else {
      return .impossible(["not loaded"])
    }
    return judged(.unloaded(there.seq), [])
  }

  // MARK: What goes into what

  private var uses: [Use] {
    let changes = holding.map(\.change)
    return facts.compactMap { fact in
      guard case .used(let use) = fact.happening, !changes.contains(.notUsed(fact.seq)) else {
        return nil
      }
      return use
    }
  }

  func use(_ order: ConsumptionOrder) -> Expectation {
    let udi = order.outputUDI.map { PlantEvent.parts(of: $0) }
    let serial = order.outputSerial ?? udi?.serial
    let active = Self.places.filter { $0.station == order.station }.compactMap { lot(at: $0) }
    let inWork = active.count == 1 ? active[0].lot : nil
    guard let output = order.output ?? udi?.lot ?? inWork ?? serial.flatMap(lot(of:)) else {
      return .impossible(["output"])
    }
    guard let input = order.input ?? order.inputSerial.flatMap(lot(of:)) else {
      return .impossible(["input"])
    }
    if input == output { return .impossible(["into itself"]) }
    var doubts = lastLoad(of: input).map { self.doubts(of: $0) } ?? []
    if contents(of: input).contains(output) { doubts.append(.assemblyCycle) }
    let isUsed = uses.contains { $0.input == input && $0.inputSerial == order.inputSerial }
    if order.inputSerial != nil, isUsed { doubts.append(.serialInTwoParents) }
    let use = Use(
      output: output,
      outputSerial: serial,
      input: input,
      inputSerial: order.inputSerial,
      station: order.station,
      binding: active.last { $0.lot == output }?.seq,
      load: order.station.flatMap { station in
        loaded(at: station).last { $0.load.lot == input }?.seq
      }
    )
    return judged(.used(use), doubts)
  }

  /// All lots that went into a lot, over any number of steps.
  private func contents(of lot: LotID) -> Set<LotID> {
    var contents: Set<LotID> = []
    while true {
      let more = uses.filter { $0.output == lot || contents.contains($0.output) }.map(\.input)
      if contents.isSuperset(of: more) { return contents.subtracting([lot]) }
      contents.formUnion(more)
    }
  }

  /// The lot that a serial number was last seen with: at a station, or as what something went into.
  private func lot(of serial: Label) -> LotID? {
    for fact in facts.reversed() {
      switch fact.happening {
      case .used(let use) where use.outputSerial == serial: return use.output
      case .unit(let unit, _, _, let binding) where unit.text == serial.text:
        return facts.lazy.compactMap { start -> LotID? in
          guard start.seq == binding, case .started(let lot, _, _) = start.happening else {
            return nil
          }
          return lot
        }.first
      default: break
      }
    }
    return nil
  }
}
