internal import Acquisition
package import Fieldbus
internal import Profiles
internal import Telemetry

/// What a device said when it was asked what it is.
package struct TrialIdentity: Sendable, Hashable {
  /// Why the agent would not read it; nil for the device that the profile is for.
  package let failure: BusFailure?

  /// What it said of itself, for the capture.
  package let said: [Capture.Identity]
}

extension Trial {
  /// Asks the device what its profile wants to know of it, as the agent does at connect.
  ///
  /// - Returns: nil where the profile states nothing.
  package func identify() async -> TrialIdentity? {
    guard let check = groups.first?.identity else { return nil }
    var identity = Identity(check)
    var said: [Capture.Identity] = []
    var step = identity.step(at: time.uptime())
    while case .ask(let request) = step {
      let result = await bus.exchange([request])[0].result
      if case .success(let reply) = result { said += Self.texts(in: reply) }
      step = identity.take(result, at: time.uptime())
    }
    guard case .refuse(let failure) = step else { return TrialIdentity(failure: nil, said: said) }
    return TrialIdentity(failure: failure, said: said)
  }

  private static func texts(in reply: BusReply) -> [Capture.Identity] {
    switch reply {
    case .identification(let objects, _):
      objects.sorted { $0.key < $1.key }.map { id, bytes in
        let name = DeviceObject(rawValue: id).map { "\($0)" } ?? "object_\(id)"
        return Capture.Identity(object: name, text: LinePattern.text(of: bytes))
      }
    case .serverID(let data): [Capture.Identity(object: "server_id", text: ServerID.text(of: data))]
    case .line(let line): [Capture.Identity(object: "answer", text: LinePattern.text(of: line))]
    case .bits, .registers, .written: []
    }
  }
}
