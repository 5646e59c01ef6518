internal import FoundationEssentials
internal import Settings
internal import Telemetry

/// The hub's configuration file, read through the module that owns it.
enum HubConfiguration {
  /// - Throws: ``Failure`` with everything that is wrong with the file.
  static func at(_ path: String) throws -> TemporaryHubSettings {
    do {
      return try TemporaryHubSettings.load(path)
    } catch {
      throw Failure(.configuration, "\(error)")
    }
  }
}

/// Stands in for `HubSettings.load(_:)` until the Settings module has it; then this type goes and
/// the two names above become `HubSettings`.
struct TemporaryHubSettings {
  let listen: Endpoint
  let database: String

  struct Unreadable: Error, CustomStringConvertible { let description: String }

  static func load(_ path: String) throws -> TemporaryHubSettings {
    guard let text = try? String(contentsOfFile: path, encoding: .utf8) else {
      throw Unreadable(description: "\(path): cannot be read")
    }
    var values: [Substring: String] = [:]
    for line in text.split(separator: "\n") {
      let parts = line.split(separator: ":", maxSplits: 1)
      guard parts.count == 2, !line.hasPrefix("#") else { continue }
      values[parts[0]] = String(parts[1].drop { $0 == " " })
    }
    let listen = (values["listen"] ?? "127.0.0.1:8480").split(separator: ":")
    guard listen.count == 2, let port = Int(listen[1]), let database = values["database"] else {
      throw Unreadable(description: "\(path): \"listen\" (host:port) and \"database\" are needed")
    }
    return TemporaryHubSettings(
      listen: Endpoint(host: String(listen[0]), port: port),
      database: database
    )
  }
}
