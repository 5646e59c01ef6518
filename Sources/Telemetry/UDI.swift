/// A unique device identifier as people type and labels print it: GS1's element string with its
/// application identifiers in brackets, `(01)04012345678901(10)PM-500(21)S-0001`.
///
/// A text of another issuing agency (HIBCC, ICCBBA) is kept as it is, without elements.
package struct UDI: Sendable, Hashable {
  /// One element: an application identifier and its value (GS1 General Specifications, 3).
  package struct Element: Sendable, Hashable {
    package let identifier: String
    package let value: String
  }

  package let text: String

  /// The elements, in the order of the text; none for a text of another form.
  package let elements: [Element]

  /// Reads a UDI.
  ///
  /// - Throws: ``UDIError`` for a bracketed text that is cut, or whose GTIN has a wrong check digit.
  package init(_ text: String) throws(UDIError) {
    self.text = text
    elements = try Self.elements(of: text)
    guard let device = self["01"] else { return }
    guard device.utf8.count == 14, device.utf8.allSatisfy(Self.isDigit) else {
      throw UDIError(text: text, reason: "the device identifier (01) has 14 digits")
    }
    let digit = Self.checkDigit(of: device.dropLast())
    guard device.hasSuffix("\(digit)") else {
      throw UDIError(
        text: text,
        reason: "the check digit of (01)\(device) would be \(digit); it was mistyped"
      )
    }
  }

  /// The value of an element; nil where there is none.
  package subscript(identifier: String) -> String? {
    elements.first { $0.identifier == identifier }?.value
  }

  /// The device's serial number, element 21.
  package var serial: String? { self["21"] }

  /// The device's lot, element 10.
  package var lot: String? { self["10"] }

  /// One text for all spellings of the same identifier: the elements by their number, or the text.
  package var canonical: String {
    if elements.isEmpty { return text }
    return elements.sorted { ($0.identifier, $0.value) < ($1.identifier, $1.value) }
      .map { "(\($0.identifier))\($0.value)" }.joined()
  }

  private static func elements(of text: String) throws(UDIError) -> [Element] {
    guard text.hasPrefix("(") else { return [] }
    var elements: [Element] = []
    var rest = text[...]
    while !rest.isEmpty {
      guard let identifier = leadingIdentifier(of: rest) else {
        throw UDIError(
          text: text,
          reason: "\(String(rest.prefix(6)).debugDescription) is no application identifier"
        )
      }
      rest = rest.dropFirst(identifier.count + 2)
      var value = ""
      // A bracket may be part of a value; only one around two to four digits ends it.
      while let character = rest.first, leadingIdentifier(of: rest) == nil {
        if character != " " { value.append(character) }
        rest = rest.dropFirst()
      }
      if value.isEmpty { throw UDIError(text: text, reason: "(\(identifier)) has no value") }
      elements.append(Element(identifier: String(identifier), value: value))
    }
    return elements
  }

  /// The digits of an application identifier in brackets that `text` begins with.
  private static func leadingIdentifier(of text: Substring) -> Substring? {
    guard text.first == "(" else { return nil }
    let digits = text.dropFirst().prefix(4).prefix { $0.isASCII && $0.isNumber }
    let rest = text.dropFirst(1 + digits.count)
    return digits.count >= 2 && rest.first == ")" ? digits : nil
  }

  private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

  /// The check digit of a GTIN (GS1 General Specifications, 7.9.1).
  private static func checkDigit(of digits: Substring) -> Int {
    let sum = digits.utf8.reversed().enumerated().reduce(0) { sum, digit in
      sum + Int(digit.element - 0x30) * (digit.offset.isMultiple(of: 2) ? 3 : 1)
    }
    return (10 - sum % 10) % 10
  }
}

/// A text that cannot be a UDI.
package struct UDIError: Error, Sendable, Hashable, CustomStringConvertible {
  package let text: String
  package let reason: String

  package var description: String {
    "\(text.debugDescription) is no UDI: \(reason); type it as on the label, such as "
      + "(01)04012345678901(21)S-0001"
  }
}
