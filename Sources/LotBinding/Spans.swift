/// Which record was in force when, on the monotonic clock, which no clock step disturbs.
struct Spans: Sendable, Hashable {
  private struct Span: Sendable, Hashable {
    let from: Duration
    let seq: Int?
  }

  /// Empty until something changes in this run.
  private var spans: [Span] = []

  /// Changes that are remembered: enough for scans that are still on their way, also where lots change
  /// many times during one of them.
  private static let remembered = 256

  /// Takes a change.
  ///
  /// - Parameters:
  ///   - old: What was in force until then.
  ///   - new: What is in force from then on.
  ///   - uptime: When; nil for a change in an earlier run.
  mutating func change(from old: Int?, to new: Int?, at uptime: Duration?) {
    guard let uptime else { return }
    if spans.isEmpty { spans.append(Span(from: .seconds(Int64.min / 2), seq: old)) }
    spans.append(Span(from: uptime, seq: new))
    spans = spans.suffix(Self.remembered)
  }

  /// What was in force at a moment of this run.
  ///
  /// - Parameters:
  ///   - uptime: The moment.
  ///   - now: What is in force now.
  /// - Returns: A record's sequence number; nil for nothing.
  func inForce(at uptime: Duration, now: Int?) -> Int? {
    guard let first = spans.first else { return now }
    return (spans.last { $0.from <= uptime } ?? first).seq
  }
}
