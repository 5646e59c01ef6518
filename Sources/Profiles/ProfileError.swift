package import MarkedYAML

/// Why there is no profile.
package enum ProfileError: Error, Sendable, Hashable {
  /// The file is wrong; there is one finding at least.
  case findings([Finding])
  /// No file of that name is in the library's folder.
  case unknown(name: String, known: [String], folder: String)
  /// The library's folder cannot be listed.
  case folder(String, reason: String)
}

extension ProfileError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .findings(let findings): findings.map(\.description).joined(separator: "\n")
    case .unknown(let name, let known, let folder):
      "there is no profile \"\(name)\" in \(folder); "
        + Suggestion.text(for: name, among: known, noun: "there are")
    case .folder(let folder, let reason):
      "the folder with device profiles, \(folder), cannot be read: \(reason); "
        + "name another, with profiles: in a configuration or --profiles on the command line"
    }
  }
}

/// Rules about profiles, beyond those about YAML.
extension FindingCode {
  /// The profile's name is not its file's name.
  package static let nameMismatch = FindingCode(rawValue: "name-mismatch")
  /// An address that the notation or the protocol does not have.
  package static let badAddress = FindingCode(rawValue: "bad-address")
  /// An address that looks like a modicon number in a profile that counts otherwise.
  package static let modiconAddress = FindingCode(rawValue: "modicon-address")
  /// A unit that is not in the table of UCUM codes.
  package static let unknownUnit = FindingCode(rawValue: "unknown-unit")
  /// A unit that does not measure the quantity.
  package static let unitMismatch = FindingCode(rawValue: "unit-mismatch")
  /// A plausible range that the registers cannot hold.
  package static let impossibleRange = FindingCode(rawValue: "impossible-range")
  /// Two signals share registers.
  package static let overlappingRegisters = FindingCode(rawValue: "overlapping-registers")
  /// Two signals read the same registers in different ways.
  package static let contradictoryRegisters = FindingCode(rawValue: "contradictory-registers")
  /// A profile that another one extends and that cannot be used for it.
  package static let badBase = FindingCode(rawValue: "bad-base")
  /// A block that cannot be repeated as it says.
  package static let badRepeat = FindingCode(rawValue: "bad-repeat")
  /// A text that is not a regular expression.
  package static let badPattern = FindingCode(rawValue: "bad-pattern")
  /// A pattern that lacks the group of a field.
  package static let missingCapture = FindingCode(rawValue: "missing-capture")
  /// An example that its own pattern does not match.
  package static let exampleMismatch = FindingCode(rawValue: "example-mismatch")
}
