/// Which known word was probably meant.
package enum Suggestion {
  /// Longer words are not compared.
  private static let maximumLength = 64

  /// The known word nearest to `word`, if it is near enough to be a slip of the pen.
  package static func nearest(to word: String, among known: some Sequence<String>) -> String? {
    guard word.count <= maximumLength else { return nil }
    let limit = max(1, word.count / 3)
    return
      known
      .map { (word: $0, distance: distance(normal(word), normal($0))) }
      .filter { $0.distance <= limit }
      .min { ($0.distance, $0.word) < ($1.distance, $1.word) }?
      .word
  }

  /// `did you mean "address"?`, or else the whole choice.
  package static func text(for word: String, among known: [String], noun: String) -> String {
    if let nearest = nearest(to: word, among: known) { return "did you mean \"\(nearest)\"?" }
    if known.isEmpty { return "there is no \(noun)" }
    return "\(noun): " + known.sorted().joined(separator: ", ")
  }

  private static func normal(_ word: String) -> [Character] {
    word.lowercased().map { $0 == "-" ? "_" : $0 }
  }

  /// Insertions, deletions, changes and swaps of neighbours between two words.
  static func distance(_ left: [Character], _ right: [Character]) -> Int {
    var beforeLast: [Int] = []
    var last = Array(0...right.count)
    for (row, character) in left.enumerated() {
      var current = [row + 1]
      for (column, other) in right.enumerated() {
        var best = min(
          last[column] + (character == other ? 0 : 1),
          last[column + 1] + 1,
          current[column] + 1
        )
        if row > 0, column > 0, character == right[column - 1], left[row - 1] == other {
          best = min(best, beforeLast[column - 1] + 1)
        }
        current.append(best)
      }
      beforeLast = last
      last = current
    }
    return last[right.count]
  }
}
