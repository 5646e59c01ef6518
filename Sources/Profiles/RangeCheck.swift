internal import MarkedYAML

/// Finds plausible ranges that the registers of a signal cannot hold.
enum RangeCheck {
  static func check(_ signal: Signal, _ decoding: ModbusSignal.Decoding, at fields: FieldReader) {
    guard let range = signal.range else { return }
    let possible = decoding.bounds
    let mark = fields.mark(of: SignalShape.range.name)
    let span =
      "\(decoding.type) with this scale gives \(possible.lowerBound) to "
      + "\(possible.upperBound)"
    if !range.overlaps(possible) {
      fields.log.add(
        .impossibleRange,
        at: mark,
        "no value can lie in \"range\": \(span); correct the range, the scale or the type"
      )
    } else if !decoding.type.isFloat, !possible.holds(range) {
      fields.log.add(
        .impossibleRange,
        at: mark,
        "\"range\" goes beyond what the registers can hold: \(span); "
          + "correct the range, the scale or the type",
        severity: .warning
      )
    }
  }
}

extension ModbusSignal.Decoding {
  /// The engineering values that the registers can hold.
  package var bounds: ClosedRange<Double> {
    let raw = type.rawBounds
    guard let scaling else { return raw }
    let ends = [raw.lowerBound, raw.upperBound].map {
      type.isFloat ? $0 : scaling.apply(to: Int128($0))
    }
    return min(ends[0], ends[1])...max(ends[0], ends[1])
  }
}

extension ClosedRange<Double> {
  fileprivate func holds(_ other: ClosedRange<Double>) -> Bool {
    lowerBound <= other.lowerBound && upperBound >= other.upperBound
  }
}
