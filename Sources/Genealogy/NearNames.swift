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
      let distance = Self.distance(wanted, text)
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

  /// Insertions, deletions, substitutions and swaps of neighbours that lead from one to the other
  /// (optimal string alignment).
  private static func distance(_ left: [Unicode.Scalar], _ right: [Unicode.Scalar]) -> Int {
    if left.isEmpty || right.isEmpty { return max(left.count, right.count) }
    var before: [Int] = []
    var last = Array(0...right.count)
    for i in 1...left.count {
      var row = [i]
      row.reserveCapacity(right.count + 1)
      for j in 1...right.count {
        let same = left[i - 1] == right[j - 1]
        var best = min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (same ? 0 : 1))
        if i > 1, j > 1, left[i - 1] == right[j - 2], left[i - 2] == right[j - 1] {
          best = min(best, before[j - 2] + 1)
        }
        row.append(best)
      }
      (before, last) = (last, row)
    }
    return last[right.count]
  }
}
