/// A torque meter on a screwdriver: one tightening every 8 s.
struct TorqueProcess: Sendable {
  private static let cycleSeconds = 8.0
  private static let riseSeconds = 3.0
  private static let holdSeconds = 1.0

  /// Torque of a full tightening, in the signal's unit.
  private let target: Double
  private let noise: SeededNoise

  init(target: Double, noise: SeededNoise) {
    self.target = target
    self.noise = noise
  }

  /// Torque now; at rest exactly zero, as a tared meter shows.
  func torque(at seconds: Double) -> Double {
    let cycle = Self.cycle(at: seconds)
    let second = seconds - Double(cycle) * Self.cycleSeconds
    if second >= Self.riseSeconds + Self.holdSeconds { return 0 }
    let part = min(second / Self.riseSeconds, 1)
    return peak(of: cycle) * part * part
  }

  /// Peak of the tightening under way, or of the last one.
  func peak(at seconds: Double) -> Double {
    let cycle = Self.cycle(at: seconds)
    let isReached = seconds - Double(cycle) * Self.cycleSeconds >= Self.riseSeconds
    return isReached || cycle == 0 ? peak(of: cycle) : peak(of: cycle - 1)
  }

  /// Tightenings since the start.
  func count(at seconds: Double) -> Double { Double(Self.cycle(at: seconds)) }

  private func peak(of cycle: Int64) -> Double { target * (1 + 0.03 * noise.white(cycle)) }

  private static func cycle(at seconds: Double) -> Int64 {
    Int64((seconds / cycleSeconds).rounded(.down))
  }
}
