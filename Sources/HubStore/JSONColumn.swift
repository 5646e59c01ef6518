internal import FoundationEssentials
internal import GRDB

/// Values that columns hold as JSON, with their members in order: equal values are equal texts.
enum JSONColumn {
  static func text(_ value: some Encodable) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(value), as: UTF8.self)
  }
}

extension Row {
  /// What a column holds as JSON.
  ///
  /// - Throws: The decoder's errors, also where the column is null.
  func json<Value: Decodable>(_ column: String, as type: Value.Type = Value.self) throws -> Value {
    try JSONDecoder().decode(type, from: Data((self[column] as String? ?? "").utf8))
  }

  /// The same of a column that may be null, or be missing in a file of an earlier program.
  func jsonIfPresent<Value: Decodable>(
    _ column: String,
    as type: Value.Type = Value.self
  ) throws -> Value? {
    guard hasColumn(column), let text: String = self[column] else { return nil }
    return try JSONDecoder().decode(type, from: Data(text.utf8))
  }
}
