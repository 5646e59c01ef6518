internal import Yams

/// One YAML document, composed into nodes with marks.
///
/// Never through `YAMLDecoder`: it loses the marks and turns `off` into a truth value.
package enum YAMLDocument {
  /// Deeper than any profile or configuration goes.
  package static let maximumDepth = 32

  /// Aliases are refused; this many are still composed, to name the first one's place.
  static let maximumAliases = 16

  /// Duplicate keys that are named one by one.
  static let maximumDuplicates = 20

  /// Composes the single document of `text`; what is wrong with it goes into `log`.
  ///
  /// - Returns: nil when the text is not YAML, is empty, or holds aliases.
  package static func compose(_ text: String, into log: FindingLog) -> YAMLNode? {
    if let mark = AliasCount.mark(ofAlias: maximumAliases + 1, in: text) {
      log.add(.yamlAlias, at: mark, aliasMessage)
      return nil
    }
    var source = KeyRenaming(text)
    for _ in 0...maximumDuplicates {
      do {
        return try node(of: source, into: log)
      } catch YamlError.duplicatedKeysInMapping(let keys, let context) {
        let mark = SourceMark(context.mark)
        if source.rename(keys.first ?? "", at: mark) { continue }
        log.add(.duplicateKey, at: mark, "this key is given twice; remove one")
        return nil
      } catch {
        addSyntaxFinding(error, in: text, to: log)
        return nil
      }
    }
    log.add(.duplicateKey, at: .start, "more than \(maximumDuplicates) keys are given twice")
    return nil
  }

  static let aliasMessage =
    "anchors (&name) and aliases (*name) are not used here; write the value out, or quote the text"

  private static func node(of source: KeyRenaming, into log: FindingLog) throws -> YAMLNode? {
    let parser = try Parser(yaml: source.text, resolver: .basic, encoding: .utf8)
    // The parser keeps the anchors alive, which nodes refer to weakly.
    return try withExtendedLifetime(parser) {
      guard let root = try parser.singleRoot() else {
        log.add(.yamlSyntax, at: .start, "the file is empty; see the examples that come with it")
        return nil
      }
      var conversion = NodeConversion(renaming: source, log: log)
      let node = conversion.convert(root, depth: 1)
      return conversion.hasAnchor ? nil : node
    }
  }

  private static func addSyntaxFinding(
    _ error: any Error,
    in text: String,
    to log: FindingLog
  ) {
    switch error as? YamlError {
    case .scanner(_, let problem, let mark, _)?, .parser(_, let problem, let mark, _)?,
      .composer(_, let problem, let mark, _)?:
      log.add(.yamlSyntax, at: SourceMark(mark), "not YAML: \(problem); \(hint(problem))")
    case .reader(let problem, let offset, _, _)?:
      let mark = SourceMark(offset: offset ?? 0, in: text)
      log.add(.yamlSyntax, at: mark, "not YAML: \(problem); remove the character")
    default:
      log.add(.yamlSyntax, at: .start, "not YAML: \(error)")
    }
  }

  /// What usually is behind a message of libyaml.
  private static func hint(_ problem: String) -> String {
    let hints = [
      (
        "cannot start any token",
        "indent with spaces, not tabs, and quote texts with @ % ` in front"
      ),
      ("mapping values are not allowed", "quote a text that holds ': ', and check the indentation"),
      ("could not find expected ':'", "write key: value, with a space after the colon"),
      ("did not find expected key", "check the indentation of this line and the one before"),
      ("did not find expected '-'", "check the indentation of this line and the one before"),
      ("did not find expected ',' or", "close the bracket, and put commas between its parts"),
      ("found unexpected end of stream", "close the quote"),
      ("found unknown escape", "in double quotes write \\\\ for \\, or use single quotes"),
      ("undefined alias", "quote a text that begins with *"),
      ("another document", "keep one document to a file, without a second ---"),
      ("nesting level", "nothing here nests so deep"),
    ]
    return hints.first { problem.contains($0.0) }?.1 ?? "check this line and the one before"
  }
}

/// Turns the nodes of Yams into ours.
private struct NodeConversion {
  let renaming: KeyRenaming
  let log: FindingLog
  private(set) var hasAnchor = false

  init(renaming: KeyRenaming, log: FindingLog) {
    self.renaming = renaming
    self.log = log
  }

  mutating func convert(_ node: Node, depth: Int) -> YAMLNode {
    let mark = SourceMark(node.mark)
    if node.anchor != nil || node.alias != nil {
      hasAnchor = true
      log.add(.yamlAlias, at: mark, YAMLDocument.aliasMessage)
    }
    guard depth <= YAMLDocument.maximumDepth else {
      log.add(.yamlDepth, at: mark, "more than \(YAMLDocument.maximumDepth) levels deep")
      return YAMLNode(mark: mark, content: .sequence([]))
    }
    switch node {
    case .scalar(let scalar): return YAMLNode(mark: mark, content: .scalar(convert(scalar)))
    case .sequence(let sequence):
      return YAMLNode(
        mark: mark,
        content: .sequence(sequence.map { convert($0, depth: depth + 1) })
      )
    case .mapping(let mapping):
      return YAMLNode(mark: mark, content: .mapping(entries(of: mapping, depth: depth + 1)))
    case .alias: return YAMLNode(mark: mark, content: .sequence([]))
    }
  }

  private func convert(_ scalar: Node.Scalar) -> YAMLScalar {
    let mark = SourceMark(scalar.mark)
    let tag = scalar.tag.rawValue
    // Yams gives quoted texts and compared keys the tag of a text itself.
    if !tag.isEmpty && tag != Tag.Name.str.rawValue {
      log.add(.yamlTag, at: mark, "tags (!name) are not used here; remove it, or quote the text")
    }
    return YAMLScalar(text: scalar.string, isPlain: scalar.style == .plain, mark: mark)
  }

  private mutating func entries(of mapping: Node.Mapping, depth: Int) -> [YAMLNode.Entry] {
    var entries: [YAMLNode.Entry] = []
    var places: [String: SourceMark] = [:]
    for (keyNode, valueNode) in mapping {
      let value = convert(valueNode, depth: depth)
      guard case .scalar(let key) = convert(keyNode, depth: depth).content else {
        log.add(.wrongType, at: SourceMark(keyNode.mark), "a key is a single word or number")
        continue
      }
      let original = renaming.original(of: key)
      if let first = places[original.text] {
        log.add(
          .duplicateKey,
          at: key.mark,
          "\"\(original.text)\" is given a second time, first at line \(first.line), column "
            + "\(first.column); remove one"
        )
        continue
      }
      places[original.text] = key.mark
      entries.append(YAMLNode.Entry(key: original, value: value))
    }
    return entries
  }
}

extension SourceMark {
  init(_ mark: Mark?) { self.init(line: mark?.line ?? 1, column: mark?.column ?? 1) }

  /// The mark of a character, counted from 0.
  fileprivate init(offset: Int, in text: String) {
    var line = 1
    var column = 1
    for character in text.prefix(offset) {
      if character.isNewline {
        line += 1
        column = 1
      } else {
        column += 1
      }
    }
    self.init(line: line, column: column)
  }
}
