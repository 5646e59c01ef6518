/// Reads the fields of one mapping by its ``Shape``, and notes everything that is wrong with them.
///
/// A field that is missing or wrong is nil, so that reading goes on; after the last field,
/// ``finish()`` notes what the mapping lacks, the keys that nobody knows and the rules that are
/// broken.
///
///     let fields = FieldReader(node, shape: GroupShape.shape, into: log)
///     let name = fields.value(GroupShape.name)
///     let period = fields.value(GroupShape.period)
///     fields.finish()
package final class FieldReader {
  /// Where the mapping begins.
  package let mark: SourceMark
  package let log: FindingLog
  private let shape: Shape
  private let entries: [YAMLNode.Entry]
  private let isMapping: Bool

  /// Takes what should be a mapping; anything else is noted and reads as empty.
  package init(_ node: YAMLNode, shape: Shape, into log: FindingLog) {
    mark = node.mark
    self.shape = shape
    self.log = log
    if case .mapping(let entries) = node.content {
      self.entries = entries
      isMapping = true
    } else {
      entries = []
      isMapping = false
      log.add(
        .wrongType,
        at: node.mark,
        "\(Wording.article(shape.noun)) is \(node.noun) here; write a mapping, key: value",
        schemaRefuses: true
      )
    }
  }

  /// What the mapping is, in the words of a finding.
  package var noun: String { shape.noun }

  // MARK: Reading

  /// Reads a value.
  package func value<Value>(_ key: Key<Value>) -> Marked<Value>? {
    node(key.name).flatMap { read($0, as: key.kind, key: key.name) }
  }

  /// Reads a list of values; a single value is a list of one where the shape has no count.
  package func values<Value>(_ key: Key<Value>) -> [Marked<Value>]? {
    guard let node = node(key.name), let form = field(key.name)?.form else { return nil }
    if case .values(_, let count?, _) = form { return list(node, of: key, count: count) }
    guard case .sequence(let nodes) = node.content else {
      return read(node, as: key.kind, key: key.name).map { [$0] }
    }
    if nodes.isEmpty, case .values(_, _, isEmptyAllowed: false) = form {
      log.add(
        .outOfBounds,
        at: node.mark,
        "\"\(key.name)\" is an empty list; write \(key.kind.expected) at least",
        schemaRefuses: true
      )
      return nil
    }
    return nodes.compactMap { read($0, as: key.kind, key: key.name) }
  }

  private func list<Value>(
    _ node: YAMLNode,
    of key: Key<Value>,
    count: Int
  ) -> [Marked<Value>]? {
    guard case .sequence(let nodes) = node.content, nodes.count == count else {
      let found =
        if case .sequence(let nodes) = node.content { "has \(nodes.count) values" } else {
          "is \(node.noun)"
        }
      log.add(
        .wrongType,
        at: node.mark,
        "\"\(key.name)\" \(found); write a list of \(count), such as \(key.kind.example)",
        schemaRefuses: true
      )
      return nil
    }
    let values = nodes.compactMap { read($0, as: key.kind, key: key.name) }
    return values.count == count ? values : nil
  }

  /// Reads a mapping within this one, if it is there.
  package func mapping(_ section: Section) -> FieldReader? {
    node(section.name).map { FieldReader($0, shape: section.shape, into: log) }
  }

  /// Reads a list of mappings.
  package func mappings(_ section: Section) -> [FieldReader] {
    guard let node = node(section.name) else { return [] }
    guard case .sequence(let nodes) = node.content else {
      log.add(
        .wrongType,
        at: node.mark,
        "\"\(section.name)\" is \(node.noun); write a list, each line beginning with '- '",
        schemaRefuses: true
      )
      return []
    }
    if nodes.isEmpty, case .mappings(_, _, isEmptyAllowed: false)? = field(section.name)?.form {
      log.add(
        .outOfBounds,
        at: node.mark,
        "\"\(section.name)\" is an empty list; add \(Wording.article(section.shape.noun)) at least",
        schemaRefuses: log.requiredOfPartial == nil
      )
    }
    return nodes.map { FieldReader($0, shape: section.shape, into: log) }
  }

  /// Reads a scalar as the given kind, or hands out the mapping that stands in its place.
  package func valueOrMapping<Value>(
    _ section: Section,
    as kind: ScalarKind<Value>
  ) -> (value: Marked<Value>?, mapping: FieldReader?) {
    guard let node = node(section.name) else { return (nil, nil) }
    if case .mapping = node.content {
      return (nil, FieldReader(node, shape: section.shape, into: log))
    }
    return (read(node, as: kind, key: section.name), nil)
  }

  /// The entries of a mapping whose keys are values; none where it is missing.
  package func entries(of name: String) -> [YAMLNode.Entry] {
    guard let node = node(name) else { return [] }
    if case .mapping(let entries) = node.content { return entries }
    log.add(
      .wrongType,
      at: node.mark,
      "\"\(name)\" is \(node.noun); write a mapping, {0: idle, 1: running}",
      schemaRefuses: true
    )
    return []
  }

  /// The node behind a key, whatever it is.
  package func node(_ name: String) -> YAMLNode? {
    assert(field(name) != nil, "\(name) is not in the shape of a \(noun)")
    return entries.first { $0.key.text == name }?.value
  }

  package func has(_ name: String) -> Bool { entries.contains { $0.key.text == name } }

  /// Where a key stands; the mapping's own place when it is missing.
  package func mark(of name: String) -> SourceMark {
    entries.first { $0.key.text == name }?.key.mark ?? mark
  }

  /// Reads one node as a scalar of a kind, and notes what is wrong with it.
  package func read<Value>(
    _ node: YAMLNode,
    as kind: ScalarKind<Value>,
    key: String
  ) -> Marked<Value>? {
    guard case .scalar(let scalar) = node.content else {
      add(.wrongType, node, kind, key: key, schemaRefuses: true)
      return nil
    }
    return read(scalar, of: node, as: kind, key: key, schemaRefuses: !kind.schema.accepts(scalar))
  }

  /// Reads the key of an entry as a value of a kind.
  package func readKey<Value>(
    of entry: YAMLNode.Entry,
    as kind: ScalarKind<Value>,
    in key: String
  ) -> Marked<Value>? {
    read(
      entry.key,
      of: YAMLNode(mark: entry.key.mark, content: .scalar(entry.key)),
      as: kind,
      key: key,
      schemaRefuses: !kind.schema.acceptsKey(entry.key)
    )
  }

  private func read<Value>(
    _ scalar: YAMLScalar,
    of node: YAMLNode,
    as kind: ScalarKind<Value>,
    key: String,
    schemaRefuses: Bool
  ) -> Marked<Value>? {
    do throws(ScalarProblem) {
      return Marked(try kind.read(scalar), at: node.mark)
    } catch {
      switch error {
      case .wrongType: add(.wrongType, node, kind, key: key, schemaRefuses: schemaRefuses)
      case .outOfBounds: add(.outOfBounds, node, kind, key: key, schemaRefuses: schemaRefuses)
      case .other(let code, let message):
        log.add(code, at: node.mark, "\"\(key)\": \(message)", schemaRefuses: schemaRefuses)
      }
      return nil
    }
  }

  private func add<Value>(
    _ code: FindingCode,
    _ node: YAMLNode,
    _ kind: ScalarKind<Value>,
    key: String,
    schemaRefuses: Bool
  ) {
    log.add(
      code,
      at: node.mark,
      "\"\(key)\" is \(node.noun); write \(kind.expected), such as \(kind.example)",
      schemaRefuses: schemaRefuses
    )
  }

  // MARK: The whole

  /// Notes every key that the shape does not have, what is missing, and the rules that are broken.
  package func finish() {
    guard isMapping else { return }
    let known = shape.fields.map(\.name)
    for entry in entries where !known.contains(entry.key.text) {
      log.add(
        .unknownKey,
        at: entry.key.mark,
        "\"\(entry.key.text)\" is not a key of \(Wording.article(noun)); "
          + Suggestion.text(for: entry.key.text, among: known, noun: "its keys are"),
        schemaRefuses: true
      )
    }
    for field in shape.fields where field.isRequired && !has(field.name) {
      addMissing(field.name, field.advice)
    }
    for rule in shape.rules { check(rule) }
  }

  /// Notes that a key is missing.
  private func addMissing(_ name: String, _ advice: String) {
    log.add(
      .missingKey,
      at: mark,
      "\"\(name)\" is missing in this \(noun); \(advice)",
      schemaRefuses: log.requiredOfPartial?.contains(name) ?? true
    )
  }

  private func check(_ rule: Shape.Rule) {
    switch rule {
    case .exactlyOne(let keys, let missing, let several):
      let stated = keys.filter(has)
      if stated.isEmpty, let first = keys.first { addMissing(first, missing) }
      addExclusion(among: stated, several)
    case .atMostOne(let keys, let finding):
      addExclusion(among: keys.filter(has), finding)
    case .together(let key, let others):
      guard has(key) else { return }
      for other in others where !has(other) {
        addMissing(other, field(other)?.advice ?? "it goes with \"\(key)\"")
      }
    case .needs(let keys, let key, let words):
      guard let word = word(of: key), words.contains(word) else { return }
      for other in keys where !has(other) { addMissing(other, field(other)?.advice ?? "") }
    case .only(let keys, let key, let words, let isDefault, let finding):
      let isRight = word(of: key).map(words.contains) ?? (isDefault && !has(key))
      guard !isRight else { return }
      for other in keys where has(other) {
        log.add(
          .contradiction,
          at: mark(of: other),
          "\"\(other)\" \(finding)",
          schemaRefuses: log.requiredOfPartial == nil
        )
      }
    }
  }

  /// Notes that keys exclude each other, at the second one of those in the file itself; what a file
  /// says against the one that it extends its schema does not see.
  private func addExclusion(among stated: [String], _ finding: String) {
    guard stated.count > 1 else { return }
    let marks = stated.map(mark)
    let own = marks.filter { $0.file == nil }
    log.add(
      .contradiction,
      at: own.dropFirst().first ?? own.first ?? marks[1],
      finding,
      schemaRefuses: own.count > 1
    )
  }

  private func word(of key: String) -> String? {
    guard case .scalar(let scalar)? = node(key)?.content else { return nil }
    return scalar.text
  }

  private func field(_ name: String) -> Field? { shape.fields.first { $0.name == name } }
}
