internal import Profiles
internal import Telemetry

/// The numbers that one register type can carry under one scaling, in raw counts and in
/// engineering units.
struct RawNumber: Sendable {
  private let decoding: ModbusSignal.Decoding

  init(_ decoding: ModbusSignal.Decoding) { self.decoding = decoding }

  /// Whole counts for integers; for floats, what a double holds.
  var rawBounds: ClosedRange<Double> {
    // Within what a double counts exactly, so that there is one meaning of every raw value.
    decoding.type.rawBounds.clamped(to: isWhole ? -0x1p53...0x1p53 : -1e300...1e300)
  }

  var isWhole: Bool { !decoding.type.isFloat }

  /// Engineering values that the type can carry.
  var bounds: ClosedRange<Double> {
    let ends = [engineering(rawBounds.lowerBound), engineering(rawBounds.upperBound)]
    return min(ends[0], ends[1])...max(ends[0], ends[1])
  }

  /// Raw counts that lie within `range` of engineering values, or the nearest one when none does.
  func rawBounds(within range: ClosedRange<Double>) -> ClosedRange<Double> {
    let ends = [raw(range.lowerBound), raw(range.upperBound)]
    var (low, high) = (min(ends[0], ends[1]), max(ends[0], ends[1]))
    if isWhole {
      let (inner, outer) = ((low - 1e-9).rounded(.up), (high + 1e-9).rounded(.down))
      (low, high) = inner <= outer ? (inner, outer) : (low.rounded(), low.rounded())
    }
    return (low...high).clamped(to: rawBounds)
  }

  func raw(_ value: Double) -> Double {
    guard let scaling = decoding.scaling else { return value }
    return (value - scaling.offset.double) / scaling.scale.double
  }

  /// Raw × scale + offset, rounded once: 1832 × 0.1 is 183.2.
  func engineering(_ raw: Double) -> Double {
    guard let scaling = decoding.scaling else { return raw }
    let places = max(scaling.scale.places, scaling.offset.places)
    let scale = Double(scaling.scale.mantissa) * Double.power(ofTen: places - scaling.scale.places)
    let offset =
      Double(scaling.offset.mantissa) * Double.power(ofTen: places - scaling.offset.places)
    return (raw * scale + offset) / Double.power(ofTen: places)
  }

  /// The value that a device of this type shows for `wanted`, within `range`.
  func value(_ wanted: Double, within range: ClosedRange<Double>) -> Value {
    let bounds = rawBounds(within: range)
    let exact = raw(wanted).clamped(to: bounds)
    guard isWhole else { return floating(rounded(exact, width: bounds).clamped(to: bounds)) }
    var count = exact.rounded()
    // A code that means "no value" is not sent by a device that has one.
    for _ in 0..<4 where isNotAvailable(count) {
      count += count < bounds.upperBound ? 1 : -1
    }
    return decoding.scaling == nil ? .integer(Int64(count)) : .real(engineering(count))
  }

  private func floating(_ raw: Double) -> Value {
    guard decoding.scaling == nil else { return .real(engineering(raw)) }
    return decoding.type == .float64 ? .real(raw) : .single(Float(raw))
  }

  /// Three decimals, as an instrument shows, or more where the range is narrow.
  private func rounded(_ value: Double, width: ClosedRange<Double>) -> Double {
    var factor = 1_000.0
    let span = width.upperBound - width.lowerBound
    while span * factor < 1_000, factor < 1e12 { factor *= 10 }
    return abs(value) < 1e12 ? (value * factor).rounded() / factor : value
  }

  private func isNotAvailable(_ count: Double) -> Bool {
    guard !decoding.notAvailable.isEmpty else { return false }
    let bits = UInt64(bitPattern: Int64(count))
    let width = UInt64(decoding.type.registerCount) * 16
    return decoding.notAvailable.contains(width == 64 ? bits : bits & ((1 << width) - 1))
  }
}

extension Scaling.Decimal {
  /// The nearest double.
  var double: Double { Double(mantissa) / Double.power(ofTen: places) }
}

extension Double {
  fileprivate static func power(ofTen places: Int) -> Double {
    (0..<places).reduce(1.0) { power, _ in power * 10 }
  }

  func clamped(to range: ClosedRange<Double>) -> Double {
    Swift.min(Swift.max(self, range.lowerBound), range.upperBound)
  }
}
