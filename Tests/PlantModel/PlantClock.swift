package import Telemetry

/// A moment at the plant that any two can be compared by, whatever the clocks on the wall show.
///
/// Time passes in whole seconds; the odd halves are for times that the clock never showed, because it
/// was set past them.
package struct PlantMoment: Hashable, Comparable {
  let half: Int

  /// What the clock would have shown, of a moment that it never showed.
  let unshown: Int

  init(second: Int) { (half, unshown) = (2 * second, 0) }

  init(before second: Int, unshown: Int) { (half, self.unshown) = (2 * second - 1, unshown) }

  package static func < (left: Self, right: Self) -> Bool {
    (left.half, left.unshown) < (right.half, right.unshown)
  }
}

/// What the clock on the wall showed at each second since the journal began, in seconds since the
/// first one.
package struct PlantClock: Hashable {
  private struct Setting: Hashable {
    /// From when on it holds.
    let second: Int

    /// By how much the clock is ahead of the seconds that passed.
    let ahead: Int

    /// The last second of which it is known that it was shown; nil while it holds.
    var last: Int?
  }

  package static let zero = Instant(microseconds: 1_795_521_600_000_000)

  private var settings = [Setting(second: 0, ahead: 0)]

  /// How often it was set.
  var steps: Int { settings.count - 1 }

  /// When the clock was last set.
  var lastSet: Int { settings[settings.count - 1].second }

  /// The clock is set, and was seen last at another second.
  mutating func set(to wall: Int, at second: Int, lastSeen: Int) {
    settings[settings.count - 1].last = lastSeen
    settings.append(Setting(second: second, ahead: wall - second))
  }

  func wall(at second: Int) -> Int {
    let setting = settings.last { $0.second <= second } ?? settings[0]
    return second + setting.ahead
  }

  package func instant(at second: Int) -> Instant { Self.instant(wall(at: second)) }

  static func instant(_ wall: Int) -> Instant { zero.advanced(by: .seconds(wall)) }

  static func wall(_ instant: Instant) -> Int {
    Int(instant.duration(since: zero).components.seconds)
  }

  /// The last moment at which the clock showed this; where it was set past it, when it was; nil
  /// before everything that it ever showed.
  func moment(shown wall: Int) -> PlantMoment? {
    for index in settings.indices.reversed() {
      let setting = settings[index]
      let second = wall - setting.ahead
      if second >= setting.second, second <= setting.last ?? .max {
        return moment(second, of: index, shown: wall)
      }
    }
    return settings.lastIndex { $0.second + $0.ahead <= wall }.flatMap { index in
      moment(wall - settings[index].ahead, of: index, shown: wall)
    }
  }

  /// The moment of a time that was recorded after so many steps of the clock.
  func moment(shown instant: Instant, after steps: Int) -> PlantMoment {
    let wall = Self.wall(instant)
    return moment(wall - settings[steps].ahead, of: steps, shown: wall)
  }

  private func moment(_ second: Int, of index: Int, shown wall: Int) -> PlantMoment {
    guard let last = settings[index].last else { return PlantMoment(second: second) }
    let next = settings[index + 1].second
    return second <= last && second < next
      ? PlantMoment(second: second) : PlantMoment(before: next, unshown: wall)
  }

  /// What the clock showed then, or would have.
  package func instant(of moment: PlantMoment) -> Instant {
    moment.half.isMultiple(of: 2)
      ? instant(at: moment.half / 2) : Self.instant(moment.unshown)
  }
}
