package import Telemetry

/// One instrument that the configuration or a profile names, and whether it can be relied on.
package struct InstrumentStatus: Sendable, Hashable, Codable {
  package let instrument: Label

  /// `calibrated`, `overdue`, `failed` or `never`.
  package let state: String

  /// Since when it cannot be relied on; nil when it can, or was never calibrated.
  package let since: Instant?

  /// What is doubtful about its readings, and the mend; nil when nothing is.
  package let doubt: String?

  /// Stations that its readings count for.
  package let stations: [StationID]

  /// Its signals, as `device/signal`.
  package let signals: [String]

  /// The record of its last calibration, and what that says.
  package let seq: Int?
  package let last: Calibration?

  package init(
    instrument: Label,
    state: String,
    since: Instant?,
    doubt: String?,
    stations: [StationID],
    signals: [String],
    seq: Int?,
    last: Calibration?
  ) {
    self.instrument = instrument
    self.state = state
    self.since = since
    self.doubt = doubt
    self.stations = stations
    self.signals = signals
    self.seq = seq
    self.last = last
  }
}

/// The answer to `GET /v1/instruments/{instrument}`.
package struct InstrumentReport: Sendable, Hashable, Codable {
  /// Version of this document's shape; 1.
  package var schema = 1
  package let instrument: InstrumentStatus

  /// All its calibrations that this agent knows, the first first.
  package let calibrations: [RecordedCalibration]

  /// When it was found outside its tolerance, and what was made before.
  package let failures: [Failure]

  package init(
    instrument: InstrumentStatus,
    calibrations: [RecordedCalibration],
    failures: [Failure]
  ) {
    self.instrument = instrument
    self.calibrations = calibrations
    self.failures = failures
  }

  package struct RecordedCalibration: Sendable, Hashable, Codable {
    package let seq: Int
    package let at: Instant
    package let calibration: Calibration

    package init(seq: Int, at: Instant, calibration: Calibration) {
      self.seq = seq
      self.at = at
      self.calibration = calibration
    }
  }

  /// The instrument was found outside its tolerance (ISO 13485, 7.6).
  package struct Failure: Sendable, Hashable, Codable {
    /// The record of the calibration that found it.
    package let seq: Int
    package let found: Instant

    /// When the last good calibration before it was performed; nil when none is recorded.
    package let lastGood: Instant?

    /// The lots that were measured with it in between.
    package let lots: [Lot]

    package init(seq: Int, found: Instant, lastGood: Instant?, lots: [Lot]) {
      self.seq = seq
      self.found = found
      self.lastGood = lastGood
      self.lots = lots
    }

    private enum CodingKeys: String, CodingKey {
      case seq, found, lots
      case lastGood = "last_good"
    }
  }

  /// A lot that was measured with it.
  package struct Lot: Sendable, Hashable, Codable {
    /// The binding's record.
    package let seq: Int
    package let station: StationID
    package let lot: LotID
    package let part: Label
    package let workOrder: Label
    package let from: Instant

    /// Nil while the station works on it.
    package let to: Instant?

    package init(
      seq: Int,
      station: StationID,
      lot: LotID,
      part: Label,
      workOrder: Label,
      from: Instant,
      to: Instant?
    ) {
      self.seq = seq
      self.station = station
      self.lot = lot
      self.part = part
      self.workOrder = workOrder
      self.from = from
      self.to = to
    }

    private enum CodingKeys: String, CodingKey {
      case seq, station, lot, part, from, to
      case workOrder = "work_order"
    }
  }
}
