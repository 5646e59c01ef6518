/// The text of a YAML file for nodes: what is read from it is what was written.
package enum YAMLText {
  /// The file's text; `root` is a mapping.
  package static func of(_ root: YAMLNode) -> String {
    var lines: [String] = []
    write(root, indent: "", first: "", to: &lines)
    return lines.joined(separator: "\n") + "\n"
  }

  /// Writes a node below its key or dash; `first` stands before its first line.
  private static func write(
    _ node: YAMLNode,
    indent: String,
    first: String,
    to lines: inout [String]
  ) {
    switch node.content {
    case .scalar(let scalar): lines.append(first + text(of: scalar, inFlow: false))
    case .mapping(let entries):
      if entries.isEmpty { lines.append(first + "{}") }
      for (index, entry) in entries.enumerated() {
        let start = (index == 0 ? first : indent) + text(of: entry.key, inFlow: false) + ":"
        writeValue(entry.value, indent: indent, start: start, to: &lines)
      }
    case .sequence(let nodes):
      if nodes.isEmpty { lines.append(first + "[]") }
      for (index, node) in nodes.enumerated() {
        let start = (index == 0 ? first : indent) + "- "
        write(node, indent: indent + "  ", first: start, to: &lines)
      }
    }
  }

  private static func writeValue(
    _ node: YAMLNode,
    indent: String,
    start: String,
    to lines: inout [String]
  ) {
    if let flow = flow(node) {
      lines.append(flow.isEmpty ? start : start + " " + flow)
      return
    }
    lines.append(start)
    write(node, indent: indent + "  ", first: indent + "  ", to: &lines)
  }

  /// A scalar, or a list of scalars, in one line.
  private static func flow(_ node: YAMLNode) -> String? {
    switch node.content {
    case .scalar(let scalar): return text(of: scalar, inFlow: false)
    case .sequence(let nodes):
      let texts = nodes.compactMap { node -> String? in
        guard case .scalar(let scalar) = node.content, !scalar.isAbsent else { return nil }
        return text(of: scalar, inFlow: true)
      }
      return texts.count == nodes.count ? "[" + texts.joined(separator: ", ") + "]" : nil
    case .mapping(let entries): return entries.isEmpty ? "{}" : nil
    }
  }

  private static func text(of scalar: YAMLScalar, inFlow: Bool) -> String {
    // A text of several lines lost its indentation when it was read.
    let breaks = scalar.text.contains { $0.isNewline || inFlow && ",[]{}:".contains($0) }
    // What is a text within braces may open a list or a key outside of them.
    let opens = ["-", "?", ":"].contains { scalar.text == $0 || scalar.text.hasPrefix("\($0) ") }
    if scalar.isPlain && !breaks && !opens { return scalar.text }
    return quoted(scalar.text)
  }
}
