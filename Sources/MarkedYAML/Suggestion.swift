internal import Telemetry

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
      .map { (word: $0, distance: EditDistance.between(normal(word), normal($0))) }
      .filter { $0.distance <= limit }
      .min { ($0.distance, $0.word) < ($1.distance, $1.word) }?
      .word
  }

  /// `did you mean "address"?`, or else the whole choice.
  package static func text(for word: String, among known: [String], noun: String) -> String {
    if let nearest = nearest(to: word, among: known) { return "did you mean \"\(nearest)\"?" }
    if known.isEmpty { return "there is none" }
    return "\(noun): " + known.sorted().joined(separator: ", ")
  }

  private static func normal(_ word: String) -> [Character] {
    word.lowercased().map { $0 == "-" ? "_" : $0 }
  }
}
