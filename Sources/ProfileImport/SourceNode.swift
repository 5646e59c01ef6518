/// One value of a TOML or YAML source, with its line.
struct SourceNode: Sendable, Hashable {
  enum Content: Sendable, Hashable {
    /// A text, number or truth value, as the source writes it or would.
    case scalar(String)
    case list([SourceNode])
    case mapping([SourceEntry])
  }

  let line: Int?
  let content: Content

  /// Written in quotes, where YAML would otherwise take it for a number.
  var isQuoted = false

  var text: String? {
    if case .scalar(let text) = content { return text }
    return nil
  }

  var items: [SourceNode]? {
    if case .list(let items) = content { return items }
    return nil
  }

  var entries: [SourceEntry]? {
    if case .mapping(let entries) = content { return entries }
    return nil
  }

  /// The value in short, for a note.
  var shown: String {
    switch content {
    case .scalar(let text): Self.cut(text)
    case .list(let items):
      items.allSatisfy { $0.text != nil }
        ? Self.cut("[" + items.compactMap(\.text).joined(separator: ", ") + "]")
        : "a list of \(items.count)"
    case .mapping(let entries): "a mapping of " + entries.map(\.key).joined(separator: ", ")
    }
  }
}

extension SourceNode {
  private static func cut(_ text: String) -> String {
    text.count > 60 ? text.prefix(60) + "…" : text
  }
}

/// One key of a mapping and its value.
struct SourceEntry: Sendable, Hashable {
  let key: String
  let line: Int?
  let value: SourceNode
}

/// Reads the keys of one mapping of a source, and knows which of them nobody has read.
///
/// Whoever reads a mapping ends with ``finish(_:)``, so that no key is lost silently.
final class SourceFields {
  let entries: [SourceEntry]
  let line: Int?
  let notes: NoteLog

  /// What the mapping is, for notes: `field speed`.
  var noun: String

  /// What the source calls keys, where it has other words for them.
  var labels: [String: String] = [:]
  private var read: Set<String> = []

  init(_ entries: [SourceEntry], line: Int?, noun: String, notes: NoteLog) {
    self.entries = entries
    self.line = line
    self.noun = noun
    self.notes = notes
  }

  /// The value of a key, which counts as read from now on.
  func node(_ key: String) -> SourceNode? {
    guard let entry = entries.first(where: { $0.key == key }) else { return nil }
    read.insert(key)
    return entry.value
  }

  private func label(_ key: String) -> String { labels[key] ?? key }

  func has(_ key: String) -> Bool { entries.contains { $0.key == key } }

  func line(of key: String) -> Int? { entries.first { $0.key == key }?.line ?? line }

  /// A text or number; empty counts as absent.
  func text(_ key: String) -> String? {
    guard let node = node(key) else { return nil }
    guard let text = node.text else {
      addUnfit(key, node, expected: "a text")
      return nil
    }
    return text.isEmpty ? nil : text
  }

  func integer(_ key: String) -> Int? { scalar(key, expected: "a whole number") { Int($0) } }

  func decimal(_ key: String) -> ExactDecimal? {
    scalar(key, expected: "a number with at most 15 digits after the point") { ExactDecimal($0) }
  }

  func truth(_ key: String) -> Bool? {
    scalar(key, expected: "true or false") { text in
      switch text.lowercased() {
      case "true", "1", "yes", "on": true
      case "false", "0", "no", "off": false
      default: nil
      }
    }
  }

  /// The items of a list; a note where it is none.
  func list(_ key: String) -> [SourceNode]? {
    guard let node = node(key) else { return nil }
    if let items = node.items { return items }
    addUnfit(key, node, expected: "a list")
    return nil
  }

  /// A mapping below this one; a note where it is none.
  func mapping(_ key: String, noun: String) -> SourceFields? {
    guard let node = node(key) else { return nil }
    guard let entries = node.entries else {
      addUnfit(key, node, expected: "a mapping")
      return nil
    }
    return SourceFields(entries, line: line(of: key), noun: noun, notes: notes)
  }

  /// Notes that a key, if it is there, has no place in a profile.
  func drop(
    _ key: String,
    _ reason: String,
    as kind: ImportNote.Kind = .notCarriedOver,
    unless isHarmless: (String) -> Bool = { _ in false }
  ) {
    guard let node = node(key), !isHarmless(node.text ?? "") else { return }
    if let entries = node.entries {
      for entry in entries {
        let subject = "\(label(key)).\(entry.key) = \(entry.value.shown)"
        notes.add(kind, subject, reason, line: entry.line)
      }
      return
    }
    notes.add(kind, "\(label(key)) = \(node.shown)", reason, line: line(of: key))
  }

  /// Notes every key that nobody has read.
  func finish(_ reason: String = "this key is not known to the import; see what it does") {
    for entry in entries where !read.contains(entry.key) {
      notes.add(
        .notCarriedOver,
        "\(label(entry.key)) = \(entry.value.shown), of \(noun)",
        reason,
        line: entry.line
      )
    }
  }

  private func scalar<Value>(
    _ key: String,
    expected: String,
    _ parse: (String) -> Value?
  ) -> Value? {
    guard let node = node(key) else { return nil }
    if let text = node.text, text.isEmpty { return nil }
    if let value = node.text.flatMap(parse) { return value }
    addUnfit(key, node, expected: expected)
    return nil
  }

  private func addUnfit(_ key: String, _ node: SourceNode, expected: String) {
    notes.add(
      .notCarriedOver,
      "\(label(key)) = \(node.shown), of \(noun)",
      "it is not \(expected)",
      line: line(of: key)
    )
  }
}
