import Telemetry

/// Whether the readings of frames are right, or bad with the right cause.
struct DeviceDoubts {
  let world: SimulatedWorld

  /// Of each machine: when its last restart was found, and until when it settles.
  private var restarts: [String: (found: Duration, settled: Duration)] = [:]

  /// The last good run time of each machine.
  private var clocks: [String: Int] = [:]

  init(world: SimulatedWorld) { self.world = world }

  /// A machine is watched anew, since other files apply to it.
  mutating func beginAnew(_ machine: String) {
    restarts[machine] = nil
    clocks[machine] = nil
  }

  // MARK: Events

  /// Takes an event of a device that is watched.
  ///
  /// - Returns: What is wrong with it.
  mutating func take(
    _ event: Event,
    of machine: String,
    at uptime: Duration,
    settle: Int
  ) -> String? {
    guard event.kind == .deviceRestarted else { return nil }
    let before = restarts[machine]?.found ?? .zero
    let true_ = world.faults[machine]?.contains {
      $0.kind == .restart && before < $0.from && $0.from <= uptime
    }
    clocks[machine] = nil
    restarts[machine] = (uptime, uptime + .milliseconds(settle))
    return true_ == true ? nil : "\(machine) did not restart"
  }

  // MARK: Readings

  /// What is wrong with a frame.
  mutating func judge(
    _ seen: JournalAudit.Seen,
    of machine: String,
    on line: String,
    _ profile: PlantModel.Profile?
  ) -> [String] {
    // A frame's time is in whole microseconds.
    let window = (seen.start - .microseconds(2))...(seen.end + .microseconds(2))
    let active = (world.faults[machine] ?? []).filter {
      $0.from <= window.upperBound && window.lowerBound < $0.to
    }
    let isDown = world.outages[line]?.contains {
      $0.lowerBound <= window.upperBound && window.lowerBound < $0.upperBound
    }
    var complaints: [String] = []
    for (signal, reading) in zip(seen.layout.signals, seen.frame.readings) {
      guard let place = Place(signal.name) else { continue }
      if let value = reading.value, !holds(value, place, machine, window) {
        complaints.append("\(signal.name) is \(value), which it was not")
      }
      if let text = judge(
        reading.quality,
        place,
        machine,
        line,
        window,
        active,
        isDown: isDown == true,
        profile
      ) {
        complaints.append("\(signal.name) is \(reading.quality), \(text)")
      }
      if place.kind == .clock, reading.quality.isGood, let value = reading.value?.number {
        if profile?.settle != nil, Int(value) < clocks[machine] ?? 0 {
          complaints.append("\(machine) restarted, and that was not seen")
        }
        clocks[machine] = Int(value)
      }
    }
    return complaints
  }

  private struct Place {
    let kind: PlantModel.SignalKind
    let address: Int

    init?(_ name: String) {
      let parts = name.split(separator: ".")
      guard parts.count == 2, let kind = PlantModel.SignalKind(rawValue: String(parts[0])),
        let address = Int(parts[1].dropFirst())
      else { return nil }
      self.kind = kind
      self.address = address
    }
  }

  /// Whether the machine held a value at some moment of the window.
  private func holds(
    _ value: Value,
    _ place: Place,
    _ machine: String,
    _ window: ClosedRange<Duration>
  ) -> Bool {
    guard let number = value.number else { return false }
    func isHeld(at uptime: Duration) -> Bool {
      world.value(place.kind, place.address, of: machine, at: uptime) == Int(number)
    }
    if place.kind == .clock {
      // Held for a millisecond: the moment follows from the value.
      for end in [window.lowerBound, window.upperBound] {
        let moment = world.lastStart(of: machine, at: end) + .milliseconds(Int(number))
        let isWithin = window.lowerBound - .milliseconds(1) <= moment && moment <= window.upperBound
        if isWithin { return true }
      }
    }
    var moment = window.lowerBound
    while moment < window.upperBound {
      if isHeld(at: moment) { return true }
      moment += .milliseconds(100)
    }
    return isHeld(at: window.upperBound)
  }

