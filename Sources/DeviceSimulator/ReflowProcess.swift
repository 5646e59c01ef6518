#if canImport(Glibc)
internal import Glibc
#endif

/// A reflow oven with a SAC305-like profile, and boards that travel through it.
///
/// Boards enter about every 20 s, without a pause, and have done so before the simulation starts:
/// whatever lot is started, the oven produces it.
struct ReflowProcess: Sendable {
  /// Zone setpoints of a ten-zone oven, in °C; ovens of other lengths are interpolated.
  private static let setpoints: [Double] = [110, 130, 150, 165, 180, 195, 215, 245, 250, 120]

  /// 80 cm/min, in m/s and in cm/min.
  private static let metresPerSecond = 0.8 / 60
  static let nominalSpeed = 80.0

  private static let secondsBetweenBoards = 20.0

  /// Length of a zone where the profile gives no positions, in metres.
  private static let zoneLength = 0.35

  /// Spread of the dip that a board makes, in metres along the belt.
  private static let dipSpread = 0.08

  private let noise: SeededNoise

  init(noise: SeededNoise) { self.noise = noise }

  /// Setpoint of zone `zone` of `count`, both from 1, in °C.
  static func setpoint(zone: Int, of count: Int) -> Double {
    guard count > 1 else { return setpoints[0] }
    let place = Double(zone - 1) / Double(count - 1) * Double(setpoints.count - 1)
    let left = min(max(Int(place), 0), setpoints.count - 2)
    let exact = setpoints[left] + (setpoints[left + 1] - setpoints[left]) * (place - Double(left))
    return exact.rounded()
  }

  /// Middle of a zone, in metres from the entry.
  static func position(zone: Int) -> Double { (Double(zone) - 0.5) * zoneLength }

  /// What a zone measures, in °C: its setpoint, a slow drift, noise, and the dip of boards.
  func temperature(setpoint: Double, position: Double, name: String, at seconds: Double) -> Double {
    let own = noise.stream(name)
    let depth = 2 + own.white(0) * 0.7
    return setpoint + own.wander(seconds, period: 240) * 0.6 + own.jitter(seconds) * 0.4
      - depth * min(dip(position: position, at: seconds), 1.1)
  }

  func speed(at seconds: Double) -> Double {
    let own = noise.stream("belt")
    return Self.nominalSpeed + own.wander(seconds, period: 30) * 0.2 + own.jitter(seconds) * 0.1
  }

  /// How much of a board lies at `position`: 1 when one is right there.
  private func dip(position: Double, at seconds: Double) -> Double {
    let middle = Self.slot(at: seconds - position / Self.metresPerSecond)
    return ((middle - 2)...(middle + 3)).reduce(0) { sum, slot in
      let entry = Double(slot) * Self.secondsBetweenBoards + noise.white(slot)
      let distance = ((seconds - entry) * Self.metresPerSecond - position) / Self.dipSpread
      return sum + exp(-distance * distance / 2)
    }
  }

  private static func slot(at time: Double) -> Int64 {
    Int64((time / secondsBetweenBoards).rounded(.down))
  }
}
