internal import MarkedYAML
internal import Telemetry

extension HubSettings {
  /// Reads `hub.yaml`; relative paths in it count from its folder.
  ///
  /// - Throws: ``SettingsError`` with everything that is wrong, not just the first.
  package static func load(_ path: String) throws(SettingsError) -> HubSettings {
    try SettingsFile.load(path, noun: noun) { fields, _ in
      settings(fields, PathResolver(file: path))
    }
  }

  /// Reads the bytes of a configuration that is not, or not yet, in the file `path`.
  package static func load(bytes: [UInt8], path: String) throws(SettingsError) -> HubSettings {
    try SettingsFile.load(bytes: bytes, path: path, noun: noun) { fields, _ in
      settings(fields, PathResolver(file: path))
    }
  }

  private static let noun = "hub configuration"

  private static func settings(_ fields: FieldReader, _ paths: PathResolver) -> HubSettings? {
    let listen = fields.required(
      "listen",
      ScalarKind<Endpoint>.endpoint.suchAs("192.168.10.5:8480")
    )
    let database = fields.required("database", .path.suchAs("/var/lib/lotline-hub/hub.sqlite"))
    fields.finish()
    guard let listen, let database else { return nil }
    return HubSettings(listen: listen.value, database: paths.absolute(database.value))
  }
}
