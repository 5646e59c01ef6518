internal import LotBinding
internal import Settings
internal import StationAPI
internal import Telemetry

extension Recorder {
  /// Whether a lot may run at a station now, or those in work there, and why not.
  ///
  /// - Parameters:
  ///   - lot: The lot; nil for those in work.
  ///   - station: Where.
  ///   - lane: The lane; nil for all of them.
  ///   - settings: What the configuration says of the station's interlock; nil for nothing.
  /// - Returns: The answer, with every reason.
  /// - Throws: `BindingError` for an unknown station or lane.
  func interlock(
    _ lot: LotID?,
    at station: StationID,
    lane: LaneID? = nil,
    _ settings: InterlockSettings?
  ) throws -> InterlockAnswer {
    let now = time.now()
    let judgement = try bindings.mayRun(lot, at: station, lane: lane, now: now)
    var reasons = judgement.reasons
    if judgement.lots.isEmpty, settings?.stopsWithoutLot != false {
      let sentence = "\(station) works on no lot; start one: lotline lot start \(station) LOT"
      reasons.append(BindingNote(code: "no_lot", sentence: sentence))
    }
    if settings?.stopsWhenSilent != false {
      for (device, silence) in board.silences(at: station) {
        let sentence = "\(device) is silent since \(silence.since): \(silence.detail)"
        reasons.append(BindingNote(code: "device_silent", sentence: sentence))
      }
    }
    return InterlockAnswer(
      station: station,
      lots: judgement.lots,
      at: now,
      reasons: reasons,
      warnings: judgement.warnings
    )
  }

  /// The same for an output, which must have an answer whatever happens.
  func interlock(_ settings: InterlockSettings) -> InterlockAnswer {
    do {
      return try interlock(nil, at: settings.station, settings)
    } catch {
      return .stop(
        settings.station,
        at: time.now(),
        because: BindingNote(code: "unknown_station", sentence: "\(error)")
      )
    }
  }

  /// Records an event; it is durable when this returns, unless the disk fails.
  func record(_ event: Event) {
    followClock()
    write(.event(event), at: time.now())
    commitNow()
  }
}
