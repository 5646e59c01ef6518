package import MarkedYAML

/// The tables of keys that a document must have for a file's shape.
package struct KeyTables: Sendable {
  /// A key as a table of the document has it, or as its shape has it.
  package struct Row: Sendable, Hashable, Comparable, CustomStringConvertible {
    package let key: String

    /// `required`, the default in back quotes, or empty where nothing holds without the key.
    package let fallback: String

    package var description: String { fallback.isEmpty ? key : "\(key) (\(fallback))" }

    package static func < (left: Row, right: Row) -> Bool {
      (left.key, left.fallback) < (right.key, right.fallback)
    }
  }

  /// The rows of every mapping that a file may hold, by its path: `profile.groups.signals`.
  package private(set) var mappings: [String: Set<Row>] = [:]

  /// Collects the mappings of a shape, itself under the name of its root.
  package init(_ shape: Shape, root: String) { add(shape, at: root) }

  private mutating func add(_ shape: Shape, at path: String) {
    mappings[path] = Set(shape.fields.map(Self.row))
    for field in shape.fields {
      let inner = "\(path).\(field.name)"
      switch field.form {
      case .value, .values, .names: continue
      case .mapping(let shape), .valueOrMapping(_, let shape): add(shape, at: inner)
      case .mappings(let shape, let block, _):
        add(shape, at: inner)
        if let block { add(block, at: "\(inner).block") }
      }
    }
  }

  private static func row(_ field: Field) -> Row {
    Row(
      key: field.name,
      fallback: field.isRequired ? "required" : field.fallback.map { "`\($0)`" } ?? ""
    )
  }
}

extension Document {
  /// What the tables below some headings say of keys, with the default in the column of that index.
  package func keys(below headings: [String], column: Int = 2) -> [KeyTables.Row] {
    headings.flatMap { rows(below: $0) }.map { cells in
      let cell = cells.indices.contains(column) ? cells[column] : "?"
      return KeyTables.Row(key: cells[0], fallback: cell == "none" ? "" : cell)
    }
  }
}
