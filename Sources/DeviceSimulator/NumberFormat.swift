/// One way in which instruments write a number.
struct NumberFormat: Sendable, Hashable {
  enum Padding: Sendable, Hashable { case none, zeros, spaces }

  /// Digits after the point.
  let places: Int

  /// Whether a number that is not negative has a `+`.
  let hasPlus: Bool
  let padding: Padding

  /// Characters in all that ``padding`` fills up to, sign and point included.
  let width: Int

  /// The ways to try, the most usual first.
  static let usual: [NumberFormat] = {
    let places = [2, 1, 3, 0, 4, 5, 6]
    let plain = [false, true].flatMap { plus in
      places.map { NumberFormat(places: $0, hasPlus: plus, padding: .none, width: 0) }
    }
    let padded = [Padding.zeros, .spaces].flatMap { padding in
      (2...12).flatMap { width in
        [false, true].flatMap { plus in
          places.map { NumberFormat(places: $0, hasPlus: plus, padding: padding, width: width) }
        }
      }
    }
    return plain + padded
  }()

  /// The same, but for those without a point before the others.
  static let wholeFirst = usual.filter { $0.places == 0 } + usual.filter { $0.places > 0 }

  /// The number's text; nil when it has more digits than an instrument shows.
  func text(_ number: Double) -> String? {
    let factor = (0..<places).reduce(1.0) { power, _ in power * 10 }
    guard let counts = Int64(exactly: (number * factor).rounded()) else { return nil }
    let digits = String(counts.magnitude)
    let whole = String(repeating: "0", count: max(0, places + 1 - digits.count)) + digits
    let shown = places == 0 ? whole : whole.dropLast(places) + "." + whole.suffix(places)
    let sign = counts < 0 ? "-" : hasPlus ? "+" : ""
    let missing = max(0, width - sign.count - shown.count)
    switch padding {
    case .none: return sign + shown
    case .zeros: return sign + String(repeating: "0", count: missing) + shown
    case .spaces: return String(repeating: " ", count: missing) + sign + shown
    }
  }
}
