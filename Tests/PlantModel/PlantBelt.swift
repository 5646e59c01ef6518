/// The belt of the model's conveyor, in whole millimetres and seconds: where it truly is.
package struct PlantBelt: Hashable {
  /// Of the conveyor, from its entry to its end.
  package static let length = 600
  package static let zones = [200, 400]

  /// To each side of a zone's sensor.
  static let reach = 50
  static let boardLength = 100

  /// Millimetres a second that it never exceeds.
  static let fastest = 30

  /// For how many seconds the last good speed is believed.
  static let hold = 5

  private struct Change: Hashable {
    let second: Int
    let speed: Int
  }

  private var changes = [Change(second: 0, speed: 10)]

  /// Whether the agent can read the speed.
  var isRead = true

  /// The last speed that it read in this run, and when.
  var lastRead: (second: Int, speed: Int)? {
    get { lastReadSecond.map { ($0, lastReadSpeed) } }
    set { (lastReadSecond, lastReadSpeed) = (newValue?.second, newValue?.speed ?? 0) }
  }

  private var lastReadSecond: Int?
  private var lastReadSpeed = 0

  mutating func set(speed: Int, at second: Int) {
    changes.append(Change(second: second, speed: speed))
  }

  func speed(at second: Int) -> Int { changes.last { $0.second <= second }?.speed ?? 0 }

  /// How far it has run since the journal began.
  func run(at second: Int) -> Int {
    var run = 0
    for (index, change) in changes.enumerated() where change.second < second {
      let next = index + 1 < changes.count ? changes[index + 1].second : second
      run += change.speed * (min(next, second) - change.second)
    }
    return run
  }

  /// Whether a stretch of the belt is at a zone, or anywhere on the conveyor, when it has run so far.
  static func isThere(_ zone: Int?, from head: Int, to tail: Int?, at run: Int) -> Bool {
    let (first, last) = zone.map { ($0 - reach, $0 + reach) } ?? (0, length)
    return run - head >= first && tail.map { run - $0 <= last } ?? true
  }
}
