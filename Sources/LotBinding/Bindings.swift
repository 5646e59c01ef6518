package import Telemetry

/// Which lot each station works on, and what material stands there: a replay of the journal.
///
/// A value type without clocks or I/O. A command is judged first (``start(_:)``,
/// ``end(_:)``, …), which yields the record's content; when the record is durable, the caller hands
/// it to ``apply(_:)``, the same function that replays the journal at start.
package struct Bindings: Sendable, Hashable {
  /// A binding in force.
  package struct Active: Sendable, Hashable {
    package let seq: Int
    package let since: Instant
    package let binding: Binding
  }

  /// A material lot that stands at a station.
  package struct Loaded: Sendable, Hashable {
    package let seq: Int
    package let since: Instant
    package let load: MaterialLoad
  }

  private var stations: Set<StationID>
  private var active: [StationID: Active] = [:]
  private var spans: [StationID: [Span]] = [:]
  private var loaded: [StationID: [Loaded]] = [:]

  /// From when on which binding is in force, on the monotonic clock, which no clock step disturbs.
  private struct Span: Sendable, Hashable {
    let from: Duration
    let binding: Int?
  }

  /// Changes that are remembered for each station: enough for scans that are still on their way.
  private static let rememberedSpans = 8

  /// - Parameter stations: The stations that the configuration names.
  package init(stations: some Sequence<StationID>) { self.stations = Set(stations) }

  /// Knows other stations from now on; what is recorded of those that stay is kept.
  package mutating func adopt(stations: some Sequence<StationID>) {
    self.stations = Set(stations)
  }

  /// What stands in the way of knowing no more stations than these, station by station: a lot in
  /// work or material that is loaded could never be ended or unloaded.
  package func objections(toKeepingOnly kept: some Sequence<StationID>) -> [String] {
    stations.subtracting(kept).sorted().compactMap { station in
      if let active = active[station] {
        return "station \(station) is no longer there and works on lot \(active.binding.lot); end "
          + "it first: lotline lot end \(station)"
      }
      return loaded(at: station).first.map { material in
        "station \(station) is no longer there and has material lot \(material.load.lot) loaded; "
          + "unload it first: lotline material unload \(station) \(material.load.lot)"
      }
    }
  }

  /// The binding in force at a station, or nil.
  package func active(at station: StationID) -> Active? { active[station] }

  /// The binding that was in force at a station at a moment of this run, by its record.
  ///
  /// A scan is bound to the lot that was there at the middle of the scan, although it is recorded
  /// a little later.
  package func inForce(at station: StationID, uptime: Duration) -> Int? {
    guard let spans = spans[station] else { return active[station]?.seq }
    return (spans.last { $0.from <= uptime } ?? spans[0]).binding
  }

  /// Material at a station, in the order in which it was loaded.
  package func loaded(at station: StationID) -> [Loaded] { loaded[station] ?? [] }

  /// Takes a record that is in the journal; records that bind nothing change nothing.
  ///
  /// - Parameters:
  ///   - record: What was recorded.
  ///   - uptime: When it came into force on the monotonic clock; nil for a record of an earlier
  ///     run.
  package mutating func apply(_ record: Record, uptime: Duration? = nil) {
    switch record.content {
    case .binding(let binding):
      remember(record.seq, at: binding.station, from: uptime)
      active[binding.station] = Active(seq: record.seq, since: record.at, binding: binding)
    case .bindingEnd(let end):
      remember(nil, at: end.station, from: uptime)
      active[end.station] = nil
    case .materialLoad(let load):
      loaded[load.station, default: []]
        .append(Loaded(seq: record.seq, since: record.at, load: load))
    case .materialUnload(let unload):
      loaded[unload.station]?.removeAll { $0.seq == unload.load }
    default: break
    }
  }

  private mutating func remember(_ binding: Int?, at station: StationID, from uptime: Duration?) {
    guard let uptime else { return }
    var changes =
      spans[station] ?? [Span(from: .seconds(Int64.min / 2), binding: active[station]?.seq)]
    changes.append(Span(from: uptime, binding: binding))
    spans[station] = changes.suffix(Self.rememberedSpans)
  }

  /// Starts a lot.
  ///
  /// - Returns: What to record.
  /// - Throws: ``BindingError`` for an unknown station or one that works on a lot already.
  package func start(_ binding: Binding) throws(BindingError) -> Record.Content {
    try checkKnown(binding.station)
    if let current = active[binding.station] {
      throw .busy(binding.station, lot: current.binding.lot, since: current.since)
    }
    return .binding(binding)
  }

  /// Ends the lot at a station.
  ///
  /// - Returns: What to record.
  /// - Throws: ``BindingError`` for an unknown station or one without a lot.
  package func end(_ station: StationID) throws(BindingError) -> Record.Content {
    try checkKnown(station)
    guard let current = active[station] else { throw .idle(station) }
    return .bindingEnd(
      BindingEnd(station: station, lot: current.binding.lot, binding: current.seq)
    )
  }

  /// Loads a material lot.
  ///
  /// - Returns: What to record.
  /// - Throws: ``BindingError`` for an unknown station or material that is loaded there already.
  package func load(_ load: MaterialLoad) throws(BindingError) -> Record.Content {
    try checkKnown(load.station)
    if let there = loaded(at: load.station).first(where: { $0.load.lot == load.lot }) {
      throw .alreadyLoaded(load.station, lot: load.lot, since: there.since)
    }
    return .materialLoad(load)
  }

  /// Takes a material lot away.
  ///
  /// - Returns: What to record.
  /// - Throws: ``BindingError`` for an unknown station or material that is not loaded there.
  package func unload(_ lot: LotID, from station: StationID) throws(BindingError) -> Record.Content
  {
    try checkKnown(station)
    guard let there = loaded(at: station).first(where: { $0.load.lot == lot }) else {
      throw .notLoaded(station, lot: lot, loaded: loaded(at: station).map(\.load.lot))
    }
    return .materialUnload(MaterialUnload(station: station, lot: lot, load: there.seq))
  }

  /// Records that one lot went into another.
  ///
  /// - Returns: What to record.
  /// - Throws: ``BindingError`` when a lot would go into itself.
  package func consume(_ consumption: Consumption) throws(BindingError) -> Record.Content {
    if consumption.input == consumption.output { throw .intoItself(consumption.input) }
    return .consumption(consumption)
  }

  private func checkKnown(_ station: StationID) throws(BindingError) {
    guard stations.contains(station) else {
      throw .unknownStation(station, known: stations.sorted())
    }
  }
}
