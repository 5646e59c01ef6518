/// The structure of a regular expression, as far as text can be made from it.
indirect enum PatternNode: Sendable, Hashable {
  case literal(String)
  case sequence([PatternNode])
  case alternatives([PatternNode])
  /// `maximum` is nil where there is none.
  case repeated(PatternNode, minimum: Int, maximum: Int?)
  /// A named group; `source` is the expression inside it.
  case named(String, source: String, PatternNode)

  /// Names of the groups inside, from left to right.
  var names: [String] {
    switch self {
    case .literal: []
    case .sequence(let nodes), .alternatives(let nodes): nodes.flatMap(\.names)
    case .repeated(let node, _, _): node.names
    case .named(let name, _, let node): [name] + node.names
    }
  }

  /// The shortest text that it matches, of those that come first.
  var example: String {
    switch self {
    case .literal(let text): text
    case .sequence(let nodes): nodes.map(\.example).joined()
    case .alternatives(let nodes): nodes.first?.example ?? ""
    case .repeated(let node, let minimum, _): String(repeating: node.example, count: minimum)
    case .named(_, _, let node): node.example
    }
  }
}

/// Why no text can be made from a pattern.
package enum PatternTemplateError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The pattern is no regular expression.
  case invalid(pattern: String, reason: String)
  /// A part of it says what text is, but not how to make it.
  case unsupported(pattern: String, offset: Int, reason: String)
  /// A field has no group of its own that the text goes through.
  case missingField(pattern: String, field: String)
  /// No way of writing the field's values fits its group.
  case noFormat(field: String, group: String, value: String)
  /// The text that was made does not match after all.
  case mismatch(pattern: String, text: String)
  /// No text that matches has the length of the instrument's frames.
  case noLength(pattern: String, bytes: Int)
  /// A frame with the text in it cannot be told from others: it holds a mark.
  case noFrame(pattern: String, text: String)

  package var description: String {
    switch self {
    case .invalid(let pattern, let reason): "\(pattern) is not a regular expression: \(reason)"
    case .unsupported(let pattern, let offset, let reason):
      "\(reason), at character \(offset + 1) of \(pattern); write it with literal text, "
        + "character classes, groups, '|' and '?', '*', '+' or '{n}'"
    case .missingField(let pattern, let field):
      "\(pattern) has no group (?<\(field)>…) on the way that the text takes"
    case .noFormat(let field, let group, let value):
      "\(value) cannot be written so that it fits the group (?<\(field)>\(group))"
    case .noLength(let pattern, let bytes):
      "no text of \(bytes) bytes that matches \(pattern) can be made; write widths into it"
    case .noFrame(let pattern, let text):
      "the text \(text.debugDescription) that was made from \(pattern) holds the end of a frame"
    case .mismatch(let pattern, let text):
      "the text \(text.debugDescription) that was made from \(pattern) does not match it"
    }
  }
}
