/// One thing of the source that the profile does not hold as it was, and what to do about it.
package struct ImportNote: Sendable, Hashable {
  package enum Kind: String, Sendable, Hashable, CaseIterable {
    /// The profile has no place for it.
    case notCarriedOver = "not carried over"
    /// Its place is the agent's configuration.
    case agentConfiguration = "for agent.yaml"
    /// The source does not say it, or not surely: somebody has to check it.
    case check = "check"
  }

  package let kind: Kind

  /// The source's own words for it: keys, or a signal's name.
  package let subject: String

  /// What became of it, and what to do.
  package let text: String

  /// Lines of the source, in order; none where there is no line to name.
  package fileprivate(set) var lines: [Int]

  /// The note as people and editors read it: `file:line: kind: subject: text`.
  package func description(file: String) -> String {
    let place = lines.first.map { "\(file):\($0)" } ?? file
    let others = lines.dropFirst()
    let also =
      others.isEmpty
      ? ""
      : " (also line\(others.count == 1 ? "" : "s") "
        + others.prefix(Self.shownLines).map(String.init).joined(separator: ", ")
        + (others.count > Self.shownLines ? ", …" : "") + ")"
    return "\(place): \(kind.rawValue): \(subject): \(text)\(also)"
  }

  private static let shownLines = 20
}

/// Collects notes; the same thing said of several lines is one note.
final class NoteLog {
  private(set) var notes: [ImportNote] = []
  private var places: [ImportNote: Int] = [:]
  private var lines: [Int: Set<Int>] = [:]

  func add(_ kind: ImportNote.Kind, _ subject: String, _ text: String, line: Int?) {
    let key = ImportNote(kind: kind, subject: subject, text: text, lines: [])
    guard let place = places[key] else {
      places[key] = notes.count
      lines[notes.count] = line.map { [$0] } ?? []
      notes.append(
        ImportNote(kind: kind, subject: subject, text: text, lines: line.map { [$0] } ?? [])
      )
      return
    }
    guard let line, lines[place, default: []].insert(line).inserted else { return }
    notes[place].lines.append(line)
  }

  /// All notes in the order of the source; those without a line come first.
  var sorted: [ImportNote] {
    notes.enumerated()
      .sorted {
        ($0.element.lines.first ?? 0, $0.offset) < ($1.element.lines.first ?? 0, $1.offset)
      }
      .map(\.element)
  }
}
