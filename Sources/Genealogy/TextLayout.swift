/// Columns and line breaks of plain text.
enum TextLayout {
  /// `text` and spaces up to `width`.
  static func padded(_ text: String, to width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - text.count))
  }

  /// Spaces up to `width`, and `text`; at least one space.
  static func padded(_ text: String, before width: Int) -> String {
    String(repeating: " ", count: max(1, width - text.count)) + text
  }

  /// `text`, its middle left out where it is longer than `width`.
  static func shortened(_ text: String, to width: Int) -> String {
    guard text.count > width, width > 4 else { return text }
    let tail = (width - 1) / 2
    return text.prefix(width - 1 - tail) + "…" + text.suffix(tail)
  }

  /// Breaks one line at spaces so that each piece fits.
  ///
  /// Pieces after the first begin with `indent`. Spaces at a line's end go.
  static func wrap(_ line: String, width: Int, indent: String) -> [String] {
    // Whatever the indent, a third of the line is left for text.
    let indent = String(indent.prefix(width * 2 / 3))
    var lines: [String] = []
    var rest = Substring(line)
    while rest.count > width {
      let room = rest.prefix(width + 1)
      let least = rest.index(rest.startIndex, offsetBy: lines.isEmpty ? 1 : indent.count + 1)
      guard let space = room[least...].lastIndex(of: " ") else { break }
      lines.append(trimmed(rest[..<space]))
      let next = rest[space...].drop { $0 == " " }
      if next.isEmpty { return lines }
      let following = indent + next
      if following.count >= rest.count {
        rest = Substring(following)
        break
      }
      rest = Substring(following)
    }
    lines.append(trimmed(rest))
    return lines
  }

  private static func trimmed(_ text: Substring) -> String {
    var text = text
    while text.last == " " { text.removeLast() }
    return String(text)
  }
}
