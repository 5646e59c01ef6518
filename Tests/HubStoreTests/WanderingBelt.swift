import TestSupport

/// A belt that stops and runs at other speeds, as seen once a second.
struct WanderingBelt {
  /// Metres a second.
  static let fastest = 0.05

  private(set) var run = 0.0
  private var speed = 0.02

  mutating func advance(using random: inout SeededGenerator) {
    if Int.random(in: 0..<12, using: &random) == 0 {
      let isStopped = Int.random(in: 0..<4, using: &random) == 0
      speed = isStopped ? 0 : Double.random(in: 0.01...Self.fastest, using: &random)
    }
    run += speed
  }
}
