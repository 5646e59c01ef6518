internal import FoundationEssentials

/// A piece of a JSON Schema (draft-07), or of any other JSON.
package indirect enum SchemaNode: Sendable, Hashable {
  case object([String: SchemaNode])
  case array([SchemaNode])
  case text(String)
  case integer(Int)
  case number(Double)
  case bool(Bool)

  /// An object with more members; the new ones win.
  package func with(_ members: [String: SchemaNode]) -> SchemaNode {
    guard case .object(let own) = self else { return self }
    return .object(own.merging(members) { $1 })
  }

  /// The text of a JSON file, keys in order of the alphabet.
  package var text: String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    guard let data = try? encoder.encode(self) else { return "" }
    return String(decoding: data, as: UTF8.self) + "\n"
  }
}

extension SchemaNode: Encodable {
  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .object(let members): try container.encode(members)
    case .array(let nodes): try container.encode(nodes)
    case .text(let text): try container.encode(text)
    case .integer(let number): try container.encode(number)
    case .number(let number): try container.encode(number)
    case .bool(let flag): try container.encode(flag)
    }
  }
}

extension SchemaNode: ExpressibleByDictionaryLiteral, ExpressibleByArrayLiteral,
  ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral
{
  package init(dictionaryLiteral elements: (String, SchemaNode)...) {
    self = .object(Dictionary(elements) { $1 })
  }

  package init(arrayLiteral elements: SchemaNode...) { self = .array(elements) }
  package init(stringLiteral value: String) { self = .text(value) }
  package init(integerLiteral value: Int) { self = .integer(value) }
  package init(booleanLiteral value: Bool) { self = .bool(value) }
}
