/// A pattern of the plant, ready to be matched.
struct PatternMatcher {
  let rule: CodePattern
  private let expression: Regex<AnyRegexOutput>

  init(_ rule: CodePattern) throws(CodePatternError) {
    self.rule = rule
    expression = try CodePattern.check(rule.pattern)
  }

  /// What a text says by this pattern; nil when it does not fit as a whole.
  func facts(of text: String) -> CodeFacts? {
    guard text.utf8.count <= CodePattern.maximumLength,
      let match = try? expression.wholeMatch(in: text)
    else { return nil }
    var facts = rule.stated
    facts.kind = rule.kind
    for (name, place) in CodePattern.groups where expression.contains(captureNamed: name) {
      if let caught = match.output[name]?.substring { facts[keyPath: place] = String(caught) }
    }
    // A code whose pattern names no group for what it is, is that as a whole.
    if let place = CodeFacts.place(of: rule.kind), facts[keyPath: place] == nil {
      facts[keyPath: place] = text
    }
    return facts
  }
}

extension CodeFacts {
  /// What a code of a kind is the name of.
  static func place(of kind: CodeKind) -> WritableKeyPath<CodeFacts, String?>? {
    switch kind {
    case .badge: \.operatorName
    case .lot, .material: \.lot
    case .unit: \.serial
    case .station: \.station
    case .part: \.part
    case .workOrder: \.workOrder
    case .program: \.program
    case .command: nil
    }
  }

  /// Takes what `other` says; where both say something, `other` wins when it overrides.
  package mutating func add(_ other: CodeFacts, overriding: Bool) {
    for (_, place) in CodePattern.groups {
      guard let value = other[keyPath: place], overriding || self[keyPath: place] == nil else {
        continue
      }
      self[keyPath: place] = value
    }
    command = other.command ?? command
  }

  /// What is said, as elements with the groups' names.
  package var elements: [CodeElement] {
    let said = CodePattern.groups.compactMap { name, place in
      self[keyPath: place].map { CodeElement(name, Self.titles[name] ?? name, $0) }
    }
    return said + (command.map { [CodeElement("command", "command", $0.rawValue)] } ?? [])
  }

  private static let titles = [
    "lot": "batch or lot", "serial": "serial number", "part": "part number",
    "work_order": "work order",
  ]
}
