package import Telemetry

/// Which lots each station works on, who is there, and what material stands there: a replay of the
/// journal.
///
/// A value type without clocks or I/O. A command is judged first (``start(_:now:)``, ``end(_:_:)``,
/// …), which yields the record's content; when the record is durable, the caller hands it to
/// ``apply(_:uptime:)``, the same function that replays the journal at start.
package struct Bindings: Sendable, Hashable {
  private(set) var plan: BindingPlan
  package private(set) var lots = Lots()
  package private(set) var units = Units()
  package private(set) var crews = Crews()
  private(set) var materials = Materials()
  private(set) var assembly = Assembly()
  package private(set) var instruments = Instruments()

  package private(set) var corrections = Corrections()

  /// What the plant's systems say.
  package private(set) var lists = PlantLists()

  /// - Parameter plan: What the configuration says.
  package init(_ plan: BindingPlan) { self.plan = plan }

  /// - Parameter stations: Stations without lanes, for which everything else is as it is without a
  ///   word in the configuration.
  package init(stations: some Sequence<StationID>) {
    self.init(BindingPlan(stations: Dictionary(stations.map { ($0, []) }) { first, _ in first }))
  }

  /// Goes by another plan from now on; what is recorded of stations that stay is kept.
  package mutating func adopt(_ plan: BindingPlan) { self.plan = plan }

  /// What stands in the way of another plan, station by station: a lot in work or material that is
  /// loaded could never be ended or unloaded.
  package func objections(to new: BindingPlan) -> [String] {
    plan.stations.keys.sorted().compactMap { station in
      for active in lots.active(at: station) {
        let place = active.place
        do throws(BindingError) { try new.check(place) } catch {
          return
            "\(place) is no longer there and works on lot \(active.binding.lot); end it first: "
            + "lotline lot end \(place.arguments)"
        }
      }
      if new.stations[station] != nil { return nil }
      return loaded(at: station).first.map { material in
        "\(station) is no longer there and has material lot \(material.load.lot) loaded; "
          + "unload it first: lotline material unload \(station) \(material.load.lot)"
      }
    }
  }

  // MARK: What is in force

  /// What was in force at a station at a moment of this run, by its records.
  ///
  /// A scan is bound to the lots that were there at the middle of the scan, although it is recorded
  /// a little later.
  package func inForce(at station: StationID, uptime: Duration) -> Bound {
    lots.inForce(at: station, uptime: uptime)
  }

  /// The crew that was at a station at a moment of this run, by its record; nil for nobody.
  package func crewInForce(at station: StationID, uptime: Duration) -> Int? {
    crews.inForce(at: station, uptime: uptime)
  }

  /// Material at a station as far as is known by now, in the order in which it was loaded.
  package func loaded(at station: StationID) -> [Materials.Loaded] {
    materials.loaded(at: station, corrections)
  }

  /// Takes a record that is in the journal; records that bind nothing change nothing.
  ///
  /// - Parameters:
  ///   - record: What was recorded.
  ///   - uptime: When it came into force on the monotonic clock; nil for a record of an earlier
  ///     run.
  package mutating func apply(_ record: Record, uptime: Duration? = nil) {
    lots.apply(record, uptime: uptime)
    noteUnit(record)
    units.apply(record)
    crews.apply(record, uptime: uptime)
    materials.apply(record)
    corrections.apply(record)
    lists.apply(record)
    instruments.apply(record)
    assembly.apply(record, corrections)
  }

  /// Remembers the lot of a serial number that came or went, for whoever builds it in later.
  private mutating func noteUnit(_ record: Record) {
    guard case .unit(let unit) = record.content, let lot = units.lot(of: unit),
      let serial = try? Label(unit.serial.text)
    else { return }
    assembly.note(serial, of: lot)
  }
}
