internal import Synchronization
internal import Telemetry

/// Decides which faults strike which requests.
///
/// A function of script, seed and the requests with their times: the same twice.
package struct FaultEngine: Sendable {
  private let script: FaultScript
  private let draws: [SeededNoise]

  /// Requests that each fault could have struck so far.
  private var counts: [Int]

  /// Until when the device is gone.
  package private(set) var awayUntil: Duration = .zero

  /// Whether it went since the last ``takeDeparture()``.
  private var hasLeft = false

  package init(_ script: FaultScript, seed: UInt64) {
    self.script = script
    let noise = SeededNoise(seed: seed)
    draws = script.faults.indices.map { noise.stream("fault \($0)") }
    counts = script.faults.map { _ in 0 }
  }

  /// What becomes of a request's reply, at a time since the simulation's start.
  package mutating func plan(for request: FaultRequest, at time: Duration) -> FaultPlan {
    var plan = FaultPlan()
    if time < awayUntil {
      plan.disconnects = true
      return plan
    }
    for (index, fault) in script.faults.enumerated() {
      guard fault.window.stretch(at: time) != nil, fault.target.holds(request) else { continue }
      counts[index] += 1
      let draws = draws[index].stream("request \(counts[index])")
      if fault.frequency.strikes(counts[index], draws) { plan.add(fault.effect, draws) }
    }
    if plan.disconnects {
      awayUntil = time + plan.away
      hasLeft = true
    }
    return plan
  }

  /// Whether a fault had the device go; asked twice it counts once.
  mutating func takeDeparture() -> Bool {
    defer { hasLeft = false }
    return hasLeft
  }
}

extension Fault.Frequency {
  fileprivate func strikes(_ count: Int, _ draws: SeededNoise) -> Bool {
    switch self {
    case .always: true
    case .probability(let chance): draws.part(0) < chance
    case .everyNth(let number): count % number == 0
    }
  }
}

/// The faults of one carrier, which all its connections share.
package final class FaultInjector: Sendable {
  private let isIdle: Bool
  private let start: Duration
  private let engine: Mutex<FaultEngine>

  /// - Parameters:
  ///   - script: What goes wrong.
  ///   - seed: Another seed, other chances, delays and bits.
  ///   - start: The uptime from which the script's times count.
  package init(_ script: FaultScript = FaultScript(), seed: UInt64 = 1, start: Duration = .zero) {
    isIdle = script.faults.isEmpty
    self.start = start
    engine = Mutex(FaultEngine(script, seed: seed))
  }

  /// What becomes of the reply to a request that came at an uptime.
  package func plan(for request: FaultRequest, at uptime: Duration) -> FaultPlan {
    if isIdle { return FaultPlan() }
    return engine.withLock { $0.plan(for: request, at: uptime - start) }
  }

  /// Whether a fault had the port go since this was last asked.
  func takeDeparture() -> Bool { engine.withLock { $0.takeDeparture() } }

  /// The uptime at which a device that is gone comes back; nil when it is there.
  func comesBack(at uptime: Duration) -> Duration? {
    let back = start + engine.withLock { $0.awayUntil }
    return back > uptime ? back : nil
  }
}
