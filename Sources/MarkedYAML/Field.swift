/// A key of a mapping whose value is a scalar, or a list of scalars.
package struct Key<Value: Sendable>: Sendable {
  package let name: String
  package let kind: ScalarKind<Value>

  /// What the value means, in a line for people and editors.
  package let summary: String

  /// What holds without the key, as it would stand in a file.
  package let fallback: String?

  package init(
    _ name: String,
    _ kind: ScalarKind<Value>,
    _ summary: String,
    default fallback: String? = nil
  ) {
    self.name = name
    self.kind = kind
    self.summary = summary
    self.fallback = fallback
  }

  package var required: Field { field(.value(kind.form), isRequired: true) }
  package var optional: Field { field(.value(kind.form), isRequired: false) }

  /// A list, or a single value as a list of one; with a `count` only a list of that length, and
  /// where it is required only one that is not empty.
  package func list(count: Int? = nil, isRequired: Bool = false) -> Field {
    field(
      .values(kind.form, count: count, isEmptyAllowed: !isRequired),
      isRequired: isRequired,
      expected: count.map { "a list of \($0)" }
    )
  }

  private func field(
    _ form: Field.Form,
    isRequired: Bool,
    expected: String? = nil
  ) -> Field {
    Field(
      name: name,
      form: form,
      isRequired: isRequired,
      summary: summary,
      fallback: fallback,
      advice: "add \(expected ?? kind.expected), such as \(name): \(kind.example)"
    )
  }
}

/// A key of a mapping whose value is a mapping, or a list of mappings.
package struct Section: Sendable {
  package let name: String
  package let shape: Shape
  package let summary: String

  /// What to do where the key is missing.
  package let advice: String

  package init(_ name: String, _ shape: Shape, _ summary: String, advice: String? = nil) {
    self.name = name
    self.shape = shape
    self.summary = summary
    self.advice = advice ?? "add \(name): {…}"
  }

  package var required: Field { field(.mapping(shape), isRequired: true) }
  package var optional: Field { field(.mapping(shape), isRequired: false) }

  /// A list of one mapping at least.
  package var requiredList: Field { list(orBlock: nil, isRequired: true) }
  package var optionalList: Field { list(orBlock: nil, isRequired: false) }

  /// A list of one mapping at least, in which a mapping with the block's first key is a block.
  package func requiredList(orBlock block: Shape) -> Field {
    list(orBlock: block, isRequired: true)
  }

  /// A scalar, or a mapping in its place.
  package func either(_ form: ScalarForm, isRequired: Bool) -> Field {
    field(.valueOrMapping(form, shape), isRequired: isRequired)
  }

  private func list(orBlock block: Shape?, isRequired: Bool) -> Field {
    Field(
      name: name,
      form: .mappings(shape, block: block, isEmptyAllowed: !isRequired),
      isRequired: isRequired,
      summary: summary,
      fallback: nil,
      advice: "add a list with \(Wording.article(shape.noun)) at least"
    )
  }

  private func field(_ form: Field.Form, isRequired: Bool) -> Field {
    Field(
      name: name,
      form: form,
      isRequired: isRequired,
      summary: summary,
      fallback: nil,
      advice: advice
    )
  }
}

/// One row of a ``Shape``: a key, what may stand behind it, and what it is for.
package struct Field: Sendable {
  package indirect enum Form: Sendable {
    case value(ScalarForm)
    case values(ScalarForm, count: Int?, isEmptyAllowed: Bool)
    case mapping(Shape)
    case mappings(Shape, block: Shape?, isEmptyAllowed: Bool)
    case valueOrMapping(ScalarForm, Shape)
    /// A mapping whose keys are values: codes and their names.
    case names(key: ScalarForm, value: ScalarForm)
  }

  package let name: String
  package let form: Form
  package let isRequired: Bool
  package let summary: String
  package let fallback: String?
  let advice: String

  init(
    name: String,
    form: Form,
    isRequired: Bool,
    summary: String,
    fallback: String?,
    advice: String
  ) {
    self.name = name
    self.form = form
    self.isRequired = isRequired
    self.summary = summary
    self.fallback = fallback
    self.advice = advice
  }

  /// A mapping whose keys are values.
  package static func names(
    _ name: String,
    keys: ScalarForm,
    values: ScalarForm,
    _ summary: String
  ) -> Field {
    Field(
      name: name,
      form: .names(key: keys, value: values),
      isRequired: false,
      summary: summary,
      fallback: nil,
      advice: "add \(name): {…}"
    )
  }
}

/// What a scalar may be, without its type in the program.
package struct ScalarForm: Sendable {
  let expected: String
  let schema: SchemaNode
}

extension ScalarKind {
  package var form: ScalarForm { ScalarForm(expected: expected, schema: schema) }
}

/// Words that findings have in common.
enum Wording {
  static func article(_ noun: String) -> String {
    guard let first = noun.first else { return noun }
    return ("aeiou".contains(first) ? "an " : "a ") + noun
  }
}
