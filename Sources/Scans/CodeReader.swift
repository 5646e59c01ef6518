internal import Telemetry

/// Reads codes: raw text of a scanner in, what it says out.
///
/// It holds compiled regular expressions, which cannot cross between threads: make one where it is
/// used.
package struct CodeReader {
  /// Longest code that is read, in bytes; it bounds every search.
  package static let maximumLength = 1_024

  private let rules: CodeRules
  private let patterns: [PatternMatcher]
  private let year: Int

  /// - Parameters:
  ///   - rules: What the configuration says.
  ///   - year: This year, which decides the century of dates.
  /// - Throws: ``CodePatternError`` for a pattern that the configuration's reader would have refused.
  package init(_ rules: CodeRules, year: Int) throws(CodePatternError) {
    self.rules = rules
    self.year = year
    var patterns: [PatternMatcher] = []
    for rule in rules.codes { patterns.append(try PatternMatcher(rule)) }
    self.patterns = patterns
  }

  /// Reads a code.
  ///
  /// - Parameters:
  ///   - bytes: As the scanner sent them, with or without symbology identifier and line end.
  ///   - lot: The lot as a person read it on the label, which settles an ambiguous code.
  /// - Returns: What it says.
  /// - Throws: ``CodeError``: the code is not understood, or not for certain.
  package func read(
    _ bytes: some Sequence<UInt8>,
    lot: String? = nil
  ) throws(CodeError) -> ScannedCode {
    var code = Array(bytes)
    while let last = code.last, last == 0x0D || last == 0x0A { code.removeLast() }
    guard !code.isEmpty else {
      throw CodeError(.length, in: "", "nothing was read", mend: "scan again")
    }
    guard code.count <= Self.maximumLength else {
      throw CodeError(
        .length,
        in: VisibleText.text(of: code.prefix(40)) + "…",
        "it has \(code.count) characters, and at most \(Self.maximumLength) are read",
        mend: "scan another code of the label; is the scanner's line end right?"
      )
    }
    let symbology = Symbology(at: code[...])
    if symbology?.content != .text {
      code = StandIns.replaced(rules.standIns, in: code)
    }
    return try Attempt(
      bytes: code,
      start: symbology == nil ? 0 : 3,
      symbology: symbology,
      rules: rules,
      year: year,
      lot: lot,
      patterns: patterns
    ).read()
  }
}

/// Control characters and bytes that are no text, made visible: `{GS}`, `{0x9F}`.
package enum VisibleText {
  package static func text(of bytes: some Collection<UInt8>) -> String {
    let isText = String(validating: Array(bytes), as: UTF8.self) != nil
    var shown: [UInt8] = []
    for byte in bytes {
      if byte < 0x20 || byte == 0x7F || (byte > 0x7F && !isText) {
        shown += (names[byte] ?? "{0x\(byte.hexadecimal(digits: 2))}").utf8
      } else {
        shown.append(byte)
      }
    }
    return String(decoding: shown, as: UTF8.self)
  }

  private static let names: [UInt8: String] = [
    0x02: "{STX}", 0x03: "{ETX}", 0x04: "{EOT}", 0x09: "{TAB}", 0x0A: "{LF}", 0x0D: "{CR}",
    0x1C: "{FS}", 0x1D: "{GS}", 0x1E: "{RS}", 0x1F: "{US}",
  ]
}

/// What scanners send for GS.
enum StandIns {
  static func replaced(_ standIns: [String], in code: [UInt8]) -> [UInt8] {
    let marks = standIns.map { Array($0.utf8) }.filter { !$0.isEmpty }
    var result: [UInt8] = []
    var rest = code[...]
    while let byte = rest.first {
      if let mark = marks.first(where: { rest.starts(with: $0) }) {
        result.append(GS1Parser.separator)
        rest = rest.dropFirst(mark.count)
      } else {
        result.append(byte)
        rest = rest.dropFirst()
      }
    }
    return result
  }
}
