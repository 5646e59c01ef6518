internal import FoundationEssentials

/// Any JSON, for what must be found in records of every type, also in those that come to be later.
enum JSONValue: Decodable, Equatable {
  case null
  case bool(Bool)
  case number(Double)
  case text(String)
  case list([JSONValue])
  case object([String: JSONValue])

  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if container.decodeNil() {
      self = .null
    } else if let text = try? container.decode(String.self) {
      self = .text(text)
    } else if let number = try? container.decode(Double.self) {
      self = .number(number)
    } else if let bool = try? container.decode(Bool.self) {
      self = .bool(bool)
    } else if let list = try? container.decode([JSONValue].self) {
      self = .list(list)
    } else {
      self = .object(try container.decode([String: JSONValue].self))
    }
  }

  /// - Returns: nil when the bytes are no JSON.
  init?(_ bytes: [UInt8]) {
    guard let value = try? JSONDecoder().decode(JSONValue.self, from: Data(bytes)) else {
      return nil
    }
    self = value
  }

  subscript(name: String) -> JSONValue? {
    guard case .object(let members) = self else { return nil }
    return members[name]
  }

  var text: String? {
    guard case .text(let text) = self else { return nil }
    return text
  }

  var number: Int? {
    guard case .number(let number) = self else { return nil }
    return Int(exactly: number)
  }

  var texts: [String] {
    guard case .list(let list) = self else { return [] }
    return list.compactMap(\.text)
  }

  /// Whether a text that is exactly this one is anywhere in it.
  func holds(_ text: String) -> Bool {
    switch self {
    case .text(let own): own == text
    case .list(let list): list.contains { $0.holds(text) }
    case .object(let members): members.values.contains { $0.holds(text) }
    case .null, .bool, .number: false
    }
  }
}
