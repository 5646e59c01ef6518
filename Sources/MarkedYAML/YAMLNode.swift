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
  }

  package let mark: SourceMark
  package let content: Content

  package init(mark: SourceMark, content: Content) {
    self.mark = mark
    self.content = content
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
