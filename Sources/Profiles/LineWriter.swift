package import Telemetry

/// Writes the lines that an instrument would send, after the example in its profile: the inverse of
/// ``LineDecoder``, for simulators.
package struct LineWriter {
  private let group: SerialScanGroup
  private let example: String

  /// Where each field stands in the example, in the order of the fields.
  private let places: [Range<String.Index>]

  /// - Returns: nil when the group has no example, or one that lacks a field.
  package init?(_ group: SerialScanGroup) {
    guard let example = group.example,
      let pattern = try? LinePattern.compile(group.pattern),
      let match = try? pattern.wholeMatch(in: example)
    else { return nil }
    let places = group.fields.compactMap { match.output[$0.capture]?.range }
    guard places.count == group.fields.count else { return nil }
    self.group = group
    self.example = example
    self.places = places
  }

  /// The example with the given values in it, with as many decimals as the example shows.
  ///
  /// There is one value for each field; nil leaves what the example shows. `end` is put behind.
  package func line(for values: [Value?], end: [UInt8]) -> [UInt8] {
    let sorted = zip(zip(group.fields, places), values)
      .map { (field: $0.0, place: $0.1, value: $1) }
      .sorted { $0.place.lowerBound < $1.place.lowerBound }
    var text = ""
    var position = example.startIndex
    for (field, place, value) in sorted where place.lowerBound >= position {
      text += example[position..<place.lowerBound]
      let shown = example[place]
      text += value.flatMap { Self.text(of: $0, field: field, like: shown) } ?? String(shown)
      position = place.upperBound
    }
    text += example[position...]
    return Array(text.utf8) + end
  }

  private static func text(of value: Value, field: SerialField, like shown: Substring) -> String? {
    guard field.kind == .number else { return value.description }
    guard var number = value.number else { return nil }
    if let scaling = field.scaling {
      number = (number - scaling.offset.double) / scaling.scale.double
    }
    return text(of: number, like: shown)
  }

  /// Sign, width and decimals as the example has them.
  private static func text(of number: Double, like shown: Substring) -> String? {
    let decimals = shown.firstIndex(of: ".").map { shown[$0...].count - 1 } ?? 0
    let scaled = (number * Scaling.Decimal.power(min(decimals, 15))).rounded()
    guard let counts = Int64(exactly: scaled) else { return nil }
    let digits = String(counts.magnitude)
    let padded = String(repeating: "0", count: max(0, decimals + 1 - digits.count)) + digits
    let whole = padded.dropLast(decimals)
    let width = zeroPaddedWidth(of: shown)
    let sign = counts < 0 ? "-" : shown.hasPrefix("+") ? "+" : ""
    return sign + String(repeating: "0", count: max(0, width - whole.count)) + whole
      + (decimals == 0 ? "" : "." + padded.suffix(decimals))
  }

  /// Digits before the point in `0020.9`; 1 where there is no padding with zeros.
  private static func zeroPaddedWidth(of shown: Substring) -> Int {
    let whole = shown.drop { "+- ".contains($0) }.prefix { $0 != "." }
    return whole.count > 1 && whole.first == "0" ? whole.count : 1
  }
}
