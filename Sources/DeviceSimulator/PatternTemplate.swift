internal import Profiles

/// A regular expression turned round: literal text with fields in it.
///
///     try PatternTemplate("O2 (?<o2>\\d+) ppm", fields: ["o2"]).text { _ in "512" }  // O2 512 ppm
package struct PatternTemplate: Sendable, Hashable {
  package enum Piece: Sendable, Hashable {
    case literal(String)
    /// A named group, the expression inside it, and a text that the expression matches.
    case field(name: String, source: String, example: String)
    /// A character that may be repeated, where a text must be longer.
    case padding(String, most: Int)
  }

  package let pattern: String
  package let pieces: [Piece]

  /// Turns a pattern round.
  ///
  /// - Parameters:
  ///   - pattern: A regular expression.
  ///   - fields: The named groups whose text comes from outside; other groups get an example.
  /// - Throws: ``PatternTemplateError``
  package init(_ pattern: String, fields: Set<String>) throws(PatternTemplateError) {
    do { _ = try LinePattern.compile(pattern) } catch {
      throw .invalid(pattern: pattern, reason: "\(error)")
    }
    var parser = PatternParser(pattern)
    let node = try parser.parse()
    var builder = Builder(pattern: pattern, fields: fields)
    try builder.append(node)
    let found = Set(builder.pieces.compactMap(\.name))
    if let missing = fields.subtracting(found).min() {
      throw .missingField(pattern: pattern, field: missing)
    }
    self.pattern = pattern
    pieces = builder.pieces
  }

  /// The text with the fields' texts in it, longer by `padding` as far as the pattern allows.
  package func text(padding: Int = 0, field: (String) -> String) -> String {
    var left = padding
    return pieces.map { piece in
      switch piece {
      case .literal(let text): return text
      case .field(let name, _, _): return field(name)
      case .padding(let character, let most):
        let count = min(left, most)
        left -= count
        return String(repeating: character, count: count)
      }
    }.joined()
  }

  /// By how much ``text(padding:field:)`` can be longer.
  var mostPadding: Int {
    pieces.reduce(0) { sum, piece in
      if case .padding(_, let most) = piece { sum + most } else { sum }
    }
  }

  /// Whether the pattern matches a whole text.
  package func matches(_ text: String) -> Bool { Self.isMatch(text, of: pattern) }

  /// Whether an expression matches a whole text; not when it is no expression.
  static func isMatch(_ text: String, of pattern: String) -> Bool {
    guard let expression = try? LinePattern.compile(pattern) else { return false }
    return (try? expression.wholeMatch(in: text)) != nil
  }
}

extension PatternTemplate.Piece {
  fileprivate var name: String? { if case .field(let name, _, _) = self { name } else { nil } }
}

/// Lays a pattern's structure out in pieces.
private struct Builder {
  let pattern: String
  let fields: Set<String>
  private(set) var pieces: [PatternTemplate.Piece] = []

  init(pattern: String, fields: Set<String>) {
    self.pattern = pattern
    self.fields = fields
  }

  mutating func append(_ node: PatternNode) throws(PatternTemplateError) {
    switch node {
    case .literal(let text): append(text)
    case .sequence(let nodes): for node in nodes { try append(node) }
    case .alternatives(let branches): try append(best(of: branches))
    case .repeated(let node, let minimum, let maximum):
      try append(node, times: minimum)
      appendPadding(node, most: (maximum ?? LineDecoder.maximumLength) - minimum)
    case .named(let name, let source, let content):
      guard fields.contains(name) else { return try append(content) }
      guard !content.names.contains(where: fields.contains) else {
        throw unsupported("the field \(name) has another field within it")
      }
      pieces.append(.field(name: name, source: source, example: content.example))
    }
  }

  /// A part with a field in it appears even where it need not: the field is wanted.
  private mutating func append(_ node: PatternNode, times: Int) throws(PatternTemplateError) {
    let hasField = node.names.contains(where: fields.contains)
    guard !hasField || times <= 1 else { throw unsupported("a field is repeated \(times) times") }
    for _ in 0..<(hasField ? 1 : times) { try append(node) }
  }

  private mutating func appendPadding(_ node: PatternNode, most: Int) {
    let character = node.example
    guard most > 0, character.utf8.count == 1, node.names.isEmpty else { return }
    pieces.append(.padding(character, most: most))
  }

  /// The first of the alternatives that hold the most fields.
  private func best(of branches: [PatternNode]) -> PatternNode {
    let counts = branches.map { Set($0.names).intersection(fields).count }
    let most = counts.max() ?? 0
    return zip(branches, counts).first { $1 == most }?.0 ?? .literal("")
  }

  private mutating func append(_ text: String) {
    guard !text.isEmpty else { return }
    if case .literal(let before) = pieces.last {
      pieces[pieces.count - 1] = .literal(before + text)
    } else {
      pieces.append(.literal(text))
    }
  }

  private func unsupported(_ reason: String) -> PatternTemplateError {
    .unsupported(pattern: pattern, offset: 0, reason: reason)
  }
}
