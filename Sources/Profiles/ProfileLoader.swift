package import MarkedYAML
internal import Telemetry

/// Reads device profiles from YAML files and checks them.
package enum ProfileLoader {
  /// Reads one profile.
  ///
  /// - Throws: ``ProfileError/findings(_:)`` with everything that is wrong, not just the first.
  package static func load(_ path: String) throws(ProfileError) -> DeviceProfile {
    let log = FindingLog(file: path)
    let source = SourceText(path: path, into: log)
    return try result(of: source, log: log)
  }

  /// Reads one profile that is not in a file of its own.
  ///
  /// Findings call it `file`, the last part of which must be the profile's name.
  package static func load(bytes: [UInt8], file: String) throws(ProfileError) -> DeviceProfile {
    let log = FindingLog(file: file)
    let source = SourceText(bytes: bytes, into: log)
    return try result(of: source, log: log)
  }

  /// Everything that a check has to say about a file, warnings included; empty for a good one.
  package static func findings(_ path: String) -> [Finding] {
    let log = FindingLog(file: path)
    _ = SourceText(path: path, into: log).flatMap { profile(in: $0, log: log) }
    return log.findings
  }

  private static func result(
    of source: SourceText?,
    log: FindingLog
  ) throws(ProfileError) -> DeviceProfile {
    let profile = source.flatMap { Self.profile(in: $0, log: log) }
    guard let profile, !log.hasErrors else { throw .findings(log.findings) }
    return profile
  }

  private static func profile(in source: SourceText, log: FindingLog) -> DeviceProfile? {
    guard let root = YAMLDocument.compose(source.text, into: log) else { return nil }
    let reader = ProfileReader(FieldReader(root, noun: "profile", into: log))
    return reader.profile(hash: .sha256(source.bytes), text: source.text)
  }
}
