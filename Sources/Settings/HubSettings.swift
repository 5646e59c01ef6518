package import MerkleLog
package import Telemetry

/// What `hub.yaml` says.
package struct HubSettings: Sendable, Hashable {
  package let listen: Endpoint

  /// The hub's SQLite file, absolute.
  package let database: String

  /// Keys that agents' journals are signed by; the first key of an agent that is not named is
  /// trusted.
  package let keys: [AgentKey]
}

extension HubSettings {
  /// The public keys of each agent that has some.
  package var trusted: [AgentID: Set<[UInt8]>] {
    Dictionary(keys.map { ($0.agent, [$0.key.publicKey]) }) { $0.union($1) }
  }
}

/// A key that an agent's journals may begin with, or go on with when theirs was lost.
package struct AgentKey: Sendable, Hashable {
  package let agent: AgentID
  package let key: NoteKey
}
