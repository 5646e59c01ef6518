package import Profiles
internal import Telemetry

/// Whether a number looks like a measured one.
///
/// A profile's range alone does not tell: with its words swapped, 45.3 % reads as 4.2e-8 %, which
/// lies within 0 to 100.
enum TrialPlausibility {
  /// How near to zero a float may be, as a part of its range, and what magnitudes are allowed where
  /// the profile states no range.
  struct Bounds {
    let leastPart: Double
    let magnitudes: ClosedRange<Double>
  }

  /// Beyond these a value is odd by itself.
  static let odd = Bounds(leastPart: 1e-9, magnitudes: 1e-12...1e12)

  /// Within these nearly all values of a right profile lie, and few of a wrong one: an idle machine
  /// may have some beyond, so they only count when many signals are compared.
  static let usual = Bounds(leastPart: 1e-4, magnitudes: 1e-6...1e9)

  static func holds(_ reading: Reading, of signal: ModbusSignal, within bounds: Bounds) -> Bool {
    guard reading.quality.isGood else { return false }
    guard let number = reading.value?.number, number != 0 else { return true }
    guard let range = signal.signal.range else {
      return bounds.magnitudes.contains(number.magnitude)
    }
    let largest = max(range.lowerBound.magnitude, range.upperBound.magnitude)
    return !signal.decoding.type.isFloat || number.magnitude >= largest * bounds.leastPart
  }

  /// Whether values can look wrong at all: a small whole number without a range cannot.
  static func canTell(_ signal: ModbusSignal) -> Bool {
    let type = signal.decoding.type
    guard type.isNumber, signal.decoding.names.isEmpty else { return false }
    return signal.signal.range != nil || type.isFloat || type.registerCount == 4
  }

  /// Whether values of neighbouring scans have nothing to do with each other.
  ///
  /// Told by two leaps at least: over half of the range, or, without one, by a factor of a million.
  static func jumps(_ values: [Double], of signal: ModbusSignal) -> Bool {
    let leaps = zip(values, values.dropFirst()).count { before, after in
      if let range = signal.signal.range {
        return (after - before).magnitude > (range.upperBound - range.lowerBound) / 2
      }
      let (small, large) = (
        min(before.magnitude, after.magnitude), max(before.magnitude, after.magnitude)
      )
      return small > 0 && large / small > 1e6
    }
    return leaps >= 2
  }
}

extension RegisterType {
  /// Whether it carries a number, not a flag or a text.
  var isNumber: Bool {
    switch self {
    case .bool, .bit, .bits, .string: false
    default: true
    }
  }
}

extension TrialSignal {
  /// What is odd about a value that the agent would record as good; nil for a plausible one.
  package func doubt(_ signal: ModbusSignal?) -> String? {
    guard let signal, reading.quality.isGood, TrialPlausibility.canTell(signal),
      !TrialPlausibility.holds(reading, of: signal, within: TrialPlausibility.odd),
      let number = reading.value?.number
    else { return nil }
    return number.magnitude < 1 ? "suspiciously close to zero" : "suspiciously large"
  }
}
