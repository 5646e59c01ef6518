internal import GRDB
internal import Telemetry

/// The layouts that a batch is about, each of them taken apart once.
struct StoredLayouts {
  let db: Database
  let journal: Int64
  private var known: [Int: StoredLayout] = [:]

  init(db: Database, journal: Int64) {
    self.db = db
    self.journal = journal
  }

  /// - Returns: nil when the journal holds no such layout.
  mutating func layout(_ seq: Int) throws -> StoredLayout? {
    if let layout = known[seq] { return layout }
    let layout = try StoredLayout.fetch(db, journal: journal, seq: seq)
    known[seq] = layout
    return layout
  }
}

/// A layout as the hub keeps it: what the frames of a scan group are checked and counted by.
struct StoredLayout {
  let device: DeviceID
  let stations: [StationID]
  let signals: [SignalDescription]

  /// The places that frames are bound at, the belts that they tell of, and for each signal the places
  /// that its readings are taken at.
  let places: [Place]
  let belts: Int
  let placesOfSignals: [[Int]]

  fileprivate static func fetch(_ db: Database, journal: Int64, seq: Int) throws -> StoredLayout? {
    let row = try Row.fetchOne(
      db.cachedStatement(sql: "SELECT * FROM layout WHERE journal = ? AND seq = ?"),
      arguments: [journal, seq]
    )
    return try row.map(StoredLayout.init)
  }

  private init(_ row: Row) throws {
    let signals: [SignalDescription] = try row.json("signals")
    let layout = FrameLayout(
      device: DeviceID(checked: row["device"]),
      group: row["scan_group"],
      profile: "",
      profileHash: .sha256([]),
      periodMilliseconds: nil,
      stations: try row.json("stations"),
      conveyors: try row.jsonIfPresent("conveyors") ?? [],
      signals: signals
    )
    device = layout.device
    stations = layout.stations
    self.signals = signals
    places = layout.boundPlaces
    belts = layout.beltCount
    placesOfSignals = layout.placesOfSignals
  }
}
