/// One node of a YAML document, with its place in the file.
package struct YAMLNode: Sendable, Hashable {
  package enum Content: Sendable, Hashable {
    case scalar(YAMLScalar)
    case sequence([YAMLNode])
    /// In the order of the file; every key is there once.
    case mapping([Entry])
  }

  /// One key of a mapping and its value.
  package struct Entry: Sendable, Hashable {
    package let key: YAMLScalar
    package let value: YAMLNode

    package init(key: YAMLScalar, value: YAMLNode) {
      self.key = key
      self.value = value
    }
  }

  package let mark: SourceMark
  package let content: Content

  package init(mark: SourceMark, content: Content) {
    self.mark = mark
    self.content = content
  }

  /// The value behind a key of a mapping.
  package func value(of key: String) -> YAMLNode? {
    guard case .mapping(let entries) = content else { return nil }
    return entries.first { $0.key.text == key }?.value
  }

  package func has(_ key: String) -> Bool { value(of: key) != nil }

  /// The text of a scalar.
  package var text: String? {
    if case .scalar(let scalar) = content { scalar.text } else { nil }
  }

  /// The same node with every scalar changed.
  package func mapScalars(_ change: (YAMLScalar) -> YAMLScalar) -> YAMLNode {
    switch content {
    case .scalar(let scalar):
      let changed = change(scalar)
      return YAMLNode(mark: changed.mark, content: .scalar(changed))
    case .sequence(let nodes):
      return YAMLNode(mark: mark, content: .sequence(nodes.map { $0.mapScalars(change) }))
    case .mapping(let entries):
      let changed = entries.map {
        Entry(key: change($0.key), value: $0.value.mapScalars(change))
      }
      return YAMLNode(mark: mark, content: .mapping(changed))
    }
  }

  /// The same node as one of another file, whose name its marks carry.
  package func placed(in file: String) -> YAMLNode {
    func moved(_ mark: SourceMark) -> SourceMark {
      SourceMark(line: mark.line, column: mark.column, file: file)
    }
    switch content {
    case .scalar(let scalar):
      return YAMLNode(
        mark: moved(mark),
        content: .scalar(
          YAMLScalar(text: scalar.text, isPlain: scalar.isPlain, mark: moved(scalar.mark))
        )
      )
    case .sequence(let nodes):
      return YAMLNode(
        mark: moved(mark),
        content: .sequence(nodes.map { $0.placed(in: file) })
      )
    case .mapping(let entries):
      return YAMLNode(
        mark: moved(mark),
        content: .mapping(
          entries.map { entry in
            let key = entry.key
            return Entry(
              key: YAMLScalar(text: key.text, isPlain: key.isPlain, mark: moved(key.mark)),
              value: entry.value.placed(in: file)
            )
          }
        )
      )
    }
  }

  /// What the node is, in the words of a finding.
  package var noun: String {
    switch content {
    case .scalar(let scalar): scalar.isAbsent ? "empty" : scalar.shown
    case .sequence: "a list"
    case .mapping: "a mapping"
    }
  }
}

/// A text in a YAML file, and how it is written.
package struct YAMLScalar: Sendable, Hashable {
  package let text: String

  /// Written without quotes, so that YAML may take it for something other than a text.
  package let isPlain: Bool
  package let mark: SourceMark

  package init(text: String, isPlain: Bool, mark: SourceMark) {
    self.text = text
    self.isPlain = isPlain
    self.mark = mark
  }

  /// The same with another text, in quotes where programs would not read it as a text without.
  package func with(text: String) -> YAMLScalar {
    YAMLScalar(text: text, isPlain: isPlain && PlainScalar.meaning(of: text) == nil, mark: mark)
  }

  /// Written without quotes, and a number for YAML 1.2.
  package var isPlainNumber: Bool { isPlain && PlainScalar.core(text) == .number }

  /// A key with nothing behind it.
  package var isAbsent: Bool { isPlain && text.isEmpty }

  /// The text as a finding shows it, cut where it is long.
  package var shown: String {
    let cut = text.count > 40 ? text.prefix(40) + "…" : text[...]
    return isPlain ? String(cut) : String(cut).debugDescription
  }
}

/// A value with the place where it stands, for checks that look at several values.
package struct Marked<Value> {
  package let value: Value
  package let mark: SourceMark

  package init(_ value: Value, at mark: SourceMark) {
    self.value = value
    self.mark = mark
  }
}

extension Marked: Sendable where Value: Sendable {}
