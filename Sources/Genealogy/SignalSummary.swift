package import Telemetry

/// What one signal read during one visit of a lot.
package struct SignalSummary: Sendable, Hashable, Codable {
  package let device: DeviceID
  package let signal: String
  package let quantity: String?

  /// UCUM code.
  package let unit: String?

  /// Least, mean and greatest of the good numeric readings; nil when there was none.
  package let minimum: Double?
  package let mean: Double?
  package let maximum: Double?

  /// Good readings, and bad ones.
  package let good: Int
  package let bad: Int

  /// Why readings are bad, most frequent first.
  package let causes: [CauseCount]

  /// The distinct texts or states that were read, the latest last; empty for numbers.
  package let texts: [String]

  /// There were more distinct texts than are kept.
  package let hasMoreTexts: Bool

  /// Readings at a conveyor that may be of this lot or of another: they are in no other figure here;
  /// nil when there were none.
  package let unsure: Unsure?

  /// Its instrument, and when that could not be relied on; nil where none is named.
  package let calibration: SignalCalibration?

  package init(
    device: DeviceID,
    signal: String,
    quantity: String?,
    unit: String?,
    minimum: Double?,
    mean: Double?,
    maximum: Double?,
    good: Int,
    bad: Int,
    causes: [CauseCount] = [],
    texts: [String] = [],
    hasMoreTexts: Bool = false,
    unsure: Unsure? = nil,
    calibration: SignalCalibration? = nil
  ) {
    self.device = device
    self.signal = signal
    self.quantity = quantity
    self.unit = unit
    self.minimum = minimum
    self.mean = mean
    self.maximum = maximum
    self.good = good
    self.bad = bad
    self.causes = causes
    self.texts = texts
    self.hasMoreTexts = hasMoreTexts
    self.unsure = unsure
    self.calibration = calibration
  }

  /// The same summary with what is known of its instrument.
  func with(calibration: SignalCalibration?) -> SignalSummary {
    SignalSummary(
      device: device,
      signal: signal,
      quantity: quantity,
      unit: unit,
      minimum: minimum,
      mean: mean,
      maximum: maximum,
      good: good,
      bad: bad,
      causes: causes,
      texts: texts,
      hasMoreTexts: hasMoreTexts,
      unsure: unsure,
      calibration: calibration
    )
  }

  /// Readings of which it is not sure whose they are.
  package struct Unsure: Sendable, Hashable, Codable {
    /// Good and bad ones.
    package let readings: Int

    /// Least and greatest of the good numeric ones; nil when there was none.
    package let minimum: Double?
    package let maximum: Double?

    package init(readings: Int, minimum: Double?, maximum: Double?) {
      self.readings = readings
      self.minimum = minimum
      self.maximum = maximum
    }

    private enum CodingKeys: String, CodingKey {
      case readings
      case minimum = "min"
      case maximum = "max"
    }
  }

  /// How many readings are bad for one cause.
  package struct CauseCount: Sendable, Hashable, Codable {
    /// ``Cause/code``.
    package let cause: String
    package let count: Int

    package init(cause: String, count: Int) {
      self.cause = cause
      self.count = count
    }
  }

  private enum CodingKeys: String, CodingKey {
    case device, signal, quantity, unit, mean, good, bad, causes, texts, unsure, calibration
    case minimum = "min"
    case maximum = "max"
    case hasMoreTexts = "more_texts"
  }
}

/// The instrument that a signal came from during a visit.
package struct SignalCalibration: Sendable, Hashable, Codable {
  /// What the plant calls it, as in `Calibration.instrument`.
  package let instrument: String

  /// When its readings could not be relied on, as is known by now; empty when they could all along.
  package let doubts: [CalibrationDoubt]

  /// Its last calibration before the visit's end; nil when none is recorded.
  package let last: RecordedCalibration?

  package init(
    instrument: String,
    doubts: [CalibrationDoubt] = [],
    last: RecordedCalibration? = nil
  ) {
    self.instrument = instrument
    self.doubts = doubts
    self.last = last
  }
}
