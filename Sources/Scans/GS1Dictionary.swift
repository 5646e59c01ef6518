/// The Application Identifiers that GS1 has assigned.
///
/// The facts are those of the GS1 Barcode Syntax Dictionary (Apache License 2.0, © GS1 AISBL, BWIPP
/// and Zint projects), in its notation, one line for each AI or range of AIs.
package enum GS1Dictionary {
  /// Every AI, by its digits.
  package static let entries: [String: GS1Entry] = Dictionary(
    uniqueKeysWithValues: GS1Table.lines.flatMap(GS1Entry.entries).map { ($0.ai, $0) }
  )

  /// How many digits an AI has, by its first two.
  private static let lengths: [String: Int] = Dictionary(
    entries.keys.map { (String($0.prefix(2)), $0.utf8.count) },
    uniquingKeysWith: { first, _ in first }
  )

  /// The AI that bytes begin with; nil when they begin with none.
  package static func entry(at bytes: ArraySlice<UInt8>) -> GS1Entry? {
    guard let length = lengths[bytes.prefix(2).text] else { return nil }
    return entries[bytes.prefix(length).text]
  }
}

/// The lines of the table, in files by subject.
enum GS1Table {
  static var lines: [Substring] {
    [products, measures, logistics, particulars, other].flatMap { $0.split(separator: "\n") }
  }
}
