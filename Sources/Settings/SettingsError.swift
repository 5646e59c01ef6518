package import MarkedYAML

/// A configuration file that cannot be used, with everything that is wrong in it.
package struct SettingsError: Error, Sendable, Hashable, CustomStringConvertible {
  /// One at least.
  package let findings: [Finding]

  package init(findings: [Finding]) { self.findings = findings }

  /// One finding a line: `file:line:column: what is wrong; what would be right`.
  package var description: String { findings.map(\.description).joined(separator: "\n") }
}

/// Rules about configuration, beyond those about YAML.
extension FindingCode {
  package static let notLoopback = FindingCode(
    "not-loopback",
    "in a configuration: other machines could reach `api`"
  )
}

/// Reads one settings file; the steps that agent and hub have in common.
enum SettingsFile {
  static func load<Settings>(
    _ path: String,
    shape: Shape,
    read: (FieldReader, SourceText) -> Settings?
  ) throws(SettingsError) -> Settings {
    let log = FindingLog(file: path)
    let source = SourceText(path: path, into: log)
    return try load(source, log: log, shape: shape, read: read)
  }

  static func load<Settings>(
    bytes: [UInt8],
    path: String,
    shape: Shape,
    read: (FieldReader, SourceText) -> Settings?
  ) throws(SettingsError) -> Settings {
    let log = FindingLog(file: path)
    let source = SourceText(bytes: bytes, into: log)
    return try load(source, log: log, shape: shape, read: read)
  }

  private static func load<Settings>(
    _ source: SourceText?,
    log: FindingLog,
    shape: Shape,
    read: (FieldReader, SourceText) -> Settings?
  ) throws(SettingsError) -> Settings {
    var settings: Settings?
    if let source, let root = YAMLDocument.compose(source.text, into: log) {
      settings = read(FieldReader(root, shape: shape, into: log), source)
    }
    guard let settings, !log.hasErrors else { throw SettingsError(findings: log.findings) }
    return settings
  }
}
