internal import Fieldbus
internal import Profiles
internal import Telemetry

extension BusFailure {
  /// Whether the port or the connection is gone.
  var isLoss: Bool { cause == .noConnection }
}

extension TrialWatch {
  /// The summary, as lines: least, greatest and last value, changes, and how often each failed.
  package var lines: [String] {
    let heading = ["signal", "least", "greatest", "last", "changes", "failed"]
    let rows = signals.map { course in
      [
        course.signal.name,
        course.least.map(Self.text) ?? "-",
        course.greatest.map(Self.text) ?? "-",
        course.last.map { Self.text($0, course.signal.unit) } ?? "-",
        "\(course.changes)",
        course.failed,
      ]
    }
    let note = missed > 0 ? ["\(missed) scans fell out, since the bus was busy."] : []
    return TrialReport.columns([heading] + rows) + note + [summary]
  }

  private var summary: String {
    let bad = signals.filter { !$0.failures.isEmpty }.count
    let unread = signals.filter { $0.scans == 0 }.count
    let rest = unread > 0 ? " \(unread) were not read yet." : ""
    return bad == 0
      ? "All \(signals.count - unread) signals that were read were always good." + rest
      : "\(bad) of \(signals.count) signals were bad at times." + rest
  }

  /// `183.2`, and `183` for a whole number.
  private static func text(_ number: Double) -> String {
    Int64(exactly: number).map(String.init) ?? "\(number)"
  }

  fileprivate static func text(_ reading: Reading, _ unit: String?) -> String {
    let value = reading.value.map { "\($0)" + (unit.map { " \($0)" } ?? "") }
    guard case .bad(let cause) = reading.quality else { return value ?? "-" }
    return value.map { "\(cause.code) (\($0))" } ?? cause.code
  }
}

extension TrialWatch.Course {
  /// `never`, or `3 of 20: timeout 2, crc 1`.
  fileprivate var failed: String {
    let total = failures.values.reduce(0, +)
    guard total > 0 else { return scans == 0 ? "not read" : "never" }
    let causes = failures.sorted { ($1.value, $0.key.code) < ($0.value, $1.key.code) }
    let parts = causes.map { "\($0.key.code) \($0.value)" }
    return "\(total) of \(scans): " + parts.joined(separator: ", ")
  }
}

extension TrialWatch.Change: CustomStringConvertible {
  /// `21:11:07.123 zone1.top.temperature 183.2 Cel → 184.1 Cel`.
  package var description: String {
    let clock = at.description.dropFirst(11).prefix(12)
    let before = before.map { TrialWatch.text($0, signal.unit) + " → " } ?? ""
    return "\(clock) \(signal.name) \(before)\(TrialWatch.text(now, signal.unit))"
  }
}
