internal import FoundationEssentials

/// The entries of one list.
///
/// A list has one hash whoever made it, so that hub and agent know that they have the same.
package struct PlantListContent: Sendable, Hashable {
  package let list: PlantListName

  /// By their keys.
  package private(set) var entries: [String: PlantListEntry]

  /// An empty list.
  package init(_ list: PlantListName) {
    self.list = list
    entries = [:]
  }

  /// - Returns: Nil when two entries have the same key, or one is of another list.
  package init?(_ list: PlantListName, _ entries: some Sequence<PlantListEntry>) {
    self.init(list)
    for entry in entries {
      guard entry.list == list, self.entries.updateValue(entry, forKey: entry.key) == nil else {
        return nil
      }
    }
  }

  /// Puts entries, in the place of those with the same keys, and takes others away.
  package mutating func change(_ changed: [PlantListEntry], removing removed: [String] = []) {
    for key in removed { entries[key] = nil }
    for entry in changed where entry.list == list { entries[entry.key] = entry }
  }

  /// The keys in the order of their bytes in UTF-8.
  package var keys: [String] {
    entries.keys.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }

  /// SHA-256 of ``bytes()``: what a revision is known by.
  ///
  /// - Throws: `EncodingError`, which no entry gives.
  package func sha256() throws -> Digest { .sha256(try bytes()) }

  /// The ``line(of:)`` of each entry in the order of ``keys``, with a line feed behind it.
  ///
  /// - Throws: `EncodingError`, which no entry gives.
  package func bytes() throws -> [UInt8] {
    var bytes: [UInt8] = []
    for key in keys {
      guard let entry = entries[key] else { continue }
      bytes += try Self.line(of: entry)
      bytes.append(UInt8(ascii: "\n"))
    }
    return bytes
  }

  /// An entry as JSON with sorted members, without those that have nothing to say.
  ///
  /// - Throws: `EncodingError`, which no entry gives.
  package static func line(of entry: PlantListEntry) throws -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return try Array(encoder.encode(entry))
  }
}
