internal import FoundationEssentials
internal import Glibc
internal import SystemPackage

/// Standard output and error, with colour only where a person looks and wants it.
package enum Terminal {
  /// A colour that text may have; meaning is never in the colour alone.
  package enum Colour: String, Sendable {
    case bold = "1"
    case dim = "2"
    case red = "31"
    case green = "32"
    case yellow = "33"
    case blue = "34"
  }

  /// Whether standard output is a terminal and neither `NO_COLOR` (no-color.org) nor a dumb
  /// terminal forbids colour.
  package static let isColourful: Bool =
    isatty(STDOUT_FILENO) == 1 && environment("NO_COLOR").isEmpty && environment("TERM") != "dumb"

  /// Prints one line of data, at once also into a pipe.
  package static func line(_ text: String = "") {
    // Whoever read standard output may have gone; there is nobody left to tell.
    _ = try? FileDescriptor.standardOutput.writeAll((text + "\n").utf8)
  }

  /// Prints a whole text, which ends its lines itself.
  package static func text(_ text: String) {
    _ = try? FileDescriptor.standardOutput.writeAll(text.utf8)
  }

  /// Prints a document for programs.
  package static func json(_ document: some Encodable) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    line(String(decoding: try encoder.encode(document), as: UTF8.self))
  }

  /// Prints columns as wide as their widest cell, two spaces apart.
  package static func table(_ rows: [[String]]) {
    let columns = rows.reduce(0) { max($0, $1.count) }
    let widths = (0..<columns).map { column in
      rows.reduce(0) { max($0, $1.indices.contains(column) ? $1[column].count : 0) }
    }
    for row in rows {
      var text = ""
      for (cell, width) in zip(row, widths) {
        text += cell + String(repeating: " ", count: width - cell.count + 2)
      }
      while text.last == " " { text.removeLast() }
      line(text)
    }
  }

  /// Columns that standard output shows: those of the terminal, at most 120; otherwise 80.
  package static var width: Int {
    var size = winsize()
    guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
    return min(Int(size.ws_col), 120)
  }

  /// Prints one line for people on standard error.
  package static func error(_ text: String) {
    _ = try? FileDescriptor.standardError.writeAll((text + "\n").utf8)
  }

  /// The text in a colour, where colours are wanted.
  package static func coloured(_ text: String, _ colour: Colour) -> String {
    isColourful ? "\u{1B}[\(colour.rawValue)m\(text)\u{1B}[0m" : text
  }

  /// A variable of the environment; empty when it is not set.
  package static func environment(_ name: String) -> String {
    getenv(name).map { String(cString: $0) } ?? ""
  }
}
