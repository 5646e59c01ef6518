internal import MarkedYAML
internal import Telemetry

extension HubSettings {
  /// Reads `hub.yaml`; relative paths in it count from its folder.
  ///
  /// - Throws: ``SettingsError`` with everything that is wrong, not just the first.
  package static func load(_ path: String) throws(SettingsError) -> HubSettings {
    try SettingsFile.load(path, shape: HubShape.shape) { fields, _ in
      settings(fields, PathResolver(file: path))
    }
  }

  /// Reads the bytes of a configuration that is not, or not yet, in the file `path`.
  package static func load(bytes: [UInt8], path: String) throws(SettingsError) -> HubSettings {
    try SettingsFile.load(bytes: bytes, path: path, shape: HubShape.shape) { fields, _ in
      settings(fields, PathResolver(file: path))
    }
  }

  /// The JSON Schema (draft-07) of `hub.yaml`.
  package static var schema: String {
    JSONSchema.text(title: "Lotline hub configuration", shape: HubShape.shape)
  }

  private static func settings(_ fields: FieldReader, _ paths: PathResolver) -> HubSettings? {
    let listen = fields.value(HubShape.listen)
    let database = fields.value(HubShape.database)
    let keys = fields.mappings(HubShape.keys).compactMap { reader -> AgentKey? in
      let agent = reader.value(AgentKeyShape.agent)
      let key = reader.value(AgentKeyShape.key)
      reader.finish()
      guard let agent, let key else { return nil }
      return AgentKey(agent: agent.value, key: key.value)
    }
    fields.finish()
    guard let listen, let database else { return nil }
    return HubSettings(
      listen: listen.value,
      database: paths.absolute(database.value),
      keys: keys
    )
  }
}
