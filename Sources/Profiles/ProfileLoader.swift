package import MarkedYAML
internal import Telemetry

/// Reads device profiles from YAML files and checks them.
package enum ProfileLoader {
  /// Reads one profile.
  ///
  /// - Throws: ``ProfileError/findings(_:)`` with everything that is wrong, not just the first.
  package static func load(_ path: String) throws(ProfileError) -> DeviceProfile {
    let log = FindingLog(file: path)
    return try result(of: SourceText(path: path, into: log), log: log).profile
  }

  /// Reads one profile that is not in a file of its own.
  ///
  /// Findings call it `file`, the last part of which must be the profile's name, and the rest the
  /// folder of what it extends.
  package static func load(bytes: [UInt8], file: String) throws(ProfileError) -> DeviceProfile {
    let log = FindingLog(file: file)
    return try result(of: SourceText(bytes: bytes, into: log), log: log).profile
  }

  /// Everything that a check has to say about a file, warnings included; empty for a good one.
  package static func findings(_ path: String) -> [Finding] {
    let log = FindingLog(file: path)
    _ = SourceText(path: path, into: log).flatMap { read($0, log: log) }
    return log.findings
  }

  /// The profile's text in its plain form: what it extends filled in, its blocks repeated.
  ///
  /// - Throws: ``ProfileError/findings(_:)`` when the file cannot be used.
  package static func expanded(_ path: String) throws(ProfileError) -> String {
    let log = FindingLog(file: path)
    return YAMLText.of(try result(of: SourceText(path: path, into: log), log: log).plain)
  }

  /// The same for a profile that is not in a file of its own.
  package static func expanded(bytes: [UInt8], file: String) throws(ProfileError) -> String {
    let log = FindingLog(file: file)
    return YAMLText.of(try result(of: SourceText(bytes: bytes, into: log), log: log).plain)
  }

  /// The JSON Schema (draft-07) of profile files.
  package static var schema: String {
    JSONSchema.text(
      title: "Lotline device profile",
      shape: ProfileShape.modbus,
      alternative: (key: "serial", shape: ProfileShape.serial),
      extending: (key: "extends", required: ProfileShape.requiredOfPartial)
    )
  }

  /// A profile, and the nodes of its plain form.
  private typealias Result = (profile: DeviceProfile, plain: YAMLNode)

  private static func result(
    of source: SourceText?,
    log: FindingLog
  ) throws(ProfileError) -> Result {
    let result = source.flatMap { read($0, log: log) }
    guard let result, !log.hasErrors else { throw .findings(log.findings) }
    return result
  }

  private static func read(_ source: SourceText, log: FindingLog) -> Result? {
    guard let root = YAMLDocument.compose(source.text, into: log) else { return nil }
    let plain = ProfileExpansion(log: log).expand(root)
    return ProfileReader(plain, into: log).profile(keeping: ProfileText(source, root, plain))
      .map { ($0, plain) }
  }
}

/// What the journal keeps of a profile: its whole text, and the hash of it.
struct ProfileText {
  let base: String?
  let text: String
  let hash: Digest

  /// A profile that extends another is not all in its own file, so its plain form is kept.
  init(_ source: SourceText, _ root: YAMLNode, _ plain: YAMLNode) {
    base = root.value(of: ProfileShape.extends.name)?.text
    text = base == nil ? source.text : YAMLText.of(plain)
    hash = base == nil ? .sha256(source.bytes) : .sha256(Array(text.utf8))
  }
}
