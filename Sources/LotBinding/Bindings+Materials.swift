package import Telemetry

extension Bindings {
  /// Loads a material lot.
  ///
  /// - Returns: What to record.
  /// - Throws: ``BindingError`` for an unknown station or material that is loaded there already.
  package func load(_ load: MaterialLoad) throws(BindingError) -> Judgement {
    try plan.check(load.station)
    return try materials.load(load)
  }

  /// Takes a material lot away.
  ///
  /// - Returns: What to record.
  /// - Throws: ``BindingError`` for an unknown station or material that is not loaded there.
  package func unload(_ lot: LotID, from station: StationID) throws(BindingError) -> Judgement {
    try plan.check(station)
    return try materials.unload(lot, from: station)
  }

  /// Records that one lot went into another.
  ///
  /// - Returns: What to record.
  /// - Throws: ``BindingError`` when a lot would go into itself.
  package func consume(_ consumption: Consumption) throws(BindingError) -> Judgement {
    try materials.consume(consumption)
  }
}
