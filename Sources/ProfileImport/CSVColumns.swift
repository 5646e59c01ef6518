internal import MarkedYAML
internal import Tables

/// What a column of a table can hold.
package enum CSVKey: String, Sendable, CaseIterable {
  case name, title, address, base, table, type, bit, length, order
  case scale, offset, decimals, unit, low, high, comment, period, access
  case scaling
  case rawLow = "raw_low"
  case rawHigh = "raw_high"
  case scaledLow = "scaled_low"
  case scaledHigh = "scaled_high"
  case scaledType = "scaled_type"
  case clampLow = "clamp_low"
  case clampHigh = "clamp_high"
  case negate
  case respectType = "respect_type"
}

/// Which column of a table holds what.
struct CSVColumns: Sendable, Hashable {
  /// Where the value of a key is.
  enum Source: Sendable, Hashable {
    case column(String)
    /// The same for all rows.
    case constant(String)
  }

  let sources: [CSVKey: Source]

  /// The table is one that Kepware wrote, whose settings beside the table are known.
  let isKepware: Bool

  /// The header that Kepware writes for tags.
  static let kepware = CSVColumns(
    sources: Dictionary(
      uniqueKeysWithValues: kepwareHeader.map { ($0.key, Source.column($0.header)) }
    ),
    isKepware: true
  )

  package static let kepwareHeader: [(header: String, key: CSVKey)] = [
    ("Tag Name", .name), ("Address", .address), ("Data Type", .type),
    ("Respect Data Type", .respectType), ("Client Access", .access), ("Scan Rate", .period),
    ("Scaling", .scaling), ("Raw Low", .rawLow), ("Raw High", .rawHigh),
    ("Scaled Low", .scaledLow), ("Scaled High", .scaledHigh), ("Scaled Data Type", .scaledType),
    ("Clamp Low", .clampLow), ("Clamp High", .clampHigh), ("Eng. Units", .unit),
    ("Description", .comment), ("Negate Value", .negate),
  ]

  private init(sources: [CSVKey: Source], isKepware: Bool) {
    self.sources = sources
    self.isKepware = isKepware
  }

  /// Reads `name=Tag,address=Register,table:holding`: a key and its column, or its value for all.
  ///
  /// - Throws: ``ImportError/columns(_:)``.
  init(map: String) throws(ImportError) {
    var sources: [CSVKey: Source] = [:]
    for part in Self.parts(of: map) {
      guard let end = part.firstIndex(where: { $0 == "=" || $0 == ":" }) else {
        throw .columns("\(part.debugDescription) has no =; write KEY=COLUMN, or KEY:VALUE for all")
      }
      let word = String(part[..<end])
      let value = String(part[part.index(after: end)...])
      guard let key = CSVKey(rawValue: word) else {
        throw .columns(
          "there is no key \(word.debugDescription); "
            + Suggestion.text(for: word, among: CSVKey.allCases.map(\.rawValue), noun: "keys")
        )
      }
      guard !value.isEmpty else { throw .columns("\(word) has no column; write \(word)=COLUMN") }
      guard sources[key] == nil else { throw .columns("\(word) is given twice; remove one") }
      sources[key] = part[end] == "=" ? .column(value) : .constant(value)
    }
    for key in [CSVKey.name, .address] where sources[key] == nil {
      throw .columns("it lacks \(key.rawValue); write \(key.rawValue)=COLUMN")
    }
    self.init(sources: sources, isKepware: false)
  }

  /// The parts between commas; a comma within a column's name has a backslash before it.
  private static func parts(of map: String) -> [String] {
    var parts = [""]
    var isEscaped = false
    for character in map {
      if character == "\\", !isEscaped {
        isEscaped = true
        continue
      }
      if character == ",", !isEscaped {
        parts.append("")
      } else {
        parts[parts.count - 1].append(character)
      }
      isEscaped = false
    }
    return parts.filter { !$0.isEmpty }
  }

  /// Finds the columns in a header.
  ///
  /// - Throws: ``ImportError/columns(_:)`` when a column of the map is not there.
  func places(in header: CSVText.Row) throws(ImportError) -> [CSVKey: Int] {
    let names = header.cells.map { $0.lowercased() }
    var places: [CSVKey: Int] = [:]
    for (key, source) in sources.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
      guard case .column(let name) = source else { continue }
      if let place = names.firstIndex(of: name.lowercased()) {
        places[key] = place
      } else if !isKepware || key == .name || key == .address {
        let known = header.cells.filter { !$0.isEmpty }
        let hint = Suggestion.nearest(to: name, among: known).map { "did you mean \"\($0)\"?" }
        throw .columns(
          "line \(header.line) has no column \"\(name)\"; "
            + (hint
              ?? "it has: \(known.prefix(30).joined(separator: ", ")). Say which is which: "
              + "--columns 'name=…,address=…,type=…'")
        )
      }
    }
    return places
  }
}
