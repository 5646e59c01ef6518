internal import MarkedYAML

/// The short form of one fault: `WHAT@FROM..TO, KEY: VALUE, …`.
///
///     silence@10s..20s
///     latency, delay: 200ms, jitter: 50ms
///     exception@1m.., code: 6, units: [1, 2]
///
/// It is what a script has for the fault, on one line and without braces; only the times may stand
/// behind the fault's name. It is turned into YAML, so that one reader judges both.
struct FaultShortForm {
  private static let opening = "{fault: "

  /// What is composed.
  let yaml: String
  private let kindLength: Int
  private let spanLength: Int
  private let restLength: Int

  init(_ text: String) {
    let kind = text.prefix { $0 != "@" && $0 != "," }
    let span = text[kind.endIndex...].prefix { $0 != "," }
    let rest = text[span.endIndex...]
    yaml = Self.opening + kind + rest + Self.times(span) + "}"
    (kindLength, spanLength, restLength) = (
      kind.unicodeScalars.count, span.unicodeScalars.count, rest.unicodeScalars.count
    )
  }

  /// Where a mark of the YAML text is in the short form, which is on line `line`.
  func mark(_ mark: SourceMark, line: Int) -> SourceMark {
    let place = mark.column - 1 - Self.opening.count
    let column =
      if place < kindLength {
        max(place, 0)
      } else if place < kindLength + restLength {
        place + spanLength
      } else {
        kindLength
      }
    return SourceMark(line: line, column: column + 1)
  }

  /// Keys for `@10s..20s`, `@10s..`, `@..20s`, or `@10s` for all that follows.
  private static func times(_ span: Substring) -> String {
    let ends = span.dropFirst().split(
      separator: "..",
      maxSplits: 1,
      omittingEmptySubsequences: false
    )
    let pairs = zip(["from", "to"], ends).filter { !$1.isEmpty }
    // A sign with no time behind it is a mistake, which the reader names.
    let isEmpty = pairs.isEmpty && !span.isEmpty
    return isEmpty ? ", from: " : pairs.map { ", \($0): \($1)" }.joined()
  }
}
