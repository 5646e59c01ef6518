internal import MarkedYAML

/// Reads YAML into nodes with lines.
enum YAMLSource {
  /// Reads a document.
  ///
  /// - Throws: ``ImportError/source(file:line:reason:)`` with the first thing that is wrong.
  static func read(_ text: String, file: String) throws(ImportError) -> SourceNode {
    let log = FindingLog(file: file)
    let root = YAMLDocument.compose(text, into: log)
    if let finding = log.findings.first(where: { $0.severity == .error }) {
      throw .source(file: file, line: finding.line, reason: finding.message)
    }
    guard let root else { throw .source(file: file, line: nil, reason: "it is empty") }
    return node(root)
  }

  private static func node(_ node: YAMLNode) -> SourceNode {
    let line = node.mark.line
    switch node.content {
    case .scalar(let scalar):
      return SourceNode(
        line: line,
        content: .scalar(scalar.isPlain && scalar.text == "~" ? "" : scalar.text),
        isQuoted: !scalar.isPlain
      )
    case .sequence(let items):
      return SourceNode(line: line, content: .list(items.map(Self.node)))
    case .mapping(let entries):
      let converted = entries.map {
        SourceEntry(key: $0.key.text, line: $0.key.mark.line, value: Self.node($0.value))
      }
      return SourceNode(line: line, content: .mapping(converted))
    }
  }
}
