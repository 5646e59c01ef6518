package import Telemetry

/// What `hub.yaml` says.
package struct HubSettings: Sendable, Hashable {
  package let listen: Endpoint

  /// The hub's SQLite file, absolute.
  package let database: String
}
