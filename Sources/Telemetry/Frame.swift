/// One scan of one scan group: one time, all values, their quality, the bindings in force.
package struct Frame: Sendable, Hashable {
  /// The middle between the first request's departure and the last reply's arrival.
  package let at: Instant

  /// Microseconds between those two; the time is right to within half of it.
  package let spanMicroseconds: Int

  /// Sequence number of the ``FrameLayout`` that names the readings.
  package let layout: Int

  /// What was in force at each of the layout's places: one for each station, unless it has a conveyor
  /// (``FrameLayout/boundPlaces``).
  package let bindings: [Bound]

  /// Places, by index and ascending, of which it is not sure what was there: ``bindings`` names all
  /// that may have been.
  package let unsure: [Int]

  /// How far the belts of the layout's conveyors had run, in their order.
  package let belts: [BeltReading]

  /// Sequence number of the ``CrewChange`` in force, for each of the layout's stations; nil where
  /// nobody was signed on, and empty when that is so at all of them.
  package let crews: [Int?]

  /// One reading for each of the layout's signals, in its order.
  package let readings: [Reading]

  /// Scans between this frame and the one before it of the same layout that were left out, since
  /// their readings lay within the layout's deadbands of the one before; their bindings and
  /// qualities were those of the one before.
  package private(set) var skipped: Int

  package init(
    at: Instant,
    spanMicroseconds: Int,
    layout: Int,
    bindings: [Bound],
    unsure: [Int] = [],
    belts: [BeltReading] = [],
    crews: [Int?] = [],
    readings: [Reading],
    skipped: Int = 0
  ) {
    self.at = at
    self.spanMicroseconds = spanMicroseconds
    self.layout = layout
    self.bindings = bindings
    self.unsure = unsure
    self.belts = belts
    self.crews = crews.allSatisfy { $0 == nil } ? [] : crews
    self.readings = readings
    self.skipped = skipped
  }

  /// The same frame, before which scans were left out.
  package func with(skipped: Int) -> Frame {
    var copy = self
    copy.skipped = skipped
    return copy
  }
}

/// What the readings of a scan group's frames mean.
///
/// Written once when the agent starts and whenever it changes, so that each frame need only name it.
package struct FrameLayout: Sendable, Hashable, Codable {
  package let device: DeviceID

  /// The scan group's name in the profile.
  package let group: String

  /// The profile's name.
  package let profile: String

  /// SHA-256 of the profile file's bytes; a ``ProfileRevision`` with this hash precedes.
  package let profileHash: Digest

  /// Milliseconds from one scan to the next; nil for an instrument that sends by itself.
  package let periodMilliseconds: Int?

  /// Milliseconds without a frame after which one is recorded whatever it says; nil records all.
  ///
  /// With it, a scan is left out when its bindings and qualities are those of the last recorded
  /// frame, and each value is the same or within its signal's ``SignalDescription/deadband`` of it.
  package let heartbeatMilliseconds: Int?

  /// The stations that the device serves.
  package let stations: [StationID]

  /// The conveyors of those of them that have one, in the same order; nil when none has.
  package let conveyors: [ConveyorDescription]?

  /// The places that frames are bound at; nil when they are the stations.
  package let places: [Place]?

  package let signals: [SignalDescription]

  package init(
    device: DeviceID,
    group: String,
    profile: String,
    profileHash: Digest,
    periodMilliseconds: Int?,
    heartbeatMilliseconds: Int? = nil,
    stations: [StationID],
    conveyors: [ConveyorDescription] = [],
    signals: [SignalDescription]
  ) {
    self.device = device
    self.group = group
    self.profile = profile
    self.profileHash = profileHash
    self.periodMilliseconds = periodMilliseconds
    self.heartbeatMilliseconds = heartbeatMilliseconds
    self.stations = stations
    let conveyors = stations.compactMap { station in conveyors.first { $0.station == station } }
    self.conveyors = conveyors.isEmpty ? nil : conveyors
    places = conveyors.isEmpty ? nil : Self.places(of: stations, conveyors, signals)
    self.signals = signals
  }

  private enum CodingKeys: String, CodingKey {
    case device, group, profile, stations, conveyors, places, signals
    case profileHash = "profile_sha256"
    case periodMilliseconds = "period_ms"
    case heartbeatMilliseconds = "heartbeat_ms"
  }
}

/// One measured quantity of a device, as far as its readings must be understood.
package struct SignalDescription: Sendable, Hashable, Codable {
  /// Unique within the device: `zone1.top.temperature`.
  package let name: String

  /// What is measured: `temperature`, `oxygen`.
  package let quantity: String?

  /// UCUM code: `Cel`, `cm/min`, `[ppm]`; nil for states and texts.
  package let unit: String?

  /// Metres from the conveyor's entry to the sensor.
  package let position: Double?

  /// What the plant calls the instrument's calibration.
  package private(set) var calibration: String?

  /// Changes up to this, in ``unit``, may be left out of the record; only in a layout with a
  /// heartbeat.
  package private(set) var deadband: Double?

  package init(
    name: String,
    quantity: String? = nil,
    unit: String? = nil,
    position: Double? = nil,
    calibration: String? = nil,
    deadband: Double? = nil
  ) {
    self.name = name
    self.quantity = quantity
    self.unit = unit
    self.position = position
    self.calibration = calibration
    self.deadband = deadband
  }

  /// The same signal of another instrument.
  package func with(calibration: String?) -> SignalDescription {
    var copy = self
    copy.calibration = calibration
    return copy
  }

  /// The same signal, whatever rule its frames were recorded by.
  package var withoutDeadband: SignalDescription {
    var copy = self
    copy.deadband = nil
    return copy
  }
}
