/// Reads the fields of one mapping, and notes everything that is wrong with them.
///
/// A field that is missing or wrong is nil, so that reading goes on; after the last field,
/// ``finish()`` notes the keys that nobody asked for.
///
///     let fields = FieldReader(node, noun: "group", into: log)
///     let name = fields.required("name", .text)
///     let period = fields.required("period", .duration(in: .milliseconds(10)...(.seconds(60))))
///     fields.finish()
package final class FieldReader {
  /// Where the mapping begins.
  package let mark: SourceMark

  /// What the mapping is, in the words of a finding: "signal".
  package let noun: String
  package let log: FindingLog
  private let entries: [YAMLNode.Entry]
  private let isMapping: Bool
  private var asked: Set<String> = []

  /// Takes what should be a mapping; anything else is noted and reads as empty.
  package init(_ node: YAMLNode, noun: String, into log: FindingLog) {
    mark = node.mark
    self.noun = noun
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
        "\(Self.article(noun)) is \(node.noun) here; write a mapping, key: value"
      )
    }
  }

  /// Reads a value that must be there.
  package func required<Value>(_ key: String, _ kind: ScalarKind<Value>) -> Marked<Value>? {
    guard let node = node(key) else {
      addMissing(key, "add \(kind.expected), such as \(key): \(kind.example)")
      return nil
    }
    return read(node, as: kind, key: key)
  }

  /// Reads a value that may be there.
  package func optional<Value>(_ key: String, _ kind: ScalarKind<Value>) -> Marked<Value>? {
    node(key).flatMap { read($0, as: kind, key: key) }
  }

  /// Reads a list of values; a single value is a list of one.
  package func list<Value>(_ key: String, of kind: ScalarKind<Value>) -> [Marked<Value>]? {
    guard let node = node(key) else { return nil }
    switch node.content {
    case .sequence(let nodes): return nodes.compactMap { read($0, as: kind, key: key) }
    case .scalar, .mapping: return read(node, as: kind, key: key).map { [$0] }
    }
  }

  /// How many values are given for a key: the length of its list, or one.
  package func count(_ key: String) -> Int {
    switch node(key)?.content {
    case nil: 0
    case .sequence(let nodes)?: nodes.count
    case .scalar?, .mapping?: 1
    }
  }

  /// Reads a mapping within this one, if it is there.
  package func mapping(_ key: String, noun: String) -> FieldReader? {
    node(key).map { FieldReader($0, noun: noun, into: log) }
  }

  /// Reads a list of mappings that must be there and hold one at least, each of them a `noun`.
  package func mappings(_ key: String, noun: String) -> [FieldReader] {
    guard let node = node(key) else {
      addMissing(key, "add a list with \(Self.article(noun)) at least")
      return []
    }
    let readers = mappings(in: node, key: key, noun: noun)
    if case .sequence(let nodes) = node.content, nodes.isEmpty {
      log.add(
        .outOfBounds,
        at: node.mark,
        "\"\(key)\" is an empty list; add \(Self.article(noun)) at least"
      )
    }
    return readers
  }

  /// Reads a list of mappings that may be missing or empty.
  package func optionalMappings(_ key: String, noun: String) -> [FieldReader] {
    node(key).map { mappings(in: $0, key: key, noun: noun) } ?? []
  }

  private func mappings(in node: YAMLNode, key: String, noun: String) -> [FieldReader] {
    guard case .sequence(let nodes) = node.content else {
      let message = "\"\(key)\" is \(node.noun); write a list, each line beginning with '- '"
      log.add(.wrongType, at: node.mark, message)
      return []
    }
    return nodes.map { FieldReader($0, noun: noun, into: log) }
  }

  /// The node behind a key, whatever it is.
  package func node(_ key: String) -> YAMLNode? {
    asked.insert(key)
    return entries.first { $0.key.text == key }?.value
  }

  /// Whether the mapping holds the key; asking does not make the key a known one.
  package func has(_ key: String) -> Bool { entries.contains { $0.key.text == key } }

  /// All entries, for a mapping whose keys are values: codes and their names.
  package func allEntries() -> [YAMLNode.Entry] {
    asked.formUnion(entries.map(\.key.text))
    return entries
  }

  /// Where a key stands; the mapping's own place when it is missing.
  package func mark(of key: String) -> SourceMark {
    entries.first { $0.key.text == key }?.key.mark ?? mark
  }

  /// Notes every key that was not asked for.
  package func finish() {
    for entry in entries where !asked.contains(entry.key.text) {
      log.add(
        .unknownKey,
        at: entry.key.mark,
        "\"\(entry.key.text)\" is not a key of \(Self.article(noun)); "
          + Suggestion.text(for: entry.key.text, among: Array(asked), noun: "its keys are")
      )
    }
  }

  /// Notes that a key is missing; nothing more is said where the mapping itself is wrong.
  package func addMissing(_ key: String, _ advice: String) {
    guard isMapping else { return }
    log.add(.missingKey, at: mark, "\"\(key)\" is missing in this \(noun); \(advice)")
  }

  /// Reads one node as a scalar of a kind, and notes what is wrong with it.
  package func read<Value>(
    _ node: YAMLNode,
    as kind: ScalarKind<Value>,
    key: String
  ) -> Marked<Value>? {
    guard case .scalar(let scalar) = node.content else {
      addWrong(key, node, kind, code: .wrongType)
      return nil
    }
    do throws(ScalarProblem) {
      return Marked(try kind.read(scalar), at: node.mark)
    } catch {
      switch error {
      case .wrongType: addWrong(key, node, kind, code: .wrongType)
      case .outOfBounds: addWrong(key, node, kind, code: .outOfBounds)
      case .other(let code, let message):
        log.add(code, at: node.mark, "\"\(key)\": \(message)")
      }
      return nil
    }
  }

  private func addWrong<Value>(
    _ key: String,
    _ node: YAMLNode,
    _ kind: ScalarKind<Value>,
    code: FindingCode
  ) {
    let advice = "write \(kind.expected), such as \(kind.example)"
    log.add(code, at: node.mark, "\"\(key)\" is \(node.noun); \(advice)")
  }

  private static func article(_ noun: String) -> String {
    guard let first = noun.first else { return noun }
    return ("aeiou".contains(first) ? "an " : "a ") + noun
  }
}
