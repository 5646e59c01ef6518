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
