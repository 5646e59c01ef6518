/// Reads the subset of regular expressions from which text can be made: literals, escapes,
/// character classes, groups, alternatives, quantifiers and anchors.
struct PatternParser {
  /// Longest repetition that is written out.
  private static let maximumRepetition = 64

  /// Deepest nesting of groups.
  private static let maximumDepth = 32

  private let pattern: String
  private let scalars: [Unicode.Scalar]
  private var position = 0
  private var depth = 0

  init(_ pattern: String) {
    self.pattern = pattern
    scalars = Array(pattern.unicodeScalars)
  }

  /// The pattern's structure.
  mutating func parse() throws(PatternTemplateError) -> PatternNode {
    let node = try alternatives()
    guard position == scalars.count else { throw unsupported("an unexpected ')'") }
    return node
  }

  private mutating func alternatives() throws(PatternTemplateError) -> PatternNode {
    depth += 1
    defer { depth -= 1 }
    guard depth <= Self.maximumDepth else { throw unsupported("groups are nested too deep") }
    var branches = [try sequence()]
    while take("|") { branches.append(try sequence()) }
    return branches.count == 1 ? branches[0] : .alternatives(branches)
  }

  private mutating func sequence() throws(PatternTemplateError) -> PatternNode {
    var nodes: [PatternNode] = []
    while let next = peek, next != "|", next != ")" {
      let atom = try atom()
      nodes.append(try quantified(atom))
    }
    return .sequence(nodes)
  }

  private mutating func atom() throws(PatternTemplateError) -> PatternNode {
    switch scalars[position] {
    case "(": return try group()
    case "[":
      var parser = CharacterClassParser(scalars: scalars, position: position, pattern: pattern)
      let example = try parser.example()
      position = parser.position
      return .literal(String(Character(example)))
    case "\\": return try escape()
    case "^", "$":
      position += 1
      return .literal("")
    case ".":
      position += 1
      return .literal("0")
    case "*", "+", "?": throw unsupported("a quantifier with nothing before it")
    case let literal:
      position += 1
      return .literal(String(Character(literal)))
    }
  }

  private mutating func group() throws(PatternTemplateError) -> PatternNode {
    position += 1
    guard take("?") else { return try groupEnd() }
    if take(":") || take(">") { return try groupEnd() }
    if take("P") { guard peek == "<" else { throw unsupported("'(?P' without '<'") } }
    if take("<") {
      if peek == "=" || peek == "!" { throw unsupported("looking back, '(?<='") }
      return try namedGroup()
    }
    if peek == "=" || peek == "!" { throw unsupported("looking ahead, '(?='") }
    return try flags()
  }

  private mutating func namedGroup() throws(PatternTemplateError) -> PatternNode {
    var name = ""
    while let scalar = peek, scalar != ">" {
      name.unicodeScalars.append(scalar)
      position += 1
    }
    guard take(">"), !name.isEmpty else { throw unsupported("a group's name without an end") }
    let start = position
    let content = try groupEnd()
    var source = String.UnicodeScalarView()
    source.append(contentsOf: scalars[start..<(position - 1)])
    return .named(name, source: String(source), content)
  }

  /// `(?i)` and `(?i:…)`; of the flags only those that leave the example a match.
  private mutating func flags() throws(PatternTemplateError) -> PatternNode {
    while let flag = peek, "imsn-".unicodeScalars.contains(flag) { position += 1 }
    if take(")") { return .literal("") }
    guard take(":") else { throw unsupported("this kind of group or flag") }
    return try groupEnd()
  }

  private mutating func groupEnd() throws(PatternTemplateError) -> PatternNode {
    let content = try alternatives()
    guard take(")") else { throw unsupported("a '(' without its ')'") }
    return content
  }

  private mutating func escape() throws(PatternTemplateError) -> PatternNode {
    if let next = scalars.dropFirst(position + 1).first, "bBAzZGK".unicodeScalars.contains(next) {
      if next == "B" || next == "K" { throw unsupported("the escape \\\(next)") }
      position += 2
      return .literal("")
    }
    var parser = EscapeParser(scalars: scalars, position: position, pattern: pattern)
    let example = try parser.example()
    position = parser.position
    return .literal(String(Character(example)))
  }

  private mutating func quantified(
    _ node: PatternNode
  ) throws(PatternTemplateError) -> PatternNode {
    let minimum: Int
    let maximum: Int?
    switch peek {
    case "?":
      position += 1
      (minimum, maximum) = (0, 1)
    case "*":
      position += 1
      (minimum, maximum) = (0, nil)
    case "+":
      position += 1
      (minimum, maximum) = (1, nil)
    case "{": (minimum, maximum) = try bounds()
    default: return node
    }
    // Lazy and possessive matching find the same text.
    if !take("?") { _ = take("+") }
    guard minimum <= Self.maximumRepetition else {
      throw unsupported("more than \(Self.maximumRepetition) repetitions")
    }
    return .repeated(node, minimum: minimum, maximum: maximum)
  }

  /// The least and the greatest count of `{n}`, `{n,}`, `{n,m}` or `{,m}`.
  private mutating func bounds() throws(PatternTemplateError) -> (Int, Int?) {
    position += 1
    var text = ""
    while let scalar = peek, scalar != "}" {
      text.unicodeScalars.append(scalar)
      position += 1
    }
    guard take("}") else { throw unsupported("a '{' without its '}'") }
    let parts = text.split(separator: ",", omittingEmptySubsequences: false)
    let minimum = parts.first.flatMap { $0.isEmpty && parts.count == 2 ? 0 : Int($0) }
    let maximum = parts.count == 1 ? minimum : parts.last.flatMap { Int($0) }
    guard let minimum, parts.count <= 2, (minimum...).contains(maximum ?? minimum),
      maximum != nil || parts.last?.isEmpty == true
    else { throw unsupported("the repetition {\(text)}") }
    return (minimum, maximum)
  }

  private var peek: Unicode.Scalar? { position < scalars.count ? scalars[position] : nil }

  private mutating func take(_ scalar: Unicode.Scalar) -> Bool {
    guard peek == scalar else { return false }
    position += 1
    return true
  }

  private func unsupported(_ reason: String) -> PatternTemplateError {
    .unsupported(pattern: pattern, offset: position, reason: reason)
  }
}
