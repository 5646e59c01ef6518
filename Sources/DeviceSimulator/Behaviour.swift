#if canImport(Glibc)
internal import Glibc
#endif

/// How one signal moves, as a function of the seconds since the simulation's start.
enum Behaviour: Sendable {
  case number(@Sendable (Double) -> Double)
  case flag(@Sendable (Double) -> Bool)
  case text(@Sendable (Double) -> String)

  static func constant(_ value: Double) -> Behaviour { .number { _ in value } }

  /// Wanders between `center` − `swing` and `center` + `swing`, with a little noise on top.
  static func wander(
    _ center: Double,
    swing: Double,
    period: Double,
    noise: SeededNoise
  ) -> Behaviour {
    .number {
      center + swing * 0.9 * noise.wander($0, period: period) + swing * 0.1 * noise.jitter($0)
    }
  }

  /// A sine in the middle four fifths of `range`.
  static func sine(in range: ClosedRange<Double>, noise: SeededNoise) -> Behaviour {
    let center = range.lowerBound / 2 + range.upperBound / 2
    let swing = (range.upperBound / 2 - range.lowerBound / 2) * 0.8
    let period = 120 + 60 * noise.white(0)
    return .number { center + swing * sin(2 * Double.pi * $0 / period) }
  }

  /// On for a while, off for a while.
  static func toggling(noise: SeededNoise) -> Behaviour {
    let period = 90 + 30 * noise.white(0)
    return .flag { Int(($0 / period).rounded(.down)) % 2 == 0 }
  }
}
