/// JSON Schemas (draft-07, which yaml-language-server reads) made from the tables that files are
/// checked by.
package enum JSONSchema {
  /// The schema of a file whose mapping is a shape.
  package static func text(title: String, shape: Shape) -> String {
    text(title: title, root: node(of: shape))
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
    let partials = [shape, alternative.shape].map {
      node(of: $0.partial(keeping: extending.required))
    }
    let whole: SchemaNode = [
      "if": ["required": [.text(alternative.key)]],
      "then": node(of: alternative.shape),
      "else": node(of: shape),
    ]
    return text(
      title: title,
      root: [
        "if": ["required": [.text(extending.key)]],
        "then": ["anyOf": .array(partials)],
        "else": whole,
      ]
    )
  }

  private static func text(title: String, root: SchemaNode) -> String {
    root.with([
      "$schema": "http://json-schema.org/draft-07/schema#",
      "title": .text(title),
      "type": "object",
    ])
    .text
  }

  private static func node(of shape: Shape) -> SchemaNode {
    var node: SchemaNode = [
      "type": "object",
      "properties": properties(of: shape),
      "additionalProperties": false,
    ]
    let required = shape.fields.filter(\.isRequired).map { SchemaNode.text($0.name) }
    if !required.isEmpty { node = node.with(["required": .array(required)]) }
    let rules = shape.rules.map(Self.node)
    if !rules.isEmpty { node = node.with(["allOf": .array(rules)]) }
    return node
  }

  private static func properties(of shape: Shape) -> SchemaNode {
    .object(Dictionary(uniqueKeysWithValues: shape.fields.map { ($0.name, node(of: $0)) }))
  }

  private static func node(of field: Field) -> SchemaNode {
    let fallback = field.fallback.map { " Without it: \($0)." } ?? ""
    return node(of: field.form).with(["description": .text(field.summary + "." + fallback)])
  }

  private static func node(of form: Field.Form) -> SchemaNode {
    switch form {
    case .value(let scalar): return scalar.schema
    case .values(let scalar, let count?):
      let length = SchemaNode.integer(count)
      return ["type": "array", "items": scalar.schema, "minItems": length, "maxItems": length]
    case .values(let scalar, nil):
      return ["anyOf": [scalar.schema, ["type": "array", "items": scalar.schema]]]
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

  private static func item(_ shape: Shape, _ block: Shape?) -> SchemaNode {
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
