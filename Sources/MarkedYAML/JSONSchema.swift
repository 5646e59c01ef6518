/// JSON Schemas (draft-07, which yaml-language-server reads) made from the tables that files are
/// checked by.
package enum JSONSchema {
  /// The schema of a file whose mapping is a shape.
  package static func text(title: String, shape: Shape) -> String {
    var builder = SchemaBuilder()
    let root = builder.node(of: shape)
    return text(title: title, root: root, builder)
  }

  /// The schema of a file that has one of two shapes and may extend another file.
  ///
  /// - Parameters:
  ///   - title: What the file is.
  ///   - shape: What the file's mapping holds.
  ///   - alternative: A key that makes it another shape.
  ///   - extending: A key that makes the file say only what differs from another one, and the keys
  ///     that are still required then.
  /// - Returns: The schema's text.
  package static func text(
    title: String,
    shape: Shape,
    alternative: (key: String, shape: Shape),
    extending: (key: String, required: Set<String>)
  ) -> String {
    var builder = SchemaBuilder()
    let whole: SchemaNode = [
      "if": ["required": [.text(alternative.key)]],
      "then": builder.node(of: alternative.shape),
      "else": builder.node(of: shape),
    ]
    let partials = [shape, alternative.shape].map {
      builder.node(of: $0.partial(keeping: extending.required))
    }
    let root: SchemaNode = [
      "if": ["required": [.text(extending.key)]],
      "then": ["anyOf": .array(partials)],
      "else": whole,
    ]
    return text(title: title, root: root, builder)
  }

  private static func text(title: String, root: SchemaNode, _ builder: SchemaBuilder) -> String {
    let head: [String: SchemaNode] = [
      "$schema": "http://json-schema.org/draft-07/schema#",
      "title": .text(title),
      "type": "object",
    ]
    // Beside a reference nothing else would count (draft-07 core, 8.3).
    let whole: SchemaNode = ["allOf": [root], "definitions": .object(builder.definitions)]
    return whole.with(head).text
  }
}

/// Makes nodes of shapes; what could be needed twice becomes a definition.
private struct SchemaBuilder {
  /// Longer lists of words become definitions.
  private static let longestEnumeration = 20

  private(set) var definitions: [String: SchemaNode] = [:]

  mutating func node(of shape: Shape) -> SchemaNode {
    var node: SchemaNode = [
      "type": "object",
      "properties": properties(of: shape),
      "additionalProperties": false,
    ]
    let required = shape.fields.filter(\.isRequired).map { SchemaNode.text($0.name) }
    if !required.isEmpty { node = node.with(["required": .array(required)]) }
    let rules = shape.rules.map(Self.node)
    if !rules.isEmpty { node = node.with(["allOf": .array(rules)]) }
    return reference(to: node, name: shape.noun)
  }

  /// A reference to a definition of the node; others of the same name are numbered.
  private mutating func reference(to node: SchemaNode, name: String) -> SchemaNode {
    let base = String(name.map { $0 == " " ? "_" : $0 })
    var key = base
    var number = 1
    while let other = definitions[key], other != node {
      number += 1
      key = "\(base)_\(number)"
    }
    definitions[key] = node
    return ["$ref": .text("#/definitions/\(key)")]
  }

  private mutating func properties(of shape: Shape) -> SchemaNode {
    .object(
      Dictionary(
        uniqueKeysWithValues: shape.fields.map { field in (field.name, node(of: field)) }
      )
    )
  }

  private mutating func node(of field: Field) -> SchemaNode {
    let fallback = field.fallback.map { " Without it: \($0)." } ?? ""
    let description: [String: SchemaNode] = ["description": .text(field.summary + "." + fallback)]
    let node = node(of: field.form, name: field.name)
    // What stands beside a reference does not count (draft-07 core, 8.3).
    if case .object(let members) = node, members["$ref"] != nil {
      return SchemaNode.object(["allOf": [node]]).with(description)
    }
    return node.with(description)
  }

  private mutating func node(of form: Field.Form, name: String) -> SchemaNode {
    switch form {
    case .value(let scalar): return node(of: scalar, name: name)
    case .values(let scalar, let count?, _):
      let length = SchemaNode.integer(count)
      return ["type": "array", "items": scalar.schema, "minItems": length, "maxItems": length]
    case .values(let scalar, nil, let isEmptyAllowed):
      let list: SchemaNode = ["type": "array", "items": scalar.schema]
      return ["anyOf": [scalar.schema, isEmptyAllowed ? list : list.with(["minItems": 1])]]
    case .mapping(let shape): return node(of: shape)
    case .valueOrMapping(let scalar, let shape):
      return ["if": ["type": "object"], "then": node(of: shape), "else": scalar.schema]
    case .mappings(let shape, let block, let isEmptyAllowed):
      var list: SchemaNode = ["type": "array", "items": item(shape, block)]
      if !isEmptyAllowed { list = list.with(["minItems": 1]) }
      return list
    case .names(let key, let value):
      return [
        "type": "object",
        "propertyNames": key.schema,
        "additionalProperties": value.schema,
      ]
    }
  }

  private mutating func node(of scalar: ScalarForm, name: String) -> SchemaNode {
    guard case .object(let members) = scalar.schema, case .array(let words)? = members["enum"],
      words.count > Self.longestEnumeration
    else { return scalar.schema }
    return reference(to: scalar.schema, name: name)
  }

  private mutating func item(_ shape: Shape, _ block: Shape?) -> SchemaNode {
    guard let block, let first = block.fields.first else { return node(of: shape) }
    return [
      "if": ["required": [.text(first.name)]],
      "then": node(of: block),
      "else": node(of: shape),
    ]
  }

  // MARK: Rules

  private static func node(of rule: Shape.Rule) -> SchemaNode {
    switch rule {
    case .exactlyOne(let keys, _, _):
      return ["oneOf": .array(keys.map { ["required": [.text($0)]] })]
    case .atMostOne(let keys, _):
      return ["allOf": .array(pairs(of: keys).map { ["not": ["required": .array($0)]] })]
    case .together(let key, let others):
      return ["dependencies": .object([key: .array(others.map { .text($0) })])]
    case .needs(let keys, let key, let words):
      return [
        "if": isOne(key, words),
        "then": ["required": .array(keys.map { .text($0) })],
      ]
    case .only(let keys, let key, let words, let isDefault, _):
      let forbidden = SchemaNode.object(
        Dictionary(uniqueKeysWithValues: keys.map { ($0, SchemaNode.bool(false)) })
      )
      let condition = isOne(key, words)
      let absent: SchemaNode = ["not": ["required": [.text(key)]]]
      return [
        "if": isDefault ? ["anyOf": [condition, absent]] : condition,
        "else": ["properties": forbidden],
      ]
    }
  }

  private static func isOne(_ key: String, _ words: [String]) -> SchemaNode {
    [
      "properties": .object([key: ["enum": .array(SchemaNode.words(words))]]),
      "required": [.text(key)],
    ]
  }

  private static func pairs(of keys: [String]) -> [[SchemaNode]] {
    keys.indices.flatMap { first in
      keys.indices.filter { $0 > first }.map { [.text(keys[first]), .text(keys[$0])] }
    }
  }
}
