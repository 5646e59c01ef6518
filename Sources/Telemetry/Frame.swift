/// One scan of one scan group: one time, all values, their quality, the bindings in force.
package struct Frame: Sendable, Hashable {
  /// The middle between the first request's departure and the last reply's arrival.
  package let at: Instant

  /// Microseconds between those two; the time is right to within half of it.
  package let spanMicroseconds: Int

  /// Sequence number of the ``FrameLayout`` that names the readings.
  package let layout: Int

  /// Sequence number of the ``Binding`` in force, for each of the layout's stations; nil where no
  /// lot was active.
  package let bindings: [Int?]

  /// One reading for each of the layout's signals, in its order.
  package let readings: [Reading]

  package init(
    at: Instant,
    spanMicroseconds: Int,
    layout: Int,
    bindings: [Int?],
    readings: [Reading]
  ) {
    self.at = at
    self.spanMicroseconds = spanMicroseconds
    self.layout = layout
    self.bindings = bindings
    self.readings = readings
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

  /// The stations that the device serves.
  package let stations: [StationID]

  package let signals: [SignalDescription]

  package init(
    device: DeviceID,
    group: String,
    profile: String,
    profileHash: Digest,
    periodMilliseconds: Int?,
    stations: [StationID],
    signals: [SignalDescription]
  ) {
    self.device = device
    self.group = group
    self.profile = profile
    self.profileHash = profileHash
    self.periodMilliseconds = periodMilliseconds
    self.stations = stations
    self.signals = signals
  }

  private enum CodingKeys: String, CodingKey {
    case device, group, profile, stations, signals
    case profileHash = "profile_sha256"
    case periodMilliseconds = "period_ms"
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
  package let calibration: String?

  package init(
    name: String,
    quantity: String? = nil,
    unit: String? = nil,
    position: Double? = nil,
    calibration: String? = nil
  ) {
    self.name = name
    self.quantity = quantity
    self.unit = unit
    self.position = position
    self.calibration = calibration
  }
}
