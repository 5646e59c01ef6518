internal import Acquisition
internal import JournalStore
internal import Logging
internal import LotBinding
internal import Profiles
internal import StationAPI
internal import Telemetry

extension Recorder {
  /// Loads material; durable when this returns.
  func load(_ order: MaterialOrder, scan: String? = nil) throws -> Done {
    try perform(scan: scan) { bindings, now in try bindings.load(order, at: now.wall) }
  }

  /// Takes material away; durable when this returns.
  func unload(_ order: UnloadOrder) throws -> Done {
    try perform { bindings, _ in try bindings.unload(order) }
  }

  /// Records that something went into something else; durable when this returns.
  func consume(_ order: ConsumptionOrder) throws -> Done {
    try perform { bindings, now in try bindings.consume(order, at: now.wall) }
  }

  /// Records that an instrument was calibrated; durable when this returns.
  func calibrate(_ calibration: Calibration) throws -> Done {
    try perform { bindings, now in try bindings.calibrate(calibration, at: now.wall) }
  }

  /// Records what has happened by the calendar alone: material that has expired, instruments that are
  /// due.
  func lookAtCalendar() {
    let events = bindings.calendarEvents(at: time.now())
    if events.isEmpty { return }
    followClock()
    for event in events {
      // Told again the next time when the journal does not take it.
      guard let record = try? append(.event(event)) else { return }
      bindings.apply(record)
      logger.warning("\(event.detail)")
    }
  }

  /// The material at a station, and what is wrong with it now.
  func materials(at station: StationID) -> [StationStatus.LoadedMaterial] {
    let now = time.now()
    return bindings.loaded(at: station).map { loaded in
      let doubts = bindings.doubts(about: loaded, at: now)
      return StationStatus.LoadedMaterial(
        seq: loaded.seq,
        since: loaded.since,
        load: loaded.load,
        doubts: doubts.isEmpty ? nil : doubts
      )
    }
  }

  /// The instruments that are named, or were ever calibrated.
  func instruments() -> [InstrumentStatus] {
    let use = board.instruments
    let names = Set(use.keys).union(bindings.instruments.known).sorted()
    return names.map { instrument(named: $0, use: use[$0]) }
  }

  /// One instrument; nil when it is neither named nor was ever calibrated.
  func instrument(named name: Label) -> InstrumentStatus? {
    let use = board.instruments[name]
    if use == nil, bindings.instruments.history(of: name).entries.isEmpty { return nil }
    return instrument(named: name, use: use)
  }

  /// What is known of its calibrations.
  func calibrations() -> Instruments { bindings.instruments }

  private func instrument(named name: Label, use: DeviceBoard.Use?) -> InstrumentStatus {
    let standing = bindings.instruments.standing(of: name, at: time.now())
    return InstrumentStatus(
      instrument: name,
      state: standing.state.rawValue,
      since: standing.since,
      doubt: standing.doubt,
      stations: use?.stations.sorted() ?? [],
      signals: use?.signals ?? [],
      seq: standing.last?.source.seq,
      last: standing.last?.calibration
    )
  }
}
