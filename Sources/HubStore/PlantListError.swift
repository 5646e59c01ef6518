package import Telemetry

/// Why a list cannot be changed or read as asked.
package enum PlantListError: Error, Sendable, Hashable {
  /// Nobody has put this list.
  case missing(PlantListName)
  case noSuchRevision(PlantListName, Int, last: Int)
  case noSuchEntry(PlantListName, String, near: [String])
  /// Somebody else changed the list since the caller looked.
  case changedMeanwhile(PlantListName, expected: Int, now: Int)
  case tooManyEntries(PlantListName, Int)
  case tooLong(PlantListName, bytes: Int)
}

extension PlantListError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .missing(let list):
      "nobody has put a list \(list.rawValue) here; put one: lotline-hub list put \(list.rawValue) FILE"
    case .noSuchRevision(let list, let revision, let last):
      "the list \(list.rawValue) has no revision \(revision); the last one is \(last)"
    case .noSuchEntry(let list, let key, let near):
      "the list \(list.rawValue) does not name \(key)"
        + (near.isEmpty ? "" : "; did you mean \(near.joined(separator: ", "))?")
    case .changedMeanwhile(let list, let expected, let now):
      "the list \(list.rawValue) is at revision \(now), not \(expected): somebody changed it "
        + "meanwhile; look at it again first"
    case .tooManyEntries(let list, let count):
      "the list \(list.rawValue) would have \(count) entries; at most "
        + "\(PlantListName.entriesLimit) are allowed, so leave out what is finished long since"
    case .tooLong(let list, let bytes):
      "the list \(list.rawValue) would have \(bytes) bytes; at most \(PlantListName.bytesLimit) "
        + "are allowed, so leave out what is finished long since"
    }
  }
}
