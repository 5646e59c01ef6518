internal import Acquisition
internal import LotBinding
internal import Telemetry

/// What is where on the conveyors of all stations, and what scans are bound to by that: pure.
struct ConveyorBoard: Sendable {
  /// What a frame is bound to.
  struct Binding: Sendable, Hashable {
    var bindings: [Bound] = []
    var unsure: [Int] = []
    var belts: [BeltReading] = []
  }

  private var planned: [StationID: PlannedConveyor] = [:]
  private var transits: [StationID: Transit] = [:]

  /// The places of scan groups that serve a conveyor, and their period.
  private var groups: [ScanGroupID: (places: [Place], period: Duration)] = [:]

  /// Belts whose speed was known when they were last looked at.
  private var lost: Set<StationID> = []
  private var exits = BoardExits()

  init() {}

  /// Whether there is nothing to do.
  var isEmpty: Bool { transits.isEmpty }

  /// Goes by other conveyors from now on; those that are as before are kept.
  ///
  /// - Parameters:
  ///   - conveyors: Of all stations that have one.
  ///   - layouts: What the frames of all scan groups are.
  ///   - last: How far belts had run that are not known here.
  ///   - uptime: Now.
  /// - Returns: Stations of which the journal must be read anew.
  mutating func adopt(
    _ conveyors: [PlannedConveyor],
    layouts: [FrameLayout],
    resumingAt last: [StationID: [BeltReading]],
    at uptime: Duration
  ) -> Set<StationID> {
    var anew: Set<StationID> = []
    var kept: [StationID: Transit] = [:]
    for conveyor in conveyors.map(\.conveyor) {
      let before = transits[conveyor.station]
      if let before, before.conveyor == conveyor {
        kept[conveyor.station] = before
        continue
      }
      anew.insert(conveyor.station)
      var belts = before?.belts(at: uptime) ?? last[conveyor.station] ?? []
      while let more = belts.last, belts.count < conveyor.belts.count { belts.append(more) }
      kept[conveyor.station] = Transit(conveyor, resumingAt: belts, at: uptime)
    }
    exits.forget(Set(transits.keys).subtracting(kept.keys).union(anew))
    transits = kept
    lost.formIntersection(kept.keys)
    planned = Dictionary(conveyors.map { ($0.conveyor.station, $0) }) { first, _ in first }
    groups = [:]
    for layout in layouts where layout.conveyors != nil {
      groups[layout.id] = (layout.boundPlaces, layout.period ?? .seconds(1))
    }
    return anew
  }

  /// Takes what a scan says of belts and boards.
  ///
  /// - Returns: What to record, and to ``apply(_:uptime:)`` then.
  mutating func take(_ scan: Scan) -> [BoardPassage] {
    var passages: [BoardPassage] = []
    for (station, conveyor) in planned {
      guard let inputs = conveyor.inputs[scan.group] else { continue }
      for input in inputs {
        let reading = scan.readings[input.signal]
        let value = reading.quality.isGood ? reading.value : nil
        switch input.meaning {
        case .speed(let belt, let factor):
          guard let speed = value?.number else { continue }
          transits[station]?.take(speed: speed * factor, ofBelt: belt, at: scan.uptime)
        case .eye(let eye, let lane, let isCoveredWhenOn):
          let isOn = value?.isOn
          let passage = transits[station]?.take(
            eye,
            ofLane: lane,
            isCovered: isOn.map { $0 == isCoveredWhenOn },
            at: scan.uptime
          )
          if let passage { passages.append(passage) }
        }
      }
      passages += transits[station]?.look(at: scan.uptime) ?? []
    }
    return passages
  }

  /// Stations whose speed was lost or came back since this was asked last.
  mutating func speedChanges(at uptime: Duration) -> [(station: StationID, isLost: Bool)] {
    var changes: [(station: StationID, isLost: Bool)] = []
    for (station, transit) in transits {
      let isLost = transit.speedLost(at: uptime)
      if isLost != lost.contains(station) { changes.append((station, isLost)) }
    }
    for change in changes {
      if change.isLost { lost.insert(change.station) } else { lost.remove(change.station) }
    }
    return changes.sorted { $0.station < $1.station }
  }

