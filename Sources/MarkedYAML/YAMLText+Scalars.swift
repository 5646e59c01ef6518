internal import Telemetry

/// Texts as they stand in a file, so that YAML 1.1 and 1.2 read them alike.
extension YAMLText {
  /// The text, in double quotes exactly where it needs them; right in block and flow alike.
  package static func written(_ text: String) -> String {
    // A byte order mark within a text has neither width nor meaning, and readers drop it.
    let text = String(String.UnicodeScalarView(text.unicodeScalars.filter { $0 != "\u{FEFF}" }))
    return needsQuotes(text) ? quoted(text) : text
  }

  /// The text in double quotes (YAML 1.2.2, 7.3.1).
  ///
  /// - Parameters:
  ///   - text: Any text.
  ///   - isASCII: Whether every other character is escaped, too: for bytes.
  /// - Returns: One line.
  package static func quoted(_ text: String, isASCII: Bool = false) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\r": result += "\\r"
      case "\t": result += "\\t"
      default:
        let isKept = isPrintable(scalar) && (!isASCII || scalar.isASCII)
        if isKept { result.unicodeScalars.append(scalar) } else { result += escaped(scalar) }
      }
    }
    return result + "\""
  }

  /// The text as one line for a comment.
  package static func comment(_ text: String) -> String {
    let plain = String(
      String.UnicodeScalarView(text.unicodeScalars.map { isPrintable($0) ? $0 : " " })
    )
    return plain.split(separator: " ").joined(separator: " ")
  }

  private static func needsQuotes(_ text: String) -> Bool {
    guard let first = text.unicodeScalars.first, let last = text.unicodeScalars.last else {
      return true
    }
    if PlainScalar.meaning(of: text) != nil { return true }
    if first == " " || last == " " || last == ":" { return true }
    if "-?:,[]{}#&*!|>'\"%@`=<".unicodeScalars.contains(first) { return true }
    if text.contains(": ") || text.contains(" #") || text.hasPrefix("---") { return true }
    return text.unicodeScalars.contains {
      !isPrintable($0) || ",[]{}\"".unicodeScalars.contains($0)
    }
  }

  /// What YAML 1.2 (5.1) calls printable, without what breaks lines or has no width.
  private static func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x20...0x7E, 0xA1...0x2027, 0x202F...0xD7FF, 0xE000...0xFEFE, 0xFF00...0xFFFD,
      0x1_0000...0x10_FFFF:
      true
    default: false
    }
  }

  private static func escaped(_ scalar: Unicode.Scalar) -> String {
    let width = scalar.value <= 0xFF ? 2 : scalar.value <= 0xFFFF ? 4 : 8
    let mark = width == 2 ? "x" : width == 4 ? "u" : "U"
    return "\\" + mark + scalar.value.hexadecimal(digits: width)
  }
}
