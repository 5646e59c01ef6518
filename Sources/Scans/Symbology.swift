/// What a scanner says of the symbol it read (ISO/IEC 15424): `]C1` before the data.
package struct Symbology: Sendable, Hashable, CustomStringConvertible {
  /// How the data is to be understood.
  package enum Content: Sendable, Hashable {
    /// GS1 element strings, FNC1 between them sent as the separator GS.
    case elementString
    /// Digits of a GTIN.
    case articleNumber
    case text
  }

  /// Code character and modifier: `C1`.
  package let identifier: String

  /// The identifier that bytes begin with; nil when they begin with none.
  package init?(at bytes: ArraySlice<UInt8>) {
    let head = Array(bytes.prefix(3))
    guard head.count == 3, head[0] == UInt8(ascii: "]"), head[1].isLetter,
      head[2].isDigit || head[2].isLetter
    else { return nil }
    identifier = head[1...].text
  }

  package var content: Content {
    if Self.elementStrings.contains(identifier) { return .elementString }
    return Self.articleNumbers.contains(identifier) ? .articleNumber : .text
  }

  /// `GS1 DataMatrix`; for a symbology that is not listed, its letter.
  package var name: String {
    if let name = Self.names[identifier] { return name }
    let family = identifier.first.map(String.init).flatMap { Self.families[$0] }
    return family ?? "symbology \(identifier.prefix(1))"
  }

  package var description: String { "]\(identifier)" }

  /// FNC1 in the first place; the modifiers above 3 say that extended channels are in use, too.
  private static let elementStrings: Set<String> = [
    "C1", "e0", "e1", "e2", "d2", "d5", "Q3", "Q4", "J1", "J4", "z1", "z4", "h1", "h4",
  ]
  private static let articleNumbers: Set<String> = ["E0", "E4", "I1"]

  private static let names = [
    "C0": "Code 128", "C1": "GS1-128", "C2": "Code 128 (FNC1 in second place)",
    "d1": "Data Matrix", "d2": "GS1 DataMatrix", "d5": "GS1 DataMatrix",
    "Q0": "QR Code", "Q1": "QR Code", "Q3": "GS1 QR Code", "Q4": "GS1 QR Code",
    "e0": "GS1 DataBar", "e1": "GS1 Composite", "e2": "GS1 Composite",
    "J0": "DotCode", "J1": "GS1 DotCode", "J4": "GS1 DotCode",
    "z1": "GS1 Aztec", "z4": "GS1 Aztec", "h1": "GS1 Han Xin Code", "h4": "GS1 Han Xin Code",
    "E0": "EAN-13 or UPC", "E3": "EAN-13 with add-on", "E4": "EAN-8",
    "I0": "Interleaved 2 of 5", "I1": "ITF-14",
  ]
  private static let families = [
    "A": "Code 39", "B": "Telepen", "C": "Code 128", "D": "Code One", "d": "Data Matrix",
    "E": "EAN/UPC", "e": "GS1 DataBar", "F": "Codabar", "G": "Code 93", "H": "Code 11",
    "h": "Han Xin Code", "I": "Interleaved 2 of 5", "J": "DotCode", "K": "Code 16K",
    "L": "PDF417", "M": "MSI", "O": "Codablock", "P": "Plessey", "Q": "QR Code",
    "R": "2 of 5", "S": "2 of 5", "T": "Code 49", "U": "MaxiCode", "X": "another symbology",
    "z": "Aztec Code",
  ]
}
