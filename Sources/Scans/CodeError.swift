/// Why what was scanned cannot be taken: what was read, where it is wrong, and the mend.
package struct CodeError: Error, Sendable, Hashable {
  package enum Kind: String, Sendable, Codable, CaseIterable {
    /// Nothing was read, or more than any code of a plant has.
    case length
    /// No standard's code, and no pattern of the configuration fits.
    case unknown
    /// It begins as a code of a standard and does not obey it.
    case malformed
    /// A check digit or check character is wrong: misread, or misprinted.
    case check
    /// A separator may have been lost, so that the code can be read in several ways.
    case ambiguous
    /// Elements that contradict each other, or patterns that both fit.
    case contradiction
  }

  package let kind: Kind

  /// What was read, control characters made visible.
  package let code: String

  /// The character at fault, counted from 1; nil where it is the whole.
  package let position: Int?

  /// What is wrong, as a sentence without its stop.
  package let problem: String

  /// What to do about it, as a sentence without its stop.
  package let mend: String

  /// The ways in which an ambiguous code can be read, the most literal first; at most four.
  package let readings: [[CodeElement]]

  package init(
    _ kind: Kind,
    in code: String,
    at position: Int? = nil,
    _ problem: String,
    mend: String,
    readings: [[CodeElement]] = []
  ) {
    self.kind = kind
    self.code = code
    self.position = position
    self.problem = problem
    self.mend = mend
    self.readings = readings
  }
}

extension CodeError: CustomStringConvertible {
  /// One line: `"10LOT21SN" is not taken: …; …`.
  package var description: String {
    let place = position.map { ", at character \($0)" } ?? ""
    return "\"\(code)\" is not taken\(place): \(problem); \(mend)"
  }
}