  /// - Returns: What is wrong with a quality.
  private func judge(
    _ quality: Quality,
    _ place: Place,
    _ machine: String,
    _ line: String,
    _ window: ClosedRange<Duration>,
    _ active: [SimulatedWorld.Fault],
    isDown: Bool,
    _ profile: PlantModel.Profile?
  ) -> String? {
    switch quality {
    case .good:
      if isDown, world.isDown(line, on: window) { return "with its line down" }
      if let fault = active.first(where: { $0.covers(window) && $0.spoils(place.address) }) {
        return "with \(fault.kind)"
      }
      // A scan from before that was found may be recorded after it.
      if let restart = restarts[machine], restart.found <= window.lowerBound,
        window.upperBound < restart.settled
      {
        return "though it settles until \(restart.settled)"
      }
      return nil
    case .bad(.noConnection): return isDown ? nil : "with its line up"
    case .bad(.restarted):
      guard let restart = restarts[machine] else { return "without a restart" }
      return window.lowerBound <= max(restart.settled, restart.found) + .milliseconds(1)
        ? nil : "though it has settled at \(restart.settled)"
    case .bad(.frozen):
      let limit = Duration.milliseconds(profile?.groups.compactMap(\.movesWithin).min() ?? 0)
      return active.contains { $0.kind == .frozen && window.upperBound - $0.from > limit }
        ? nil : "though it moves"
    case .bad(.exception(2)):
      return isRefused(place.address, of: machine, line, window, active, profile)
        ? nil : "with \(active.map(\.kind))"
    case .bad(let cause):
      return active.contains { $0.causes(cause) } ? nil : "with \(active.map(\.kind))"
    }
  }
}

extension DeviceDoubts {
  /// Whether a device may be said to have no such address: it said so of that one, and was not asked
  /// again yet; or of one that is read in the same request, and it is not known yet of which.
  private func isRefused(
    _ address: Int,
    of machine: String,
    _ line: String,
    _ window: ClosedRange<Duration>,
    _ active: [SimulatedWorld.Fault],
    _ profile: PlantModel.Profile?
  ) -> Bool {
    for fault in world.faults[machine] ?? [] {
      guard case .illegal(let illegal) = fault.kind, fault.from <= window.upperBound else {
        continue
      }
      if illegal == address {
        if window.lowerBound < fault.to + Self.recheck { return true }
        continue
      }
      guard active.contains(fault) else { continue }
      // Half a request at a time, a question a scan where the bus is loaded.
      let outage = world.outages[line]?.last { $0.lowerBound < window.upperBound }?.upperBound
      let period = Duration.milliseconds(profile?.groups.map(\.period).max() ?? 0)
      if window.lowerBound < max(fault.from, outage ?? .zero) + period * 20 { return true }
    }
    return false
  }

  /// A refused signal is asked for again every ten minutes, one of a group at a time.
  private static let recheck = Duration.seconds(2 * 600 + 60)
}

extension SimulatedWorld {
  /// Whether a line is down over a whole window.
  fileprivate func isDown(_ line: String, on window: ClosedRange<Duration>) -> Bool {
    outages[line]?.contains {
      $0.lowerBound <= window.lowerBound && window.upperBound < $0.upperBound
    } ?? false
  }
}

extension SimulatedWorld.Fault {
  fileprivate func covers(_ window: ClosedRange<Duration>) -> Bool {
    from <= window.lowerBound && window.upperBound < to
  }

  /// Whether no reading at an address can be good while it lasts.
  fileprivate func spoils(_ address: Int) -> Bool {
    switch kind {
    case .silent, .late, .exception, .restart: true
    case .illegal(let illegal): illegal == address
    case .slow, .damaged, .frozen: false
    }
  }

  fileprivate func causes(_ cause: Cause) -> Bool {
    switch kind {
    case .silent, .late, .restart: cause == .timeout
    case .exception(let code): cause == .exception(code)
    case .illegal: cause == .exception(2)
    case .damaged(let damage): cause == damage
    case .slow, .frozen: false
    }
  }
}
