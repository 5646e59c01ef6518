import LotBinding
import Telemetry
import TestSupport

/// The agent beside the model's conveyor: what it reads of the belt, and what it binds by that.
extension ModelRun {
  /// Each scan of the conveyor reads two to the power of its number, which a sum must be able to hold.
  static let mostBeltScans = 50

  static let conveyor = Conveyor(
    station: ReferencePlant.wave,
    length: Double(PlantBelt.length) / 1_000,
    reach: Double(PlantBelt.reach) / 1_000,
    belts: [
      Conveyor.Belt(
        fastest: Double(PlantBelt.fastest) / 1_000,
        accuracy: 0,
        hold: .seconds(PlantBelt.hold),
        period: .seconds(1)
      )
    ],
    boardLength: Double(PlantBelt.boardLength) / 1_000,
    nextLot: .waits
  )

  static let beltLayout = FrameLayout(
    device: DeviceID(checked: "wave"),
    group: "zones",
    profile: "wave",
    profileHash: .sha256([]),
    periodMilliseconds: 1_000,
    stations: [ReferencePlant.wave],
    conveyors: [conveyor.description],
    signals: PlantBelt.zones.enumerated().map { index, zone in
      SignalDescription(name: "zone\(index + 1)", position: Double(zone) / 1_000)
    } + [SignalDescription(name: "oxygen")]
  )

  /// Reads the belt's speed once a second, where that can be read.
  mutating func followBelt() {
    while followed < model.second {
      followed += 1
      guard model.belt.isRead else { continue }
      let speed = model.belt.speed(at: followed)
      transit.take(speed: Double(speed) / 1_000, ofBelt: 0, at: .seconds(followed))
      model.belt.lastRead = (followed, speed)
    }
  }

  /// The belt runs at another speed; while its last good speed is believed, it keeps to that.
  mutating func setBelt(speed: Int) {
    let believed = model.belt.lastRead.map { $0.second + PlantBelt.hold } ?? .min
    if !model.belt.isRead, model.second < believed { return }
    model.belt.set(speed: speed, at: model.second)
  }

  /// The speed can be read from now on, or cannot.
  mutating func setSpeedSignal(isGood: Bool) {
    let isKnown = model.belt.lastRead.map { $0.speed == model.belt.speed(at: model.second) }
    if !isGood, isKnown == false { return }
    model.belt.isRead = isGood
  }

  /// The agent is started, and follows its conveyor from where the journal says that it was.
  mutating func restartBelt() throws {
    var last: BeltReading?
    var mark: BeltReading?
    var tail = -Double.infinity
    let records = try journal.records.map { try RecordCoding.decode($0) }
    for record in records {
      switch record.content {
      case .frame(let frame): last = frame.belts.first ?? last
      case .binding(let binding): mark = Self.later(mark, binding.belt)
      case .unit(let passage): mark = Self.later(mark, passage.belt)
      case .bindingEnd(let end): tail = max(tail, end.belt?.low ?? tail, end.belt?.high ?? tail)
      default: break
      }
    }
    let belts = Self.later(last, mark).map { [BeltReading(low: $0.low, high: max($0.high, tail))] }
    transit = Transit(Self.conveyor, resumingAt: belts ?? [], at: .seconds(model.second))
    for record in records where Self.isOnBelt(record.content) {
      transit.apply(record, uptime: .seconds(model.second))
    }
    followed = model.second
    model.belt.lastRead = nil
  }

  private static func later(_ one: BeltReading?, _ other: BeltReading?) -> BeltReading? {
    guard let one, let other else { return one ?? other }
    return BeltReading(low: max(one.low, other.low), high: max(one.high, other.high))
  }

  static func isOnBelt(_ content: Record.Content) -> Bool {
    switch content {
    case .binding(let binding): binding.station == ReferencePlant.wave
    case .bindingEnd(let end): end.station == ReferencePlant.wave
    case .unit(let passage): passage.station == ReferencePlant.wave
    default: false
    }
  }

  /// The same content with where the belt is.
  func stamped(_ content: Record.Content) -> Record.Content {
    guard Self.isOnBelt(content) else { return content }
    let uptime = Duration.seconds(model.second)
    switch content {
    case .binding(let binding):
      return .binding(binding.with(belt: transit.entryMark(in: nil, at: uptime)))
    case .bindingEnd(let end):
      return .bindingEnd(end.with(belt: transit.tailMark(in: nil, at: uptime)))
    case .unit(let passage) where passage.event == .entered:
      return .unit(passage.with(belt: transit.entryMark(in: nil, at: uptime)))
    default: return content
    }
  }

  /// A scan of the conveyor becomes a frame; what each of its places is bound to is right, or said to
  /// be unsure.
  mutating func scanBelt(_ second: Int) throws -> String? {
    // Scans of one group come one after the other.
    guard second > model.beltScans.last?.second ?? 0, model.beltScans.count < Self.mostBeltScans
    else { return nil }
    followBelt()
    let uptime = Duration.seconds(second)
    _ = transit.look(at: uptime)
    let moment = transit.moment(scannedEvery: .seconds(1), at: uptime)
    var (bindings, unsure): ([Bound], [Int]) = ([], [])
    var zones: [ReferencePlant.BeltScan.Zone] = []
    for (index, place) in Self.beltLayout.boundPlaces.enumerated() {
      let (bound, isSure) = transit.bound(at: place.position, in: moment)
      let zone = place.position.map { Int(($0 * 1_000).rounded()) }
      let (named, there) = (Set(bound.bindings), model.onBelt(at: zone, second: second))
      guard isSure ? named == there : named.isSuperset(of: there) else {
        return "at \(second) s, \(zone.map { "\($0) mm" } ?? "the conveyor") is bound to "
          + "\(named.sorted()), sure: \(isSure), and there is \(there.sorted())"
      }
      bindings.append(bound)
      if isSure { sureReadings += 1 } else { unsure.append(index) }
      if zone != nil { zones.append(.init(bound: named, isSure: isSure)) }
    }
    beltReadings += bindings.count
    let value = Reading(.integer(1 << model.beltScans.count))
    model.add(ReferencePlant.BeltScan(second: second, zones: zones))
    try record(
      .frame(
        Frame(
          at: model.clock.instant(at: second),
          spanMicroseconds: 1_840,
          layout: beltLayoutSeq,
          bindings: bindings,
          unsure: unsure,
          belts: transit.belts(at: uptime),
          crews: [self.bindings.crewInForce(at: ReferencePlant.wave, uptime: uptime)],
          readings: Array(repeating: value, count: Self.beltLayout.signals.count)
        )
      )
    )
    return nil
  }
}
