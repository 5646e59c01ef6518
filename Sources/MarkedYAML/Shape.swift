/// What a mapping may hold: its keys, and the rules among them.
///
/// The one table that files are checked by and JSON Schemas are made from.
package struct Shape: Sendable {
  /// What the mapping is, in the words of a finding: "signal".
  package let noun: String
  package let fields: [Field]
  package let rules: [Rule]

  package init(_ noun: String, _ fields: [Field], rules: [Rule] = []) {
    self.noun = noun
    self.fields = fields
    self.rules = rules
  }

  /// A rule among the keys of one mapping.
  package enum Rule: Sendable {
    /// One of the keys must be there, and no second one; `missing` completes "… is missing;",
    /// `several` is the whole finding.
    case exactlyOne([String], missing: String, several: String)
    /// No two of the keys go together.
    case atMostOne([String], finding: String)
    /// Where the first key is there, the others must be, too.
    case together(String, [String])
    /// Where `key` has one of the words, the others must be there, too.
    case needs([String], where: String, is: [String])
    /// The keys make sense only where `key` has one of the words; `finding` completes `"bit" …`.
    case only([String], where: String, is: [String], isDefault: Bool, finding: String)
  }

  /// The same for a file that says only what differs from another one: nothing but the named keys
  /// is required.
  package func partial(keeping names: Set<String>) -> Shape {
    let rules = rules.compactMap { rule -> Rule? in
      switch rule {
      case .atMostOne: rule
      case .exactlyOne(let keys, _, let several): .atMostOne(keys, finding: several)
      case .together, .needs, .only: nil
      }
    }
    return Shape(noun, fields.map { $0.partial(keeping: names) }, rules: rules)
  }
}

extension Shape {
  /// The same for a block, which is written whole; what it repeats may still be partial.
  fileprivate func partialBlock(keeping names: Set<String>) -> Shape {
    Shape(
      noun,
      fields.map { $0.partial(keeping: names.union([$0.name])) },
      rules: rules
    )
  }
}

extension Field {
  fileprivate func partial(keeping names: Set<String>) -> Field {
    let partialForm: Form =
      switch form {
      case .value, .values, .names: form
      case .mapping(let shape): .mapping(shape.partial(keeping: names))
      case .valueOrMapping(let scalar, let shape):
        .valueOrMapping(scalar, shape.partial(keeping: names))
      case .mappings(let shape, let block, let isEmptyAllowed):
        .mappings(
          shape.partial(keeping: names),
          block: block?.partialBlock(keeping: names),
          // An empty list adds nothing to the other file's.
          isEmptyAllowed: isEmptyAllowed || !names.contains(name)
        )
      }
    return Field(
      name: name,
      form: partialForm,
      isRequired: isRequired && names.contains(name),
      summary: summary,
      fallback: fallback,
      advice: advice
    )
  }
}
