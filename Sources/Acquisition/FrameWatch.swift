package import Profiles
package import Telemetry

/// Whether the frames of one device can be believed: pure.
///
/// It finds a device that is frozen (the same frame for longer than the profile's `moves_within`)
/// and one that restarted (the signal of `restart` fell). Good readings of such frames become bad,
/// with what was read as evidence; a reading that is bad already keeps its cause.
package struct FrameWatch: Sendable {
  /// What is worth a record.
  package enum Change: Sendable, Hashable {
    /// The group gave the same frame for so long, and its readings are no longer believed.
    case frozen(ScanGroupID, after: Duration)

    /// Something in the group moved, after it had stood still for so long.
    case moving(ScanGroupID, after: Duration)

    /// The signal fell; readings are not believed for `settle`.
    case restarted(DeviceID, signal: String, from: Value, to: Value, settle: Duration)
  }

  private var stillness: [String: Stillness] = [:]
  private var restart: RestartWatch?

  /// Watches the groups of one device; nil when there is nothing to watch.
  package init?(_ groups: [ScanGroup], restart rule: RestartRule?) {
    for group in groups {
      guard let limit = group.rules.movesWithin else { continue }
      stillness[group.id.group] = Stillness(limit: limit, count: group.signals.count)
    }
    for group in groups {
      guard let rule, let index = group.signals.firstIndex(where: { $0.name == rule.signal })
      else { continue }
      restart = RestartWatch(rule: rule, group: group.id.group, index: index)
    }
    if stillness.isEmpty, restart == nil { return nil }
  }

  /// Judges the next scan of the device.
  ///
  /// - Returns: The scan with what is to be believed of it, and what changed with it.
  package mutating func take(_ scan: Scan) -> (scan: Scan, changes: [Change]) {
    var changes: [Change] = []
    if let change = restart?.take(scan) { changes.append(change) }
    if let change = stillness[scan.group.group]?.take(scan) { changes.append(change) }
    let cause: Cause? =
      if restart?.isSettling(at: scan.uptime) == true || changes.contains(where: \.isRestart) {
        .restarted
      } else if stillness[scan.group.group]?.isFrozen == true {
        .frozen
      } else {
        nil
      }
    return (cause.map(scan.doubted) ?? scan, changes)
  }
}

/// How long one scan group has given the same frame.
private struct Stillness: Sendable {
  let limit: Duration
  private(set) var isFrozen = false

  /// The last that the device said of each signal.
  private var last: [Reading?]

  /// When the device last said something.
  private var heardAt: Duration?
  private var wasSilent = false

  /// How long it has said the same; time in which it said nothing does not count.
  private var still: Duration = .zero

  init(limit: Duration, count: Int) {
    self.limit = limit
    last = Array(repeating: nil, count: count)
  }

  mutating func take(_ scan: Scan) -> FrameWatch.Change? {
    guard scan.readings.contains(where: \.isWordOfDevice) else {
      wasSilent = true
      return nil
    }
    let elapsed = heardAt.map { wasSilent ? .zero : scan.uptime - $0 } ?? .zero
    (heardAt, wasSilent) = (scan.uptime, false)
    still += elapsed
    if learn(scan.readings) {
      defer { (still, isFrozen) = (.zero, false) }
      return isFrozen ? .moving(scan.group, after: still) : nil
    }
    guard still > limit, !isFrozen else { return nil }
    isFrozen = true
    return .frozen(scan.group, after: still)
  }

  /// - Returns: Whether a signal says something else than it last did.
  private mutating func learn(_ readings: [Reading]) -> Bool {
    var hasMoved = false
    for (index, reading) in readings.enumerated() where reading.isWordOfDevice {
      if let before = last[index], before != reading { hasMoved = true }
      last[index] = reading
    }
    return hasMoved
  }
}

/// Whether the signal that only rises fell.
private struct RestartWatch: Sendable {
  let rule: RestartRule
  let group: String
  let index: Int

  private var last: (value: Value, number: Double, uptime: Duration)?

  /// The fastest that the signal was seen to rise since the device started, a second.
  private var pace = 0.0
  private var settledAt: Duration?

  init(rule: RestartRule, group: String, index: Int) {
    self.rule = rule
    self.group = group
    self.index = index
  }

  func isSettling(at uptime: Duration) -> Bool { settledAt.map { uptime < $0 } ?? false }

  mutating func take(_ scan: Scan) -> FrameWatch.Change? {
    guard scan.group.group == group, scan.readings.indices.contains(index),
      scan.readings[index].quality.isGood, let value = scan.readings[index].value,
      let number = value.number
    else { return nil }
    defer { last = (value, number, scan.uptime) }
    guard let last else { return nil }
    let elapsed = (scan.uptime - last.uptime).inSeconds
    guard number < last.number else {
      if elapsed > 0 { pace = max(pace, (number - last.number) / elapsed) }
      return nil
    }
    if wraps(from: last.number, to: number, after: elapsed) { return nil }
    pace = 0
    settledAt = scan.uptime + rule.settle
    return .restarted(
      scan.group.device,
      signal: rule.signal,
      from: last.value,
      to: value,
      settle: rule.settle
    )
  }

  /// A signal that wrapped went on at its pace; at twice the fastest that was seen it is not
  /// believed to have.
  private func wraps(from: Double, to: Double, after elapsed: Double) -> Bool {
    guard let wrapsAt = rule.wrapsAt, from < wrapsAt else { return false }
    return to + wrapsAt - from <= pace * elapsed * 2
  }
}

extension FrameWatch.Change {
  fileprivate var isRestart: Bool { if case .restarted = self { true } else { false } }
}

extension Reading {
  /// Whether the device said this: a value, believed or not, or that it has none.
  fileprivate var isWordOfDevice: Bool { value != nil || quality == .bad(.notAvailable) }
}

extension Scan {
  /// The same scan, its good readings bad for a cause.
  fileprivate func doubted(_ cause: Cause) -> Scan {
    Scan(
      group: group,
      at: at,
      span: span,
      uptime: uptime,
      readings: readings.map { $0.quality.isGood ? Reading(cause, evidence: $0.value) : $0 },
      silence: silence
    )
  }
}
