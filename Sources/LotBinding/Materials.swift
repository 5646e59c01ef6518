package import Telemetry

/// What material stands at each station.
package struct Materials: Sendable, Hashable {
  /// A material lot that stands at a station.
  package struct Loaded: Sendable, Hashable {
    package let seq: Int
    package let since: Instant
    package let load: MaterialLoad
  }

  private var loaded: [StationID: [Loaded]] = [:]

  init() {}

  /// Material at a station, in the order in which it was loaded.
  package func loaded(at station: StationID) -> [Loaded] { loaded[station] ?? [] }

  mutating func apply(_ record: Record) {
    switch record.content {
    case .materialLoad(let load):
      loaded[load.station, default: []]
        .append(Loaded(seq: record.seq, since: record.at, load: load))
    case .materialUnload(let unload):
      loaded[unload.station]?.removeAll { $0.seq == unload.load }
    default: break
    }
  }

  func load(_ load: MaterialLoad) throws(BindingError) -> Judgement {
    if let there = loaded(at: load.station).first(where: { $0.load.lot == load.lot }) {
      throw .alreadyLoaded(load.station, lot: load.lot, since: there.since)
    }
    return Judgement(.materialLoad(load))
  }

  func unload(_ lot: LotID, from station: StationID) throws(BindingError) -> Judgement {
    guard let there = loaded(at: station).first(where: { $0.load.lot == lot }) else {
      throw .notLoaded(station, lot: lot, loaded: loaded(at: station).map(\.load.lot))
    }
    return Judgement(.materialUnload(MaterialUnload(station: station, lot: lot, load: there.seq)))
  }

  func consume(_ consumption: Consumption) throws(BindingError) -> Judgement {
    if consumption.input == consumption.output { throw .intoItself(consumption.input) }
    return Judgement(.consumption(consumption))
  }
}
