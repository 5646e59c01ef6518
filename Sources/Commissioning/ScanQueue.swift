internal import Telemetry

/// The questions that are still to be asked: what answers changes their order and number.
struct ScanQueue: Sendable {
  /// Questions asked.
  private(set) var done = 0

  /// How long the rest takes when nobody answers.
  private(set) var left: Duration
  private var pending: ArraySlice<ScanAttempt>
  private let turnaround: Duration
  /// Units that were moved to the front once.
  private var promoted: Set<UnitID> = []

  init(_ plan: ScanPlan) {
    pending = plan.attempts[...]
    turnaround = plan.turnaround
    left = .zero
    left = rest
  }

  /// Questions asked and to be asked.
  var total: Int { done + pending.count }

  var isEmpty: Bool { pending.isEmpty }

  mutating func next() -> ScanAttempt? {
    guard let attempt = pending.popFirst() else { return nil }
    done += 1
    left -= attempt.wait(turnaround: turnaround)
    return attempt
  }

  /// All devices on a line share its settings: the rest is asked there only.
  mutating func keep(_ place: ScanPlace) { drop { $0.place != place } }

  /// A device that was found is not asked again at this place.
  mutating func remove(_ unit: UnitID, at place: ScanPlace) {
    drop { $0.unit == unit && $0.place == place }
  }

  mutating func removeAll() { drop { _ in true } }

  /// Something damaged came when this was asked: the same is asked once more, then the unit at the
  /// other settings, those of the same speed first.
  mutating func promote(_ attempt: ScanAttempt) {
    guard promoted.insert(attempt.unit).inserted else { return }
    let others = pending.filter { $0.unit == attempt.unit && $0.probe == attempt.probe }
    let near = others.filter { $0.place.baud == attempt.place.baud }
    let far = others.filter { $0.place.baud != attempt.place.baud }
    let moved = Set(others)
    pending = ([attempt] + near + far + pending.filter { !moved.contains($0) })[...]
    left = rest
  }

  private mutating func drop(_ isDropped: (ScanAttempt) -> Bool) {
    pending.removeAll(where: isDropped)
    left = rest
  }

  private var rest: Duration {
    pending.reduce(.zero) { $0 + $1.wait(turnaround: turnaround) }
  }
}

extension ScanPlace {
  /// nil on TCP.
  var baud: Int? {
    if case .serial(let line) = self { line.baud } else { nil }
  }
}
