internal import MarkedYAML
internal import MerkleLog
internal import Telemetry

/// A key that an agent's journal may be signed by.
enum AgentKeyShape {
  static let agent = Key("agent", ScalarKind<AgentID>.identifier, "The agent")
  static let key = Key(
    "key",
    ScalarKind<NoteKey>(
      expected: "a public key as lotline key show prints it",
      example: "lotline/edge-1/4f2a+1c0de5a7+AbcD...",
      schema: ["type": "string", "pattern": "^[^+ ]+[+][0-9a-f]{8}[+][A-Za-z0-9+/=]+$"]
    ) { scalar throws(ScalarProblem) in
      let text = try ScalarKind<String>.text.read(scalar)
      guard let key = NoteKey(text) else { throw .wrongType }
      return key
    },
    "Its public key, as lotline key show prints it"
  )
  static let shape = Shape("key", [agent.required, key.required])
}
