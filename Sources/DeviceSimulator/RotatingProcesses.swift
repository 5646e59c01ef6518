#if canImport(Glibc)
internal import Glibc
#endif

/// A gearbox on a test rig: speed goes over steps, and what depends on it follows.
struct GearboxProcess: Sendable {
  static let ratio = 5.0
  static let efficiency = 0.94

  /// Steps of input speed in revolutions per minute, a minute each.
  private static let steps: [Double] = [300, 600, 900, 1_200, 1_500, 1_800, 1_200, 600]
  private static let stepSeconds = 60.0
  private static let rampSeconds = 5.0
  private static let topSpeed = 1_800.0

  private let noise: SeededNoise

  init(noise: SeededNoise) { self.noise = noise }

  /// Input speed in revolutions per minute.
  func inputSpeed(at seconds: Double) -> Double {
    ramp(at: seconds) + noise.stream("speed").jitter(seconds) * 1.5
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
    let step = Int((seconds / Self.stepSeconds).rounded(.down))
    let target = Self.steps[step % Self.steps.count]
    let before = step == 0 ? 0 : Self.steps[(step - 1) % Self.steps.count]
    let part = (seconds - Double(step) * Self.stepSeconds) / Self.rampSeconds
    return before + (target - before) * min(part, 1)
  }
}

/// A servo drive that moves to and fro in cycles of 20 s.
struct ServoProcess: Sendable {
  /// Corners of velocity: second of the cycle, and part of the top speed.
  private static let corners: [(second: Double, part: Double)] = [
    (0, 0), (2, 1), (8, 1), (10, 0), (12, 0), (14, -1), (17, -1), (19, 0), (20, 0),
  ]
  private static let cycleSeconds = 20.0
  static let topSpeed = 3_000.0

  private let noise: SeededNoise

  init(noise: SeededNoise) { self.noise = noise }

  /// Velocity in revolutions per minute.
  func velocity(at seconds: Double) -> Double {
    motion(at: seconds).part * Self.topSpeed + noise.stream("velocity").jitter(seconds) * 2
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

  private func motion(at seconds: Double) -> (part: Double, slope: Double) {
    let second = seconds.truncatingRemainder(dividingBy: Self.cycleSeconds)
    for (from, to) in zip(Self.corners, Self.corners.dropFirst()) where second < to.second {
      let slope = (to.part - from.part) / (to.second - from.second)
      return (from.part + slope * (second - from.second), slope)
    }
    return (0, 0)
  }
}

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
