/// A name that people and programs give to a thing; it is checked once, when it enters.
package protocol Identifier: Sendable, Hashable, Comparable, Codable, CustomStringConvertible {
  /// What the thing is called in an error: "station", "lot".
  static var noun: String { get }

  /// What the text may hold.
  static var rule: IdentifierRule { get }

  var text: String { get }

  /// - Precondition: `checked` obeys ``rule``.
  init(checked: String)
}

/// What the text of an identifier may hold.
package enum IdentifierRule: Sendable, Hashable {
  /// Letters, digits, `.`, `_` and `-`, starting with a letter or digit, at most 64: it appears in
  /// file names, addresses and topics.
  case name
  /// Anything printable without leading or trailing space, at most 128 bytes of UTF-8: it comes
  /// from labels and other systems.
  case label

  /// Why `text` breaks the rule, or nil when it obeys it.
  package func violation(in text: String) -> String? {
    if text.isEmpty { return "it is empty" }
    switch self {
    case .name: return Self.nameViolation(in: text)
    case .label: return Self.labelViolation(in: text)
    }
  }

  private static func nameViolation(in text: String) -> String? {
    let bytes = Array(text.utf8)
    if bytes.count > 64 { return "it has \(bytes.count) characters; at most 64 are allowed" }
    for (index, byte) in bytes.enumerated() {
      let isAlphanumeric =
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
        || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
        || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
      let isMark = [UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-")].contains(byte)
      if isAlphanumeric || (isMark && index > 0) { continue }
      return "use letters, digits, '.', '_' and '-', starting with a letter or digit"
    }
    return nil
  }

  private static func labelViolation(in text: String) -> String? {
    if text.utf8.count > 128 { return "it has \(text.utf8.count) bytes; at most 128 are allowed" }
    if text.first?.isWhitespace == true || text.last?.isWhitespace == true {
      return "it begins or ends with a space"
    }
    let control = text.unicodeScalars.first { $0.properties.generalCategory == .control }
    return control.map {
      "it holds the control character U+\(String($0.value, radix: 16, uppercase: true))"
    }
  }
}

/// A text that cannot be the identifier it was given as.
package struct IdentifierError: Error, Sendable, Hashable, CustomStringConvertible {
  package let noun: String
  package let text: String
  package let reason: String

  package var description: String { "\(noun) \(text.debugDescription) cannot be used: \(reason)" }
}

extension Identifier {
  /// Checks and takes a text.
  ///
  /// - Throws: ``IdentifierError`` when it breaks ``rule``.
  package init(_ text: String) throws(IdentifierError) {
    if let reason = Self.rule.violation(in: text) {
      throw IdentifierError(noun: Self.noun, text: text, reason: reason)
    }
    self.init(checked: text)
  }

  package init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    let text = try container.decode(String.self)
    do throws(IdentifierError) {
      try self.init(text)
    } catch {
      throw DecodingError.dataCorruptedError(in: container, debugDescription: error.description)
    }
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(text)
  }

  package var description: String { text }

  package static func < (left: Self, right: Self) -> Bool { left.text < right.text }
}

/// The agent: one edge box, one journal.
package struct AgentID: Identifier {
  package static let noun = "agent"
  package static let rule = IdentifierRule.name
  package let text: String
  package init(checked: String) { text = checked }
}

/// A work centre where product is made: `reflow-1`.
package struct StationID: Identifier {
  package static let noun = "station"
  package static let rule = IdentifierRule.name
  package let text: String
  package init(checked: String) { text = checked }
}

/// One of several ways through a station, on each of which a lot can be: `1`, `rear`.
package struct LaneID: Identifier {
  package static let noun = "lane"
  package static let rule = IdentifierRule.name
  package let text: String
  package init(checked: String) { text = checked }
}

/// The number that a board or device bears, unlike any other of its part.
package struct SerialNumber: Identifier {
  package static let noun = "serial number"
  package static let rule = IdentifierRule.label
  package let text: String
  package init(checked: String) { text = checked }
}

/// One Modbus unit or one serial instrument.
package struct DeviceID: Identifier {
  package static let noun = "device"
  package static let rule = IdentifierRule.name
  package let text: String
  package init(checked: String) { text = checked }
}

/// A PCB, subassembly, device or material lot.
package struct LotID: Identifier {
  package static let noun = "lot"
  package static let rule = IdentifierRule.label
  package let text: String
  package init(checked: String) { text = checked }
}

/// A part number, work order, operator, program or material, as the plant writes it.
package struct Label: Identifier {
  package static let noun = "text"
  package static let rule = IdentifierRule.label
  package let text: String
  package init(checked: String) { text = checked }
}
