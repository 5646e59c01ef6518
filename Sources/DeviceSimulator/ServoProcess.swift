#if canImport(Glibc)
internal import Glibc
#endif

/// A servo drive in a burn-in: ten minutes one way, ten minutes back, at full speed.
///
/// At the start it is at speed already.
struct ServoProcess: Sendable {
  /// Corners of velocity: second of the cycle, and part of the top speed.
  ///
  /// As far back as forth, so that the position does not drift away.
  private static let corners: [(second: Double, part: Double)] = [
    (0, 1), (596, 1), (600, -1), (1_196, -1), (1_200, 1),
  ]
  private static let cycleSeconds = 1_200.0
  static let topSpeed = 3_000.0

  /// Of an encoder with 2,500 lines, each edge counted.
  static let countsPerRevolution = 10_000.0

  /// Motor enabled, moving, jogging: bits 0, 4 and 5.
  ///
  /// Applied Motion, Host Command Reference 920-0002 Rev. I, page 195.
  static let statusWord = Double(0x0031)

  private let noise: SeededNoise

  init(noise: SeededNoise) { self.noise = noise }

  /// Velocity that the drive is told, in revolutions per minute.
  func targetVelocity(at seconds: Double) -> Double { motion(at: seconds).part * Self.topSpeed }

  /// Velocity in revolutions per minute: the target's, with a ripple of 2.
  func velocity(at seconds: Double) -> Double {
    targetVelocity(at: seconds) + noise.stream("velocity").jitter(seconds) * 2
  }

  /// Revolutions of the shaft since the start.
  func position(at seconds: Double) -> Double {
    motion(at: seconds).travel * Self.topSpeed / 60
  }

  /// How far the shaft lags behind where it should be, in revolutions: less than half a degree.
  func positionError(at seconds: Double) -> Double {
    motion(at: seconds).part * 8e-4 + noise.stream("position error").jitter(seconds) * 3e-4
  }

  /// Torque in newton metres: friction, and what acceleration needs.
  func torque(at seconds: Double) -> Double {
    let motion = motion(at: seconds)
    return 0.3 * motion.part + 2.4 * motion.slope + noise.stream("torque").jitter(seconds) * 0.02
  }

  /// Motor current in amperes.
  func current(at seconds: Double) -> Double { abs(torque(at: seconds)) / 0.55 + 0.2 }

  /// Temperature of the drive in °C.
  func temperature(at seconds: Double) -> Double {
    26 + 21 * (1 - exp(-seconds / 1_200))
      + noise.stream("temperature").wander(seconds, period: 120) * 0.5
  }

  /// Voltage of the bus against `nominal`: it sags under acceleration and rises when braking.
  func busVoltage(nominal: Double, at seconds: Double) -> Double {
    let motion = motion(at: seconds)
    let load = motion.slope * (motion.part < 0 ? -1 : 1)
    return nominal * (1 - 0.02 * load + noise.stream("bus").jitter(seconds) * 0.002)
  }

  /// Part of the top speed, its change in a second, and its integral since the cycle's start.
  private func motion(at seconds: Double) -> (part: Double, slope: Double, travel: Double) {
    let second = seconds.truncatingRemainder(dividingBy: Self.cycleSeconds)
    var travel = 0.0
    for (from, to) in zip(Self.corners, Self.corners.dropFirst()) {
      let slope = (to.part - from.part) / (to.second - from.second)
      let elapsed = min(second, to.second) - from.second
      let part = from.part + slope * elapsed
      travel += (from.part + part) / 2 * elapsed
      if second < to.second { return (part, slope, travel) }
    }
    return (Self.corners[0].part, 0, 0)
  }
}
