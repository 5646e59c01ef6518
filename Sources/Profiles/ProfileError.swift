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
  package static let nameMismatch = FindingCode(
    "name-mismatch",
    "the profile's name is not the file's"
  )
  package static let badAddress = FindingCode(
    "bad-address",
    "the notation or the protocol does not have this address"
  )
  package static let modiconAddress = FindingCode(
    "modicon-address",
    "a warning: the address looks like a modicon number, and `address_base` says otherwise"
  )
  package static let unknownUnit = FindingCode(
    "unknown-unit",
    "not a known UCUM code"
  )
  package static let unitMismatch = FindingCode(
    "unit-mismatch",
    "a warning: the unit does not measure the quantity"
  )
  package static let impossibleRange = FindingCode(
    "impossible-range",
    "the registers cannot hold the plausible range; a warning where they hold a part of it"
  )
  package static let overlappingRegisters = FindingCode(
    "overlapping-registers",
    "two signals share registers; a warning where both read the same"
  )
  package static let contradictoryRegisters = FindingCode(
    "contradictory-registers",
    "two signals read the same registers in different ways"
  )
  package static let badBase = FindingCode(
    "bad-base",
    "the profile that this one extends cannot be used for it"
  )
  package static let badRepeat = FindingCode(
    "bad-repeat",
    "the block cannot be repeated as it says"
  )
  package static let missingCapture = FindingCode(
    "missing-capture",
    "the pattern has no group for the field"
  )
  package static let exampleMismatch = FindingCode(
    "example-mismatch",
    "the pattern does not give good values from the example"
  )
}
