package import Telemetry

/// Which lot each station works on, and what material stands there: a replay of the journal.
///
/// A value type without clocks or I/O. A command is judged first (``start(_:)``, ``end(_:)``, …),
/// which yields the record's content; when the record is durable, the caller hands it to
/// ``apply(_:uptime:)``, the same function that replays the journal at start.
package struct Bindings: Sendable, Hashable {
  private var stations: Set<StationID>
  private var lots = Lots()
  private var materials = Materials()

  /// What the plant has decided for doubtful cases.
  private var rules: BindingRules

  /// What the plant's systems say.
  package private(set) var lists = PlantLists()

  /// - Parameters:
  ///   - stations: The stations that the configuration names.
  ///   - rules: What it says of doubtful cases.
  package init(stations: some Sequence<StationID>, rules: BindingRules = BindingRules()) {
    self.stations = Set(stations)
    self.rules = rules
  }

  /// Knows other stations and rules from now on; what is recorded of stations that stay is kept.
  package mutating func adopt(stations: some Sequence<StationID>, rules: BindingRules) {
    self.stations = Set(stations)
    self.rules = rules
  }

  /// What stands in the way of knowing no more stations than these, station by station: a lot in
  /// work or material that is loaded could never be ended or unloaded.
  package func objections(toKeepingOnly kept: some Sequence<StationID>) -> [String] {
    stations.subtracting(kept).sorted().compactMap { station in
      if let active = active(at: station) {
        return "station \(station) is no longer there and works on lot \(active.binding.lot); end "
          + "it first: lotline lot end \(station)"
      }
      return loaded(at: station).first.map { material in
        "station \(station) is no longer there and has material lot \(material.load.lot) loaded; "
          + "unload it first: lotline material unload \(station) \(material.load.lot)"
      }
    }
  }

  // MARK: What is in force

  /// The binding in force at a station, or nil.
  package func active(at station: StationID) -> Lots.Active? { lots.active(at: station) }

  /// The binding that was in force at a station at a moment of this run, by its record.
  ///
  /// A scan is bound to the lot that was there at the middle of the scan, although it is recorded
  /// a little later.
  package func inForce(at station: StationID, uptime: Duration) -> Int? {
    lots.inForce(at: station, uptime: uptime)
  }

  /// Material at a station, in the order in which it was loaded.
  package func loaded(at station: StationID) -> [Materials.Loaded] {
    materials.loaded(at: station)
  }

  /// Takes a record that is in the journal; records that bind nothing change nothing.
  ///
  /// - Parameters:
  ///   - record: What was recorded.
  ///   - uptime: When it came into force on the monotonic clock; nil for a record of an earlier
  ///     run.
  package mutating func apply(_ record: Record, uptime: Duration? = nil) {
    lots.apply(record, uptime: uptime)
    materials.apply(record)
    lists.apply(record)
  }

  // MARK: Commands

  /// Starts a lot.
  ///
  /// - Returns: What to record.
  /// - Throws: ``BindingError`` for an unknown station or one that works on a lot already.
  package func start(_ binding: Binding) throws(BindingError) -> Judgement {
    try checkKnown(binding.station)
    return try lots.start(binding)
  }

  /// Ends the lot at a station.
  ///
  /// - Returns: What to record.
  /// - Throws: ``BindingError`` for an unknown station or one without a lot.
  package func end(_ station: StationID) throws(BindingError) -> Judgement {
    try checkKnown(station)
    return try lots.end(station)
  }

  /// Loads a material lot.
  ///
  /// - Returns: What to record.
  /// - Throws: ``BindingError`` for an unknown station or material that is loaded there already.
  package func load(_ load: MaterialLoad) throws(BindingError) -> Judgement {
    try checkKnown(load.station)
    return try materials.load(load)
  }

  /// Takes a material lot away.
  ///
  /// - Returns: What to record.
  /// - Throws: ``BindingError`` for an unknown station or material that is not loaded there.
  package func unload(_ lot: LotID, from station: StationID) throws(BindingError) -> Judgement {
    try checkKnown(station)
    return try materials.unload(lot, from: station)
  }

  /// Records that one lot went into another.
  ///
  /// - Returns: What to record.
  /// - Throws: ``BindingError`` when a lot would go into itself.
  package func consume(_ consumption: Consumption) throws(BindingError) -> Judgement {
    try materials.consume(consumption)
  }

  private func checkKnown(_ station: StationID) throws(BindingError) {
    guard stations.contains(station) else {
      throw .unknownStation(station, known: stations.sorted())
    }
  }
}
