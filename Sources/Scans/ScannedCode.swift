/// A code that was read and understood.
package struct ScannedCode: Sendable, Hashable {
  package enum Standard: String, Sendable, Codable, CaseIterable {
    case gs1 = "GS1 element string"
    case digitalLink = "GS1 Digital Link"
    case gtin = "GTIN"
    case hibc = "HIBC"
    case isbt128 = "ISBT 128"
    /// Of this plant: a pattern of the configuration.
    case plain = "plain code"
  }

  /// What was read, control characters made visible.
  package let text: String

  /// Nil where the scanner did not say.
  package let symbology: Symbology?
  package let standard: Standard
  package let elements: [CodeElement]
  package let facts: CodeFacts
  package let notes: [CodeNote]

  package init(
    text: String,
    symbology: Symbology?,
    standard: Standard,
    elements: [CodeElement],
    facts: CodeFacts,
    notes: [CodeNote] = []
  ) {
    self.text = text
    self.symbology = symbology
    self.standard = standard
    self.elements = elements
    self.facts = facts
    self.notes = notes
  }
}

/// Something that a person should know of a code that was understood.
package struct CodeNote: Sendable, Hashable {
  package enum Code: String, Sendable, Codable, CaseIterable {
    /// It looks like a code of the standard, and neither symbology nor check digit proves it.
    case unproven
    /// Elements that the standard wants beside one of these are not in this code.
    case incomplete
    /// A separator was lost, and there is one way to read the code without it.
    case separatorLost = "separator_lost"
    /// A pattern of the configuration, or the person, said which of several readings it is.
    case settled
    /// A part of an address that says nothing.
    case ignored
  }

  package let code: Code
  package let sentence: String

  package init(_ code: Code, _ sentence: String) {
    self.code = code
    self.sentence = sentence
  }
}

/// The two halves of a Unique Device Identification (21 CFR 801; EU 2017/745, annex VI C).
package struct CodeUDI: Sendable, Hashable {
  /// DI: which device, in which version.
  package let deviceIdentifier: CodeElement

  /// PI: which lot or piece of it, made and expiring when.
  package let productionIdentifiers: [CodeElement]
}

extension ScannedCode {
  /// The UDI that the code holds; nil where it names no device.
  package var udi: CodeUDI? {
    let keys = Self.udiKeys(of: standard)
    guard let device = elements.first(where: { $0.key == keys.device }) else { return nil }
    return CodeUDI(
      deviceIdentifier: device,
      productionIdentifiers: elements.filter { keys.production.contains($0.key) }
    )
  }

  private static func udiKeys(
    of standard: Standard
  ) -> (device: String?, production: Set<String>) {
    switch standard {
    case .gs1, .digitalLink: ("01", ["10", "11", "17", "21"])
    case .gtin: ("01", [])
    case .hibc: ("+", ["$", "$+", "$$", "S", "16D", "14D"])
    case .isbt128: ("=/", ["=,", "=>", "=}", "&,1", "="])
    case .plain: (nil, [])
    }
  }
}
