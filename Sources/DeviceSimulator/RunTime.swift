internal import Profiles
internal import Telemetry

/// The signal by which a profile tells a restart: it counts the time since the device started.
struct RunTime: Sendable {
  /// Place of the signal among those of the profile.
  let index: Int

  /// When the device restarts: at the beginning of each stretch.
  var restarts: [FaultWindow] = []
  private let secondsPerCount: Double
  private let wrapsAt: Double?

  /// What it shows when the simulation starts, so that a restart is a fall in any unit.
  private static let start = 100.0

  /// Nil when the profile has no such rule.
  init?(_ rule: RestartRule?, among signals: [Signal]) {
    guard let rule, let index = signals.firstIndex(where: { $0.name == rule.signal }) else {
      return nil
    }
    self.index = index
    wrapsAt = rule.wrapsAt
    secondsPerCount =
      switch signals[index].unit {
      case "ms": 0.001
      case "min": 60
      case "h": 3_600
      case "d": 86_400
      default: 1
      }
  }

  /// The run time in the signal's unit, at a time since the simulation's start.
  func value(at time: Duration) -> Double {
    let last = restarts.compactMap { $0.lastBeginning(at: time) }.max()
    let count =
      last.map { (time - $0).inSeconds / secondsPerCount }
      ?? Self.start + max(time.inSeconds, 0) / secondsPerCount
    return wrapsAt.map { count.truncatingRemainder(dividingBy: $0) } ?? count
  }
}
