/// A table in a text file (RFC 4180), also with semicolons or tabs for commas.
package struct CSVText: Sendable, Hashable {
  package struct Row: Sendable, Hashable {
    package let line: Int
    package let cells: [String]

    /// Whether no cell holds anything.
    var isBlank: Bool { cells.allSatisfy(\.isEmpty) }
  }

  package let separator: Character
  package let rows: [Row]

  /// Reads a table; the separator is the one that its first line has most of.
  ///
  /// - Throws: ``CSVError`` where quotes do not fit.
  package init(_ text: String) throws(CSVError) {
    var scanner = CSVScanner(text)
    // Excel's own way to say it: a first line of sep=;
    let hint = text.prefix(6)
    let stated = hint.lowercased().hasPrefix("sep=") ? hint.dropFirst(4).first : nil
    if stated != nil { scanner.skipLine() }
    separator = stated ?? Self.separator(in: scanner.firstLine)
    rows = try scanner.rows(separator)
  }

  private static func separator(in line: some StringProtocol) -> Character {
    var counts: [Character: Int] = [:]
    var isQuoted = false
    for character in line {
      if character == "\"" { isQuoted.toggle() }
      if !isQuoted { counts[character, default: 0] += 1 }
    }
    let candidates: [Character] = ["\t", ";", ","]
    return candidates.max { (counts[$0] ?? 0) < (counts[$1] ?? 0) } ?? ","
  }
}

/// Why a text is not a table.
package struct CSVError: Error, Sendable, Hashable {
  package let line: Int
  package let reason: String
}

/// Steps through the characters of a table.
private struct CSVScanner {
  private let characters: [Character]
  private var position = 0
  private var line = 1

  init(_ text: String) { characters = Array(text) }

  private var current: Character? {
    position < characters.count ? characters[position] : nil
  }

  var firstLine: String { String(characters[position...].prefix { !$0.isNewline }) }

  mutating func skipLine() {
    while let character = current {
      step()
      if character.isNewline { return }
    }
  }

  private mutating func step() {
    if current?.isNewline == true { line += 1 }
    position += 1
  }

  mutating func rows(_ separator: Character) throws(CSVError) -> [CSVText.Row] {
    var rows: [CSVText.Row] = []
    while current != nil {
      let start = line
      var cells: [String] = []
      repeat {
        cells.append(try cell(separator))
      } while take(separator)
      if current != nil { step() }
      let row = CSVText.Row(line: start, cells: cells)
      if !row.isBlank { rows.append(row) }
    }
    return rows
  }

  private mutating func take(_ separator: Character) -> Bool {
    guard current == separator else { return false }
    step()
    return true
  }

  private mutating func cell(_ separator: Character) throws(CSVError) -> String {
    if current == "\"" { return try quoted(separator) }
    var text = ""
    while let character = current, character != separator, !character.isNewline {
      text.append(character)
      step()
    }
    return trimmed(text)
  }

  private mutating func quoted(_ separator: Character) throws(CSVError) -> String {
    let start = line
    var text = ""
    step()
    while let character = current {
      step()
      guard character == "\"" else {
        text.append(character)
        continue
      }
      if current == "\"" {
        text.append("\"")
        step()
        continue
      }
      while current == " " { step() }
      guard current == nil || current == separator || current?.isNewline == true else {
        throw CSVError(
          line: line,
          reason: "there is text behind a closing quote; write a quote inside of a cell twice"
        )
      }
      return trimmed(text)
    }
    throw CSVError(line: start, reason: "a quote opens here and never closes; close it with \"")
  }

  private func trimmed(_ text: String) -> String {
    var text = text[...]
    while text.first?.isWhitespace == true { text.removeFirst() }
    while text.last?.isWhitespace == true { text.removeLast() }
    return String(text)
  }
}
