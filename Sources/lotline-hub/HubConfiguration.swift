internal import CommandSupport
internal import Settings

/// The hub's configuration file, read through the module that owns it.
enum HubConfiguration {
  /// Reads the file at `path`.
  ///
  /// - Throws: `CommandFailure` with everything that is wrong with the file.
  static func at(_ path: String) throws -> HubSettings {
    do {
      return try HubSettings.load(path)
    } catch {
      throw CommandFailure(.configuration, "\(error)")
    }
  }
}