  /// Takes a record that is in the journal.
  mutating func apply(_ record: Record, uptime: Duration) {
    guard let station = record.content.conveyorStation else { return }
    transits[station]?.apply(record, uptime: uptime)
    if transits[station] != nil { exits.apply(record) }
  }

  /// The same content, with where the belt is when that is recorded.
  func stamped(_ content: Record.Content, at uptime: Duration) -> Record.Content {
    guard let station = content.conveyorStation, let transit = transits[station] else {
      return content
    }
    switch content {
    case .binding(let binding):
      return .binding(binding.with(belt: transit.entryMark(in: binding.lane, at: uptime)))
    case .bindingEnd(let end):
      return .bindingEnd(end.with(belt: transit.tailMark(in: end.lane, at: uptime)))
    case .unit(let passage) where passage.event == .entered:
      return .unit(passage.with(belt: transit.entryMark(in: passage.lane, at: uptime)))
    default: return content
    }
  }

  /// Whether a lot that is started at a station takes the place of the one before.
  func nextLotFollows(at station: StationID) -> Bool {
    transits[station]?.conveyor.nextLot == .follows
  }

  /// Binds a scan to the lots that were in front of its sensors.
  ///
  /// - Parameters:
  ///   - scan: What was read.
  ///   - stations: That its device serves.
  ///   - inForce: What is bound at a station that has no conveyor.
  /// - Returns: What its frame is bound to.
  func bind(_ scan: Scan, of stations: [StationID], _ inForce: (StationID) -> Bound) -> Binding {
    guard let group = groups[scan.group] else { return Binding(bindings: stations.map(inForce)) }
    var binding = Binding()
    // The places of one station lie together.
    var station: StationID?
    var conveyor: (transit: Transit, moment: Transit.Moment)?
    for (index, place) in group.places.enumerated() {
      if station != place.station {
        station = place.station
        conveyor = transits[place.station].map { transit in
          (transit, transit.moment(scannedEvery: group.period, at: scan.uptime))
        }
      }
      guard let conveyor else {
        binding.bindings.append(inForce(place.station))
        continue
      }
      let found = conveyor.transit.bound(at: place.position, in: conveyor.moment)
      binding.bindings.append(found.bound)
      if !found.isSure { binding.unsure.append(index) }
    }
    binding.belts = stations.flatMap { transits[$0]?.belts(at: scan.uptime) ?? [] }
    return binding
  }

  /// Boards that entered before one that is about to leave, and that none has passed so far.
  func passed(by serial: SerialNumber, at place: StationLane) -> [SerialNumber] {
    exits.passed(by: serial, at: place)
  }

  /// Boards of a station that did not come out as they should have, each in a sentence.
  func problems(at station: StationID, now: Instant) -> [String] {
    exits.problems(at: station, now: now)
  }

  /// A station's conveyor; nil when it has none.
  func transit(at station: StationID) -> Transit? { transits[station] }
}

extension Value {
  /// A bit, or a number that is used as one.
  fileprivate var isOn: Bool? {
    if case .flag(let flag) = self { return flag }
    return number.map { $0 != 0 }
  }
}

extension Record.Content {
  /// The station of a record that says what is on a conveyor.
  var conveyorStation: StationID? {
    switch self {
    case .binding(let binding): binding.station
    case .bindingEnd(let end): end.station
    case .unit(let passage): passage.station
    case .board(let passage): passage.station
    default: nil
    }
  }

  /// Where the belt was at least, as such a record says it; the tail of a lot that ends lies behind.
  var belt: BeltReading? {
    switch self {
    case .binding(let binding): binding.belt
    case .unit(let passage): passage.belt
    case .board(let passage): passage.belt
    default: nil
    }
  }
}
