internal import Telemetry

/// Finds names that somebody who mistyped may have meant.
package enum NearNames {
  /// The names nearest to `name`, nearest first, `limit` of them at most.
  package static func of(
    _ name: String,
    among candidates: some Sequence<String>,
    limit: Int = 5
  ) -> [String] {
    let wanted = Array(name.lowercased().unicodeScalars)
    let tolerance = max(1, min(3, wanted.count / 3))
    var scored: [(distance: Int, name: String)] = []
    for candidate in candidates {
      let text = Array(candidate.lowercased().unicodeScalars)
      let distance = EditDistance.between(wanted, text)
      let isPart = wanted.count >= 3 && contains(text, wanted)
      if distance <= tolerance || isPart {
        scored.append((isPart ? min(distance, tolerance) : distance, candidate))
      }
    }
    return scored.sorted { ($0.distance, $0.name) < ($1.distance, $1.name) }
      .prefix(limit).map(\.name)
  }

  private static func contains(_ text: [Unicode.Scalar], _ part: [Unicode.Scalar]) -> Bool {
    guard text.count >= part.count else { return false }
    return (0...(text.count - part.count)).contains { text[$0...].starts(with: part) }
  }
}
