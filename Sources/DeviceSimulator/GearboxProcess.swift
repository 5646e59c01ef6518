#if canImport(Glibc)
internal import Glibc
#endif

/// A gearbox on a test rig: speed goes over steps, and what depends on it follows.
struct GearboxProcess: Sendable {
  static let ratio = 5.0
  static let efficiency = 0.94

  /// Input speed of each step in revolutions per minute.
  private static let steps: [Double] = [300, 600, 900, 1_200, 1_500, 1_800, 1_200, 600]
  private static let stepSeconds = 15.0
  private static let rampSeconds = 3.0
  private static let topSpeed = 1_800.0

  private let noise: SeededNoise

  init(noise: SeededNoise) { self.noise = noise }

  /// The step of the test that is under way, from 1; after the last one the test starts over.
  func step(at seconds: Double) -> Double {
    Double(Self.index(at: seconds) % Self.steps.count + 1)
  }

  /// Input speed in revolutions per minute; the ripple grows with it, so a rig at rest shows zero.
  func inputSpeed(at seconds: Double) -> Double {
    ramp(at: seconds) * (1 + noise.stream("speed").jitter(seconds) * 0.001)
  }

  func outputSpeed(at seconds: Double) -> Double { inputSpeed(at: seconds) / Self.ratio }

  /// Input torque in newton metres.
  func inputTorque(at seconds: Double) -> Double {
    6 + 14 * ramp(at: seconds) / Self.topSpeed
      + noise.stream("torque").wander(seconds, period: 3) * 0.15
  }

  func outputTorque(at seconds: Double) -> Double {
    inputTorque(at: seconds) * Self.ratio * efficiency(at: seconds)
  }

  /// From 0 to 1.
  func efficiency(at seconds: Double) -> Double {
    Self.efficiency + noise.stream("efficiency").wander(seconds, period: 20) * 0.004
  }

  /// Oil temperature in °C, rising from the room's with a time constant of 15 minutes.
  func oilTemperature(at seconds: Double) -> Double {
    24 + 46 * (1 - exp(-seconds / 900)) + noise.stream("oil").wander(seconds, period: 90) * 0.5
  }

  /// Vibration velocity in mm/s RMS.
  func vibration(at seconds: Double) -> Double {
    0.4 + 2.2 * pow(ramp(at: seconds) / Self.topSpeed, 1.5)
      + noise.stream("vibration").jitter(seconds) * 0.08
  }

  private func ramp(at seconds: Double) -> Double {
    let step = Self.index(at: seconds)
    let target = Self.steps[step % Self.steps.count]
    let before = step == 0 ? 0 : Self.steps[(step - 1) % Self.steps.count]
    let part = (seconds - Double(step) * Self.stepSeconds) / Self.rampSeconds
    return before + (target - before) * min(part, 1)
  }

  private static func index(at seconds: Double) -> Int {
    Int((seconds / stepSeconds).rounded(.down))
  }
}
