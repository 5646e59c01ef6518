/// A document of the repository, read for tests that hold it to the sources.
package struct Document: Sendable {
  private let lines: [Substring]

  /// Reads the file of that name in `Documentation`.
  package init(_ name: String) throws {
    lines = try Repository.text(of: "Documentation/\(name)")
      .split(separator: "\n", omittingEmptySubsequences: false)
  }

  /// The rows of the tables below a heading, down to the next heading, each as its cells.
  ///
  /// Only rows that begin with a word in code, which are those that define it, and without the
  /// back quotes around that word. Without a heading, those of the whole document.
  package func rows(below heading: String? = nil) -> [[String]] {
    section(heading).filter { $0.hasPrefix("| `") }.map { line in
      var cells = String(line.dropFirst(2)).split(" | ")
      if let last = cells.popLast() {
        cells.append(last.hasSuffix(" |") ? String(last.dropLast(2)) : last)
      }
      if let first = cells.first { cells[0] = first.filter { $0 != "`" } }
      return cells
    }
  }

  /// The code blocks of a language, without their fences.
  package func blocks(of language: String) -> [String] {
    var blocks: [String] = []
    var open: String?
    for line in lines {
      if let text = open {
        if line == "```" { blocks.append(text) }
        open = line == "```" ? nil : text + line + "\n"
      } else if line == "```\(language)" {
        open = ""
      }
    }
    return blocks
  }

  private func section(_ heading: String?) -> ArraySlice<Substring> {
    guard let heading else { return lines[...] }
    guard let start = lines.firstIndex(of: Substring(heading)) else { return [] }
    return lines[(start + 1)...].prefix { !$0.hasPrefix("#") }
  }
}

extension String {
  fileprivate func split(_ separator: String) -> [String] {
    split(separator: separator, omittingEmptySubsequences: false).map(String.init)
  }
}

extension Repository {
  /// What a pattern's first group finds in the Swift files of a folder: the words that sources use.
  package static func words(in folder: String, matching pattern: String) throws -> Set<String> {
    let regex = try Regex(pattern)
    var words: Set<String> = []
    for file in try swiftFiles(in: folder) {
      for match in try text(of: file).matches(of: regex) {
        if let word = match.output[1].substring { words.insert(String(word)) }
      }
    }
    return words
  }
}
