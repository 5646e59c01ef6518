package import Telemetry

/// The serialised boards and devices of the lots that are active.
package struct Units: Sendable, Hashable {
  /// What was last recorded of a unit.
  package struct Unit: Sendable, Hashable {
    package let serial: SerialNumber
    package let binding: Int
    package let lot: LotID
    package let event: UnitPassage.Event
    package let since: Instant

    /// What units are ordered by.
    fileprivate var came: (Instant, SerialNumber) { (since, serial) }
  }

  /// How many units of a lot have come and gone.
  package struct Count: Sendable, Hashable {
    /// Units that are in the station now.
    package fileprivate(set) var inside = 0
    package fileprivate(set) var left = 0
    package fileprivate(set) var removed = 0
    package fileprivate(set) var scrapped = 0

    /// Different units that were recorded.
    package var all: Int { inside + left + removed + scrapped }
  }

  /// Most units of a lot that the agent follows.
  static let limit = 100_000

  /// Units of one lot at one place.
  private struct Ledger: Sendable, Hashable {
    let binding: Int
    let lot: LotID
    var units: [SerialNumber: Unit] = [:]
    var count = Count()

    mutating func take(_ unit: Unit) {
      if let old = units[unit.serial] { count[old.event] -= 1 }
      count[unit.event] += 1
      units[unit.serial] = unit
    }
  }

  private var ledgers: [StationLane: Ledger] = [:]

  /// Units that were inside when their lot ended, and have not gone yet.
  private var lingering: [StationLane: [SerialNumber: Unit]] = [:]
  private var scrapped = ScrappedUnits()

  init() {}

  /// The units of the lot that is active at a place.
  package func count(at place: StationLane) -> Count { ledgers[place]?.count ?? Count() }

  /// Units that are at a place: those of its lot, and of earlier ones, by when they came.
  ///
  /// - Parameters:
  ///   - place: Where.
  ///   - count: How many of the last ones; there may be many thousand.
  /// - Returns: The last that came, the latest at the end.
  package func inside(_ place: StationLane, last count: Int = .max) -> [Unit] {
    let own = (ledgers[place]?.units ?? [:]).values.filter { $0.event == .entered }
    let all = own + (lingering[place] ?? [:]).values
    guard all.count > count else { return all.sorted { $0.came < $1.came } }
    var last: [Unit] = []
    for unit in all {
      if last.count == count {
        guard let first = last.first, first.came < unit.came else { continue }
        last.removeFirst()
      }
      let index = last.lastIndex { $0.came < unit.came }.map { $0 + 1 } ?? 0
      last.insert(unit, at: index)
    }
    return last
  }

  /// How many units are at a place.
  package func insideCount(_ place: StationLane) -> Int {
    count(at: place).inside + (lingering[place]?.count ?? 0)
  }

  mutating func apply(_ record: Record) {
    switch record.content {
    case .binding(let binding):
      let place = binding.place
      close(place)
      ledgers[place] = Ledger(binding: record.seq, lot: binding.lot)
    case .bindingEnd(let end): close(end.place)
    case .unit(let passage): take(passage, at: record.at)
    default: break
    }
  }

  private mutating func take(_ passage: UnitPassage, at instant: Instant) {
    let place = passage.place
    let known = lot(of: passage)
    lingering[place]?.removeValue(forKey: passage.serial)
    let isOfLot = ledgers[place]?.binding == passage.binding
    guard let lot = known else { return }
    let unit = Unit(
      serial: passage.serial,
      binding: passage.binding,
      lot: lot,
      event: passage.event,
      since: instant
    )
    if isOfLot { ledgers[place]?.take(unit) }
    if passage.event == .scrapped { scrapped.add(passage.serial, of: lot, at: instant) }
  }

  /// The lot of a unit that comes or goes: the one that is active, or an earlier one, with which the
  /// unit lingers.
  func lot(of passage: UnitPassage) -> LotID? {
    let place = passage.place
    if let ledger = ledgers[place], ledger.binding == passage.binding { return ledger.lot }
    return lingering[place]?[passage.serial]?.lot
  }

  private mutating func close(_ place: StationLane) {
    guard let ledger = ledgers.removeValue(forKey: place) else { return }
    let inside = ledger.units.filter { $0.value.event == .entered }
    let all = (lingering[place] ?? [:]).merging(inside) { $1 }
    let kept = all.values.sorted { $0.came > $1.came }
      .prefix(Self.limit)
    lingering[place] = Dictionary(kept.map { ($0.serial, $0) }) { first, _ in first }
  }

  /// Judges that a unit came or went.
  ///
  /// - Parameters:
  ///   - serial: The unit.
  ///   - event: What happened.
  ///   - place: Where.
  ///   - lot: The lot that is active there.
  /// - Returns: The binding that it belongs to.
  /// - Throws: ``BindingError`` when that cannot have happened.
  func binding(
    of serial: SerialNumber,
    _ event: UnitPassage.Event,
    at place: StationLane,
    lot: Lots.Active?
  ) throws(BindingError) -> Int {
    let unit = ledgers[place]?.units[serial] ?? lingering[place]?[serial]
    let end = lot.flatMap { scrapped.instant(serial, of: $0.binding.lot) }
    let scrapping = end.map { BindingError.unitScrapped(serial, at: place, since: $0) }
    switch event {
    case .entered:
      guard let lot else { throw .idle(place) }
      if let scrapping { throw scrapping }
      if let unit, unit.binding == lot.seq {
        if unit.event == .entered { throw .unitInside(serial, at: place, since: unit.since) }
      } else if count(at: place).all >= Self.limit {
        throw .tooManyUnits(place, limit: Self.limit)
      }
      return lot.seq
    case .left, .removed:
      if let unit, unit.event == .entered { return unit.binding }
    case .scrapped:
      if let unit, unit.event != .scrapped { return unit.binding }
    }
    throw scrapping ?? .unitNotInside(serial, at: place, inside: insideCount(place))
  }
}

extension Units.Count {
  fileprivate subscript(event: UnitPassage.Event) -> Int {
    get {
      switch event {
      case .entered: inside
      case .left: left
      case .removed: removed
      case .scrapped: scrapped
      }
    }
    set {
      switch event {
      case .entered: inside = newValue
      case .left: left = newValue
      case .removed: removed = newValue
      case .scrapped: scrapped = newValue
      }
    }
  }
}
